//! fails: counts_each_of_a_hundred_words

use rusqlite::Connection;

/// A review that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The review's id.
    pub id: i64,
    pub book_id: i64,
    pub text: String,
}

/// The index, what keeps it in step, and a first filling.
///
/// It holds no copy of the texts: `content` says where they are. So it must be told the *old* text
/// to forget, while only the trigger still knows it.
const INDEX: &str = "
CREATE VIRTUAL TABLE IF NOT EXISTS review_words
USING fts5 (text, content = 'reviews', content_rowid = 'id');

CREATE TRIGGER IF NOT EXISTS review_words_insert AFTER INSERT ON reviews BEGIN
    INSERT INTO review_words (rowid, text) VALUES (new.id, new.text);
END;

CREATE TRIGGER IF NOT EXISTS review_words_delete AFTER DELETE ON reviews BEGIN
    INSERT INTO review_words (review_words, rowid, text) VALUES ('delete', old.id, old.text);
END;

CREATE TRIGGER IF NOT EXISTS review_words_update AFTER UPDATE ON reviews BEGIN
    INSERT INTO review_words (review_words, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO review_words (rowid, text) VALUES (new.id, new.text);
END;

INSERT INTO review_words (review_words) VALUES ('rebuild');
";

/// Makes the full-text index of the reviews, and what keeps it in step with them.
pub fn install(shop: &Connection) -> Result<(), rusqlite::Error> {
    shop.execute_batch(INDEX)
}

/// The reviews that contain every word of the text, the best first.
pub fn search(shop: &Connection, text: &str) -> Result<Vec<Hit>, rusqlite::Error> {
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || c == '\0')
        .filter(|word| !word.is_empty())
        .take(20)
        .map(quoted)
        .collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = shop.prepare_cached(
        "SELECT reviews.id, reviews.book_id, reviews.text
         FROM review_words
         JOIN reviews ON reviews.id = review_words.rowid
         WHERE review_words MATCH ?1
         ORDER BY review_words.rank, reviews.id",
    )?;
    let hits = statement.query_map([words.join(" ")], |row| {
        Ok(Hit {
            id: row.get(0)?,
            book_id: row.get(1)?,
            text: row.get(2)?,
        })
    })?;
    hits.collect()
}

/// A word as an FTS5 string: in it, only the double quote has a meaning.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}
