//! fails: undoes_all_when_sqlite_does_not_and_when_it_has
//! A COMMIT that fails is taken for the end of the transaction.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Result, params};

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
    Ok(move_all(shop, std::slice::from_ref(trolley))?[0])
}

/// Moves those of the trolleys that are not short; nothing at all if SQLite fails.
///
/// It looks before it writes: inside one transaction nobody can come in between, so a
/// trolley that is short has written nothing, and no savepoint is needed.
pub fn move_all(shop: &mut Connection, trolleys: &[Trolley]) -> Result<Vec<Outcome>> {
    shop.execute_batch("BEGIN IMMEDIATE")?;
    let outcomes = trolleys.iter().map(|trolley| {
        if let Some(book) = short(shop, trolley)? {
            return Ok(Outcome::TooFew { book });
        }
        push(shop, trolley)?;
        Ok(Outcome::Moved)
    });
    let result = outcomes
        .collect::<Result<Vec<_>>>()
        .and_then(|outcomes| Ok(outcomes));
    if result.is_err() {
        if !shop.is_autocommit() {
            shop.execute_batch("ROLLBACK")?;
        }
        return result;
    }
    shop.execute_batch("COMMIT")?;
    result
}

/// The first book of which there are too few: the lines of a book add up.
fn short(shop: &Connection, trolley: &Trolley) -> Result<Option<i64>> {
    let mut wanted: BTreeMap<i64, i64> = BTreeMap::new();
    for &(book, copies) in &trolley.books {
        let wanted = wanted.entry(book).or_default();
        *wanted += copies;
        let there = shop
            .query_row(
                "SELECT copies FROM stock WHERE book_id = ?1 AND place = ?2",
                params![book, trolley.from],
                |row| row.get(0),
            )
            .optional()?;
        if there.unwrap_or(0) < *wanted {
            return Ok(Some(book));
        }
    }
    Ok(None)
}

fn push(shop: &Connection, trolley: &Trolley) -> Result<()> {
    for &(book, copies) in &trolley.books {
        for (place, change) in [(&trolley.from, -copies), (&trolley.to, copies)] {
            shop.execute(
                "INSERT OR IGNORE INTO stock (book_id, place, copies) VALUES (?1, ?2, 0)",
                params![book, place],
            )?;
            let changed = shop.execute(
                "UPDATE stock SET copies = copies + ?3 WHERE book_id = ?1 AND place = ?2",
                params![book, place, change],
            )?;
            if changed == 0 {
                // OR IGNORE has kept silent about a place that does not exist: ask again, aloud.
                shop.execute(
                    "INSERT INTO stock (book_id, place, copies) VALUES (?1, ?2, ?3)",
                    params![book, place, change],
                )?;
            }
        }
        shop.execute(
            "INSERT INTO moves (book_id, from_place, to_place, copies) VALUES (?1, ?2, ?3, ?4)",
            params![book, trolley.from, trolley.to, copies],
        )?;
    }
    Ok(())
}
