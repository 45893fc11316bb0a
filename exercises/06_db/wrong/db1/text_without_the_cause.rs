//! fails: the_text_of_an_error_contains_what_is_inside
//! The log says that the database failed, and not how.

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
            Self::Database(_) => write!(f, "the database failed"),
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
    let column = match sort {
        "title" => "title",
        "price" => "price_cents",
        "published" => "published",
        _ => return Err(SearchError::BadRequest(format!("no sort {sort:?}"))),
    };
    let direction = match direction {
        "asc" => "ASC",
        "desc" => "DESC",
        _ => {
            return Err(SearchError::BadRequest(format!(
                "no direction {direction:?}"
            )));
        }
    };
    let sql = format!(
        "SELECT id, title, price_cents, published
         FROM books
         WHERE title LIKE ?1 ESCAPE '\\'
         ORDER BY {column} {direction}, id"
    );
    let pattern = format!("%{}%", escaped(text));
    let mut statement = shop.prepare_cached(&sql)?;
    let books = statement.query_map([pattern], |row| {
        Ok(Book {
            id: row.get(0)?,
            title: row.get(1)?,
            price_cents: row.get(2)?,
            published: row.get(3)?,
        })
    })?;
    Ok(books.collect::<Result<_, _>>()?)
}

/// `text` as a LIKE pattern that matches it and nothing else.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}
