//! One statement, whose rows are put together as they come.

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
    let mut statement = shop.prepare(
        "WITH in_stock AS (
             SELECT book_id, sum(copies) AS copies FROM stock GROUP BY book_id
         )
         SELECT
             books.id,
             books.title,
             authors.name AS author,
             coalesce(in_stock.copies, 0) AS copies,
             reviews.id IS NOT NULL AS reviewed,
             customers.name AS reader,
             reviews.stars,
             reviews.text
         FROM books
         LEFT JOIN authors ON authors.id = books.author_id
         LEFT JOIN in_stock ON in_stock.book_id = books.id
         LEFT JOIN reviews ON reviews.book_id = books.id
         LEFT JOIN customers ON customers.id = reviews.customer_id
         WHERE books.genre = ?1
         ORDER BY books.title, books.id, reviews.written_on DESC, reviews.id",
    )?;
    let mut rows = statement.query([genre])?;
    let mut books: Vec<Book> = Vec::new();
    // A book comes once for each review; all of its rows stand together.
    while let Some(row) = rows.next()? {
        let id = row.get("id")?;
        if books.last().is_none_or(|book| book.id != id) {
            books.push(Book {
                id,
                title: row.get("title")?,
                author: row.get("author")?,
                copies: row.get("copies")?,
                reviews: Vec::new(),
            });
        }
        if row.get("reviewed")?
            && let Some(book) = books.last_mut()
        {
            book.reviews.push(Review {
                by: row.get("reader")?,
                stars: row.get("stars")?,
                text: row.get("text")?,
            });
        }
    }
    Ok(books)
}
