//! fails: counts_a_book_that_is_on_the_trolley_twice
//! Adds up what the whole trolley needs of a book before it looks at the next line.

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

fn move_books(shop: &Connection, trolley: &Trolley) -> Result<Outcome> {
    for &(book, copies) in &trolley.books {
        let n: i64 = shop.query_row(
            "SELECT coalesce(sum(copies), 0) FROM stock WHERE book_id = ?1 AND place = ?2",
            params![book, trolley.from],
            |r| r.get(0),
        )?;
        let _ = copies;
        let total: i64 = trolley
            .books
            .iter()
            .filter(|b| b.0 == book)
            .map(|b| b.1)
            .sum();
        if n < total {
            return Ok(Outcome::TooFew { book });
        }
    }
    for &(book, copies) in &trolley.books {
        shop.execute(
            "UPDATE stock SET copies = copies - ?3
             WHERE book_id = ?1 AND place = ?2",
            params![book, trolley.from, copies],
        )?;
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

/// Moves all of a trolley or nothing.
pub fn move_trolley(shop: &mut Connection, trolley: &Trolley) -> Result<Outcome> {
    let tx = shop.transaction()?;
    let outcome = move_books(&tx, trolley)?;
    if outcome == Outcome::Moved {
        tx.commit()?;
    }
    Ok(outcome)
}

/// Moves those of the trolleys that are not short; nothing at all if SQLite fails.
pub fn move_all(shop: &mut Connection, trolleys: &[Trolley]) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    let mut tx = shop.transaction()?;
    for trolley in trolleys {
        let sp = tx.savepoint()?;
        let outcome = move_books(&sp, trolley)?;
        if outcome == Outcome::Moved {
            sp.commit()?;
        }
        outcomes.push(outcome);
    }
    tx.commit()?;
    Ok(outcomes)
}
