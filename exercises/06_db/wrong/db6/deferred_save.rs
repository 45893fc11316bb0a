//! fails: saves_once_when_two_save_at_once
//! A plain transaction around look and write: it fails when somebody else has written.

use rusqlite::{Connection, OptionalExtension, Result, TransactionBehavior, params};

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
pub fn reprice(shop: &mut Connection, book: i64, rule: &dyn Fn(i64) -> i64) -> Result<Option<i64>> {
    // A writer from the start: from here to the end nobody else writes, so what is read
    // is what is replaced. Whoever comes second waits here, before it has read anything.
    let transaction = shop.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let price = transaction
        .query_row(
            "SELECT price_cents FROM books WHERE id = ?1",
            [book],
            |row| row.get(0),
        )
        .optional()?;
    let price = price.map(rule);
    if let Some(price) = price {
        transaction.execute(
            "UPDATE books SET price_cents = ?2 WHERE id = ?1",
            params![book, price],
        )?;
    }
    transaction.commit()?;
    Ok(price)
}

/// Saves a blurb that was edited when it had the version `seen`.
pub fn save_blurb(shop: &mut Connection, book: i64, seen: i64, text: &str) -> Result<Save> {
    shop.execute_batch("BEGIN")?;
    let result = save_in_transaction(shop, book, seen, text);
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = shop.execute_batch(end);
    if !shop.is_autocommit() {
        shop.execute_batch("ROLLBACK")?;
    }
    let save = result?;
    ended?;
    Ok(save)
}

fn save_in_transaction(shop: &Connection, book: i64, seen: i64, text: &str) -> Result<Save> {
    let version = shop
        .query_row(
            "SELECT version FROM blurbs WHERE book_id = ?1",
            [book],
            |row| row.get(0),
        )
        .optional()?;
    match version {
        None => Ok(Save::NoBlurb),
        Some(version) if version != seen => Ok(Save::Changed { version }),
        Some(version) => {
            let version = version + 1;
            shop.execute(
                "UPDATE blurbs SET text = ?2, version = ?3 WHERE book_id = ?1",
                params![book, text, version],
            )?;
            Ok(Save::Saved { version })
        }
    }
}
