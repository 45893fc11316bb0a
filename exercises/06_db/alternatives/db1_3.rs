//! One constant statement: the words of the request are compared in it, as values.

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
    if !matches!(sort, "title" | "price" | "published") {
        return Err(SearchError::BadRequest(format!("sort by {sort:?}?")));
    }
    if !matches!(direction, "asc" | "desc") {
        return Err(SearchError::BadRequest(format!(
            "which way is {direction:?}?"
        )));
    }
    let mut pattern = String::from("%");
    for character in text.chars() {
        if "!%_".contains(character) {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    let key = format!("{sort} {direction}");
    let mut statement = shop.prepare(
        "SELECT id, title, price_cents, published
         FROM books
         WHERE title LIKE ?1 ESCAPE '!'
         ORDER BY
             CASE ?2
                 WHEN 'title asc' THEN title
                 WHEN 'price asc' THEN price_cents
                 WHEN 'published asc' THEN published
             END,
             CASE ?2
                 WHEN 'title desc' THEN title
                 WHEN 'price desc' THEN price_cents
                 WHEN 'published desc' THEN published
             END DESC,
             id",
    )?;
    let books = statement.query_map([pattern, key], |row| {
        Ok(Book {
            id: row.get(0)?,
            title: row.get(1)?,
            price_cents: row.get(2)?,
            published: row.get(3)?,
        })
    })?;
    Ok(books.collect::<Result<_, _>>()?)
}
