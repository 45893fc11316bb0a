//! fails: shows_every_review_the_newest_first

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

    let mut statement = shop.prepare_cached(
        "SELECT reviews.book_id, customers.name, reviews.stars, reviews.text
         FROM reviews
         JOIN books ON books.id = reviews.book_id
         JOIN customers ON customers.id = reviews.customer_id
         WHERE books.genre = ?1
         ORDER BY reviews.written_on DESC",
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
        book.reviews = reviews.remove(&book.id).unwrap_or_default();
    }
    Ok(books)
}
