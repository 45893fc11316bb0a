use rusqlite::{Connection, Error, OptionalExtension, Result, ffi, params};

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
/// A transaction whose snapshot is old fails at its first write; it is begun anew.
pub fn reprice(shop: &mut Connection, book: i64, rule: &dyn Fn(i64) -> i64) -> Result<Option<i64>> {
    for _ in 0..100 {
        match try_to_reprice(shop, book, rule) {
            Err(error) if is_old_snapshot(&error) => {}
            result => return result,
        }
    }
    try_to_reprice(shop, book, rule)
}

fn is_old_snapshot(error: &Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(ffi::SQLITE_BUSY_SNAPSHOT)
}

fn try_to_reprice(
    shop: &mut Connection,
    book: i64,
    rule: &dyn Fn(i64) -> i64,
) -> Result<Option<i64>> {
    let transaction = shop.transaction()?;
    // A write that changes nothing takes the lock, and waits for it.
    transaction.execute("UPDATE books SET id = id WHERE id = ?1", [book])?;
    let price: Option<i64> = transaction
        .query_row(
            "SELECT price_cents FROM books WHERE id = ?1",
            [book],
            |row| row.get(0),
        )
        .optional()?;
    let price = price.map(rule);
    transaction.execute(
        "UPDATE books SET price_cents = coalesce(?2, price_cents) WHERE id = ?1",
        params![book, price],
    )?;
    transaction.commit()?;
    Ok(price)
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
