//! Every statement is a constant.

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

macro_rules! select {
    () => {
        "SELECT * FROM books WHERE instr(lower(title), lower(:text)) > 0 "
    };
}

#[derive(Clone, Copy)]
enum Sort {
    Title,
    Price,
    Published,
}

impl std::str::FromStr for Sort {
    type Err = SearchError;

    fn from_str(word: &str) -> Result<Self, SearchError> {
        [
            ("title", Self::Title),
            ("price", Self::Price),
            ("published", Self::Published),
        ]
        .into_iter()
        .find_map(|(name, sort)| (name == word).then_some(sort))
        .ok_or_else(|| SearchError::BadRequest(format!("no sort {word:?}")))
    }
}

/// The books whose title contains `text`, in the order asked for.
pub fn search(
    shop: &Connection,
    text: &str,
    sort: &str,
    direction: &str,
) -> Result<Vec<Book>, SearchError> {
    let descending = match direction {
        "asc" => false,
        "desc" => true,
        _ => return Err(SearchError::BadRequest(String::new())),
    };
    // One statement each, written out; instr() knows no wildcards.
    let sql = match (sort.parse()?, descending) {
        (Sort::Title, false) => concat!(select!(), "ORDER BY title, id"),
        (Sort::Title, true) => concat!(select!(), "ORDER BY title DESC, id"),
        (Sort::Price, false) => concat!(select!(), "ORDER BY price_cents, id"),
        (Sort::Price, true) => concat!(select!(), "ORDER BY price_cents DESC, id"),
        (Sort::Published, false) => concat!(select!(), "ORDER BY published, id"),
        (Sort::Published, true) => concat!(select!(), "ORDER BY published DESC, id"),
    };
    let mut statement = shop.prepare(sql)?;
    let mut rows = statement.query(rusqlite::named_params! { ":text": text })?;
    let mut books = Vec::new();
    while let Some(row) = rows.next()? {
        books.push(Book {
            id: row.get("id")?,
            title: row.get("title")?,
            price_cents: row.get("price_cents")?,
            published: row.get("published")?,
        });
    }
    Ok(books)
}
