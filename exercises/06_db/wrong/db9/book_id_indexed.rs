//! fails: finds_what_stands_in_the_text_only

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
const INDEX: &str = "
CREATE VIRTUAL TABLE IF NOT EXISTS review_words
USING fts5 (text, book_id);

CREATE TRIGGER IF NOT EXISTS review_words_insert AFTER INSERT ON reviews WHEN new.text IS NOT NULL BEGIN
    INSERT INTO review_words (rowid, text, book_id) VALUES (new.id, new.text, new.book_id);
END;

CREATE TRIGGER IF NOT EXISTS review_words_delete AFTER DELETE ON reviews BEGIN
    DELETE FROM review_words WHERE rowid = old.id;
END;

CREATE TRIGGER IF NOT EXISTS review_words_update AFTER UPDATE ON reviews BEGIN
    DELETE FROM review_words WHERE rowid = old.id;
    INSERT INTO review_words (rowid, text, book_id) VALUES (new.id, new.text, new.book_id);
END;

DELETE FROM review_words;
INSERT INTO review_words (rowid, text, book_id) SELECT id, text, book_id FROM reviews WHERE text IS NOT NULL;
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
        .map(quoted)
        .collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = shop.prepare_cached(
        "WITH hits AS (
             SELECT rowid AS id, book_id, text, bm25(review_words) AS score
             FROM review_words(?1)
         )
         SELECT id, book_id, text
         FROM hits
         ORDER BY score, id",
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
