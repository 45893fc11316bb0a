//! # db1: the search that runs what it is given
//!
//! A customer searched for "Winter's Night" and got an error page. A week later somebody typed
//! something longer with an apostrophe in it, and the page showed the e-mail addresses of all
//! customers in place of the titles. The links that sort the result put their words into the same
//! SQL statement.
//!
//! The rules for `search`:
//!
//! - A book is found when its title contains `text`, anywhere. Upper and lower case
//!   count as the same for the letters A to Z, and for no others (as in SQLite's LIKE): `élan` does
//!   not find "Élan". Every title contains the empty text.
//! - Each character of `text` stands for itself. That holds for `'`, `;` and `--`. It holds for `%`
//!   and `_`, which LIKE treats as wildcards, and for the character that you escape these with
//!   (<https://sqlite.org/lang_expr.html#like>). Texts of more than 1000 bytes and texts with a
//!   NUL character never get here: LIKE fails on the first and stops at the second.
//! - `text` reaches SQLite as a bound value (`?1`), so the SQL is the same whatever is searched for
//!   (<https://sqlite.org/c3ref/bind_blob.html>; OWASP, "SQL Injection Prevention", option 1). SQLite
//!   picks the books: never read the whole table into memory.
//! - `sort` is `title`, `price` or `published`, and `direction` is `asc` or `desc`, spelled exactly
//!   like this. Everything else, such as `Title`, `price_cents` or `ASC`, is
//!   `Err(SearchError::BadRequest(...))` (the message is yours), and never a default: the page
//!   answers 400. A column or a direction cannot be bound, so a list of what is allowed decides
//!   (OWASP, option 3).
//! - Titles sort as SQLite sorts text, byte by byte: `Z` comes before `a`. A book whose year
//!   nobody knows sorts as older than all others: that is how SQLite sorts NULL. Books with the
//!   same title, price or year are sorted by `id`, smallest first, in both directions.
//! - All books that are found are returned, however many there are.
//! - When SQLite fails, that is `Err(SearchError::Database(...))` with SQLite's own error, and
//!   never an empty or a shorter result. The text of a `SearchError` (its `Display`) contains what
//!   is inside it, as it does now.
//!
//! What to do: mend `search`. Its signature, `Book` and `SearchError` stay as they are.

use std::fmt;

use rusqlite::Connection;

/// One line of the result page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    pub id: i64,
    pub title: String,
    pub price_cents: i64,
    /// The year, if it is known.
    pub published: Option<i64>,
}

/// Why a search has no result.
#[derive(Debug)]
pub enum SearchError {
    /// The request is wrong: the page answers 400.
    BadRequest(String),
    /// SQLite failed: the page answers 500.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for SearchError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRequest(what) => write!(f, "bad request: {what}"),
            Self::Database(error) => write!(f, "database: {error}"),
        }
    }
}

/// The books whose title contains `text`, in the order asked for.
pub fn search(
    shop: &Connection,
    text: &str,
    sort: &str,
    direction: &str,
) -> Result<Vec<Book>, SearchError> {
    if sort.contains(';') || direction.contains(';') {
        return Err(SearchError::BadRequest("no second statement".to_owned()));
    }
    let column = if sort == "price" { "price_cents" } else { sort };
    let sql = format!(
        "SELECT id, title, price_cents, published
         FROM books
         WHERE title LIKE '%{text}%'
         ORDER BY {column} {direction}, id"
    );
    let mut statement = shop.prepare(&sql)?;
    let books = statement.query_map([], |row| {
        Ok(Book {
            id: row.get(0)?,
            title: row.get(1)?,
            price_cents: row.get(2)?,
            published: row.get(3)?,
        })
    })?;
    Ok(books.collect::<Result<_, _>>()?)
}
