//! fails: changes_nothing_of_a_list_when_a_write_fails
//! Each trolley is committed alone.

use rusqlite::{Connection, Result, Transaction, params};

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
    let mut transaction = shop.transaction()?;
    let outcome = try_to_push(&mut transaction, trolley)?;
    transaction.commit()?;
    Ok(outcome)
}

/// Moves those of the trolleys that are not short; nothing at all if SQLite fails.
pub fn move_all(shop: &mut Connection, trolleys: &[Trolley]) -> Result<Vec<Outcome>> {
    let moved = trolleys.iter().map(|trolley| move_trolley(shop, trolley));
    moved.collect()
}

/// Moves a trolley in a transaction that goes on whether it is short or not: a savepoint is
/// undone alone.
fn try_to_push(transaction: &mut Transaction<'_>, trolley: &Trolley) -> Result<Outcome> {
    let savepoint = transaction.savepoint()?;
    let outcome = push(&savepoint, trolley)?;
    if outcome == Outcome::Moved {
        savepoint.commit()?;
    }
    // Otherwise it is dropped here, which rolls back to where it began.
    Ok(outcome)
}

/// Moves book after book. What it has done when it is short or fails, its caller undoes.
fn push(shop: &Connection, trolley: &Trolley) -> Result<Outcome> {
    for &(book, copies) in &trolley.books {
        let taken = shop.execute(
            "UPDATE stock SET copies = copies - ?3
             WHERE book_id = ?1 AND place = ?2 AND copies >= ?3",
            params![book, trolley.from, copies],
        )?;
        if taken == 0 {
            return Ok(Outcome::TooFew { book });
        }
        shop.execute(
            "INSERT INTO stock (book_id, place, copies) VALUES (?1, ?2, ?3)
             ON CONFLICT (book_id, place) DO UPDATE SET copies = copies + excluded.copies",
            params![book, trolley.to, copies],
        )?;
        shop.execute(
            "INSERT INTO moves (book_id, from_place, to_place, copies) VALUES (?1, ?2, ?3, ?4)",
            params![book, trolley.from, trolley.to, copies],
        )?;
    }
    Ok(Outcome::Moved)
}
