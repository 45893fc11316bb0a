//! fails: runs_two_statements_at_most
//! Compiled once is not run once.

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
        "SELECT customers.name, reviews.stars, reviews.text
         FROM reviews
         JOIN customers ON customers.id = reviews.customer_id
         WHERE reviews.book_id = ?1
         ORDER BY reviews.written_on DESC, reviews.id",
    )?;
    for book in &mut books {
        let reviews = statement.query_map([book.id], |row| {
            Ok(Review {
                by: row.get(0)?,
                stars: row.get(1)?,
                text: row.get(2)?,
            })
        })?;
        book.reviews = reviews.collect::<Result<_, _>>()?;
    }
    Ok(books)
}
