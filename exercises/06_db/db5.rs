//! # db5: half a trolley
//!
//! Every evening somebody pushes trolleys with books from the warehouse to the shop. Yesterday the
//! disk was full for a minute. Since then eleven books are in the shop that are still in the
//! warehouse, too, and a trolley that the list of moves has never heard of has arrived. Nobody
//! knows what else is wrong.
//!
//! Rules. A trolley takes copies of some books from a place to another.
//! - `move_trolley` moves all of a trolley or nothing. Each book leaves the one place, arrives at
//!   the other (a place that had no row for it gets one), and has a row in `moves`, in the order
//!   of the trolley. The same book may be on a trolley twice.
//! - If there are too few copies of a book in the place it comes from, or none at all, that is
//!   `Ok(TooFew { book })`, with the first such book as one takes line after line of the trolley,
//!   and nothing has changed. (For a book that the shop does not know at all, an `Err` is right, too.)
//! - `move_all` moves a list of trolleys in order, all in one transaction. One that is short is
//!   left out, its outcome says so, and the others are moved. A later one may take what an
//!   earlier one has brought.
//! - When SQLite reports an error, whatever it is (a disk that is full, a place or a book that
//!   does not exist, a COMMIT that fails), the result is `Err` with that error, and nothing has
//!   changed: not of the trolley, and not of the whole list.
//! - On no way out a transaction is left open. The connection comes without one, and the next
//!   call with it works.
//!
//! (<https://sqlite.org/lang_transaction.html>, <https://sqlite.org/lang_savepoint.html>; of rusqlite
//! `Connection::transaction`, `Transaction::savepoint`, and that both roll back when they are
//! dropped. Both are `Deref` to `Connection`: where a function takes a `&Connection`, you can pass
//! `&transaction` or `&savepoint`.)
//!
//! The tables, with what matters here:
//!
//!   stock  book_id, place, copies       PRIMARY KEY (book_id, place), CHECK (copies >= 0),
//!                                       CHECK (place IN ('shop', 'warehouse'))
//!   moves  id, book_id, from_place, to_place, copies
//!
//! What to do: mend `move_trolley` and `move_all`. Their signatures and the types stay as they are.

use rusqlite::{Connection, Result, params};

/// Books on their way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trolley {
    /// The place they leave: `warehouse`.
    pub from: String,
    /// The place they go to, another one.
    pub to: String,
    /// Books by their ids, and how many copies of each, 1 or more.
    pub books: Vec<(i64, i64)>,
}

/// What became of a trolley.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It has been moved.
    Moved,
    /// It has not: there are too few copies of this book.
    TooFew { book: i64 },
}

/// Moves all of a trolley or nothing.
pub fn move_trolley(shop: &mut Connection, trolley: &Trolley) -> Result<Outcome> {
    for &(book, copies) in &trolley.books {
        shop.execute(
            "INSERT INTO stock (book_id, place, copies) VALUES (?1, ?2, ?3)
             ON CONFLICT (book_id, place) DO UPDATE SET copies = copies + excluded.copies",
            params![book, trolley.to, copies],
        )?;
        let taken = shop.execute(
            "UPDATE stock SET copies = copies - ?3
             WHERE book_id = ?1 AND place = ?2 AND copies >= ?3",
            params![book, trolley.from, copies],
        )?;
        if taken == 0 {
            return Ok(Outcome::TooFew { book });
        }
        shop.execute(
            "INSERT INTO moves (book_id, from_place, to_place, copies) VALUES (?1, ?2, ?3, ?4)",
            params![book, trolley.from, trolley.to, copies],
        )?;
    }
    Ok(Outcome::Moved)
}

/// Moves those of the trolleys that are not short; nothing at all if SQLite fails.
pub fn move_all(shop: &mut Connection, trolleys: &[Trolley]) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for trolley in trolleys {
        outcomes.push(move_trolley(shop, trolley)?);
    }
    Ok(outcomes)
}
