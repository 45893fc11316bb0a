//! # db6: the change that was not there
//!
//! On the day of the sale a program took ten percent off every price, while in the office somebody
//! corrected a few. Some corrections were gone afterwards: the program had read the old price,
//! and wrote what it had worked out from it. Since somebody has put a transaction around it, it
//! stops with "database is locked" instead. And two people who edited the same blurb both read
//! "saved"; one of them was wrong.
//!
//! Rules. Other programs write to the same database while these functions run.
//! - `reprice` reads the price of a book, asks `rule` for the new one, writes it and returns it;
//!   `None` if there is no such book. No change that others make in between is lost: the price
//!   that is written comes from the price that it replaces. (`rule` has no effects of its own: it
//!   may be asked again.)
//! - `save_blurb` gets the version that the editor had on the screen. If it is still the one in the
//!   table, the text becomes `text`, the version grows by one, and the result is `Saved` with the new
//!   version. If not, nothing changes, and the result is `Changed` with the version that is there.
//!   Of two who save over the same version, one alone is told `Saved`. A book without a blurb is
//!   `NoBlurb`.
//! - That somebody else has written in between is no error: the functions succeed all the same.
//!   While somebody else is writing, they wait, as long as the connection says: it has its busy
//!   timeout already, leave that alone. When that is over, and when SQLite reports anything else,
//!   the result is `Err` with SQLite's error, and nothing has changed.
//! - On no way out a transaction is left open.
//!
//! What you need to know: the database is in WAL mode. There, readers and one writer do not stop
//! each other (<https://sqlite.org/wal.html>). A transaction that begins with BEGIN reads a snapshot,
//! and becomes a writer at its first write. If somebody has written since the snapshot was taken,
//! that fails at once, and waiting would not help: the snapshot is old. Nor is a transaction that has
//! read made to wait where somebody else is writing just then: that fails at once, too
//! (<https://sqlite.org/lang_transaction.html#deferred_immediate_and_exclusive_transactions>,
//! <https://sqlite.org/rescode.html#busy_snapshot>).
//!
//! The tables, with what matters here:
//!
//!   books   id, price_cents         CHECK (price_cents >= 0)
//!   blurbs  book_id, text, version  the version begins at 1
//!
//! What to do: mend `reprice` and `save_blurb`. Their signatures and the type stay as they are.

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
pub fn reprice(shop: &mut Connection, book: i64, rule: &dyn Fn(i64) -> i64) -> Result<Option<i64>> {
    let price = shop
        .query_row(
            "SELECT price_cents FROM books WHERE id = ?1",
            [book],
            |row| row.get(0),
        )
        .optional()?;
    let Some(price) = price.map(rule) else {
        return Ok(None);
    };
    shop.execute(
        "UPDATE books SET price_cents = ?2 WHERE id = ?1",
        params![book, price],
    )?;
    Ok(Some(price))
}

/// Saves a blurb that was edited when it had the version `seen`.
pub fn save_blurb(shop: &mut Connection, book: i64, seen: i64, text: &str) -> Result<Save> {
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
            shop.execute(
                "UPDATE blurbs SET text = ?2, version = version + 1 WHERE book_id = ?1",
                params![book, text],
            )?;
            Ok(Save::Saved {
                version: version + 1,
            })
        }
    }
}
