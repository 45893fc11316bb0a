//! # rusqlite: the shelf
//!
//! The shop keeps its shelf in SQLite. Books come and go, and customers look
//! for them with texts of every kind.

use rusqlite::{Connection, OptionalExtension, Row, params};

/// A book on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Its number.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// What it costs, in cents.
    pub cents: i64,
    /// How many of it there are.
    pub copies: i64,
}

/// Why a sale does not happen.
#[derive(Debug)]
pub enum SaleError {
    /// There is no such book.
    Unknown,
    /// There are fewer copies than are wanted; so many are left.
    TooFew(i64),
    /// SQLite failed.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for SaleError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Makes the table.
pub fn create(shelf: &Connection) -> rusqlite::Result<()> {
    shelf.execute_batch(
        "CREATE TABLE books (
             id INTEGER PRIMARY KEY,
             title TEXT NOT NULL,
             cents INTEGER NOT NULL CHECK (cents >= 0),
             copies INTEGER NOT NULL CHECK (copies >= 0)
         )",
    )
}

/// Puts a book on the shelf and returns its number.
pub fn add(shelf: &Connection, title: &str, cents: i64, copies: i64) -> rusqlite::Result<i64> {
    shelf.execute(
        "INSERT INTO books (title, cents, copies) VALUES (?1, ?2, ?3)",
        params![title, cents, copies],
    )?;
    Ok(shelf.last_insert_rowid())
}

/// The books whose title contains a text, by title.
pub fn search(shelf: &Connection, text: &str) -> rusqlite::Result<Vec<Book>> {
    let mut statement = shelf.prepare_cached(
        "SELECT id, title, cents, copies FROM books
         WHERE instr(lower(title), lower(?1)) > 0 ORDER BY title, id",
    )?;
    let books = statement.query_map([text], book)?;
    books.collect()
}

/// The book of a number.
pub fn find(shelf: &Connection, id: i64) -> rusqlite::Result<Option<Book>> {
    shelf
        .query_row(
            "SELECT id, title, cents, copies FROM books WHERE id = ?1",
            [id],
            book,
        )
        .optional()
}

/// Sells copies of a book and returns what they cost, in cents.
pub fn sell(shelf: &mut Connection, id: i64, copies: i64) -> Result<i64, SaleError> {
    let sale = shelf.transaction()?;
    let book = find(&sale, id)?.ok_or(SaleError::Unknown)?;
    if book.copies < copies {
        return Err(SaleError::TooFew(book.copies));
    }
    sale.execute(
        "UPDATE books SET copies = copies - ?2 WHERE id = ?1",
        [id, copies],
    )?;
    sale.commit()?;
    Ok(book.cents + copies)
}

fn book(row: &Row<'_>) -> rusqlite::Result<Book> {
    Ok(Book {
        id: row.get("id")?,
        title: row.get("title")?,
        cents: row.get("cents")?,
        copies: row.get("copies")?,
    })
}
