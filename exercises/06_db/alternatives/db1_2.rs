//! One statement for every search: SQLite finds the books, Rust puts them in order.

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
    let bad = |what: &str| Err(SearchError::BadRequest(what.to_owned()));
    let compare: fn(&Book, &Book) -> std::cmp::Ordering = match sort {
        "title" => |one, two| one.title.cmp(&two.title),
        "price" => |one, two| one.price_cents.cmp(&two.price_cents),
        "published" => |one, two| one.published.cmp(&two.published),
        other => return bad(other),
    };
    let descending = match direction {
        "asc" => false,
        "desc" => true,
        other => return bad(other),
    };
    // Folded on both sides, and by A to Z alone: Rust's to_lowercase() would change É too.
    let wanted = text.to_ascii_lowercase();
    let mut statement = shop.prepare(
        "SELECT id, title, price_cents, published
         FROM books
         WHERE instr(lower(title), ?1) > 0
         ORDER BY id",
    )?;
    let mut books: Vec<Book> = statement
        .query_map([wanted], |row| {
            let (id, title, price_cents, published) = row.try_into()?;
            Ok(Book {
                id,
                title,
                price_cents,
                published,
            })
        })?
        .collect::<Result<_, _>>()?;
    // sort_by keeps the order of equal books, which is by id.
    books.sort_by(|one, two| {
        if descending {
            compare(two, one)
        } else {
            compare(one, two)
        }
    });
    Ok(books)
}
