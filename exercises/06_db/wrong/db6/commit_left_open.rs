//! fails: hands_on_a_commit_that_fails
//! A COMMIT that fails is taken for the end of the transaction.

use rusqlite::{Connection, OptionalExtension, Result, params};

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Save {
    /// It is in the table, and this is its version.
    Saved { version: i64 },
    /// Somebody else was faster: the table has this version.
    Changed { version: i64 },
    /// There is no blurb for the book.
    NoBlurb,
}

fn immediate<T>(shop: &Connection, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    shop.execute_batch("BEGIN EXCLUSIVE")?;
    match f(shop) {
        Ok(v) => {
            shop.execute_batch("COMMIT")?;
            Ok(v)
        }
        Err(e) => {
            shop.execute_batch("ROLLBACK")?;
            Err(e)
        }
    }
}
pub fn reprice(shop: &mut Connection, book: i64, rule: &dyn Fn(i64) -> i64) -> Result<Option<i64>> {
    immediate(shop, |c| {
        let mut s = c.prepare("SELECT price_cents FROM books WHERE id = ?1")?;
        let mut rows = s.query([book])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let new = rule(row.get(0)?);
        drop(rows);
        c.query_row(
            "UPDATE books SET price_cents = ?2 WHERE id = ?1 RETURNING price_cents",
            params![book, new],
            |r| r.get(0),
        )
        .optional()
    })
}
pub fn save_blurb(shop: &mut Connection, book: i64, seen: i64, text: &str) -> Result<Save> {
    immediate(shop, |c| {
        let n = c.execute("UPDATE blurbs SET text = ?3, version = version + 1 WHERE book_id = ?1 AND version = ?2", params![book, seen, text])?;
        let v: Option<i64> = c
            .query_row(
                "SELECT version FROM blurbs WHERE book_id = ?1",
                [book],
                |r| r.get(0),
            )
            .optional()?;
        Ok(match (n, v) {
            (_, None) => Save::NoBlurb,
            (0, Some(version)) => Save::Changed { version },
            (_, Some(version)) => Save::Saved { version },
        })
    })
}
