//! # db4: the shelf that asks once per book
//!
//! Two statements, one for each level of the page: the books, and the reviews of all of them. They
//! are put together by id, in memory. It stays two, however long the shelf is. Put both into one
//! transaction if a review that comes in between must not matter; here it only waits for its book.

use std::collections::HashMap;

use rusqlite::Connection;

/// One book of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    pub id: i64,
    pub title: String,
    pub author: Option<String>,
    pub copies: i64,
    pub reviews: Vec<Review>,
}

/// One review of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The customer's name.
    pub by: String,
    pub stars: Option<i64>,
    pub text: Option<String>,
}

/// The books of a genre, with all that the page shows of them.
pub fn shelf(shop: &Connection, genre: &str) -> Result<Vec<Book>, rusqlite::Error> {
    // One row per book: what a book has at most one of is joined, what is added up is a subquery.
    let mut statement = shop.prepare_cached(
        "SELECT
             books.id,
             books.title,
             authors.name,
             (SELECT coalesce(sum(copies), 0) FROM stock WHERE stock.book_id = books.id)
         FROM books
         LEFT JOIN authors ON authors.id = books.author_id
         WHERE books.genre = ?1
         ORDER BY books.title, books.id",
    )?;
    let books = statement.query_map([genre], |row| {
        Ok(Book {
            id: row.get(0)?,
            title: row.get(1)?,
            author: row.get(2)?,
            copies: row.get(3)?,
            reviews: Vec::new(),
        })
    })?;
    let mut books = books.collect::<Result<Vec<_>, _>>()?;

    // All their reviews, found by the condition that found the books: no list of ids to hand over.
    let mut statement = shop.prepare_cached(
        "SELECT reviews.book_id, customers.name, reviews.stars, reviews.text
         FROM reviews
         JOIN books ON books.id = reviews.book_id
         JOIN customers ON customers.id = reviews.customer_id
         WHERE books.genre = ?1
         ORDER BY reviews.written_on DESC, reviews.id",
    )?;
    let mut rows = statement.query([genre])?;
    let mut reviews: HashMap<i64, Vec<Review>> = HashMap::new();
    while let Some(row) = rows.next()? {
        reviews.entry(row.get(0)?).or_default().push(Review {
            by: row.get(1)?,
            stars: row.get(2)?,
            text: row.get(3)?,
        });
    }
    for book in &mut books {
        // A book without reviews is not in the map.
        book.reviews = reviews.remove(&book.id).unwrap_or_default();
    }
    Ok(books)
}
