//! fails: loses_no_change_that_others_make_after_it_read
//! Compares, and the second time it does not.

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

/// Gives a book the price that `rule` makes of the one it has, and returns it.
///
/// Without a transaction: it writes only over the price that it has read, and begins anew
/// when that is gone.
pub fn reprice(shop: &mut Connection, book: i64, rule: &dyn Fn(i64) -> i64) -> Result<Option<i64>> {
    for again in [" AND price_cents = ?2", " AND ?2 IS NOT NULL"] {
        let old: Option<i64> = shop
            .query_row(
                "SELECT price_cents FROM books WHERE id = ?1",
                [book],
                |row| row.get(0),
            )
            .optional()?;
        let Some(old) = old else {
            return Ok(None);
        };
        let new = rule(old);
        let changed = shop.execute(
            &format!("UPDATE books SET price_cents = ?3 WHERE id = ?1{again}"),
            params![book, old, new],
        )?;
        if changed == 1 {
            return Ok(Some(new));
        }
    }
    Ok(None)
}

/// Saves a blurb that was edited when it had the version `seen`.
pub fn save_blurb(shop: &mut Connection, book: i64, seen: i64, text: &str) -> Result<Save> {
    // Nobody can hold a transaction while a person thinks. The version in the WHERE makes
    // looking and writing one step; no row changes if it is another one by now.
    let changed = shop.execute(
        "UPDATE blurbs SET text = ?3, version = version + 1 WHERE book_id = ?1 AND version = ?2",
        params![book, seen, text],
    )?;
    if changed == 1 {
        return Ok(Save::Saved { version: seen + 1 });
    }
    let version = shop
        .query_row(
            "SELECT version FROM blurbs WHERE book_id = ?1",
            [book],
            |row| row.get(0),
        )
        .optional()?;
    Ok(match version {
        Some(version) => Save::Changed { version },
        None => Save::NoBlurb,
    })
}
