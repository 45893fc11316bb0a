//! Made anew at each start, without the texts in it; the query is written character by character.

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
DROP TABLE IF EXISTS found;
DROP TRIGGER IF EXISTS reviews_ai;
DROP TRIGGER IF EXISTS reviews_ad;
DROP TRIGGER IF EXISTS reviews_au;

CREATE VIRTUAL TABLE found USING fts5 (words, content = '', contentless_delete = 1);

CREATE TRIGGER reviews_ai AFTER INSERT ON reviews BEGIN
    INSERT INTO found (rowid, words) VALUES (new.id, new.text);
END;
CREATE TRIGGER reviews_ad AFTER DELETE ON reviews BEGIN
    DELETE FROM found WHERE rowid = old.id;
END;
CREATE TRIGGER reviews_au AFTER UPDATE ON reviews BEGIN
    DELETE FROM found WHERE rowid = old.id;
    INSERT INTO found (rowid, words) VALUES (new.id, new.text);
END;

INSERT INTO found (rowid, words) SELECT id, text FROM reviews;
";

/// Makes the full-text index of the reviews, and what keeps it in step with them.
pub fn install(shop: &Connection) -> Result<(), rusqlite::Error> {
    shop.execute_batch(INDEX)
}

/// The reviews that contain every word of the text, the best first.
pub fn search(shop: &Connection, text: &str) -> Result<Vec<Hit>, rusqlite::Error> {
    // One pass over the characters; only what is in quotes ever reaches FTS5.
    let mut query = String::new();
    let mut open = false;
    for c in text.chars() {
        let between = c.is_whitespace() || c == '\0';
        if between == open {
            query.push_str(if open { "\" " } else { "\"" });
            open = !open;
        }
        match c {
            _ if between => {}
            '"' => query.push_str("\"\""),
            c => query.push(c),
        }
    }
    if open {
        query.push('"');
    }
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = shop.prepare(
        "SELECT reviews.id, reviews.book_id, reviews.text
         FROM found
         CROSS JOIN reviews ON reviews.id = found.rowid
         WHERE found MATCH ?1
         ORDER BY bm25(found), found.rowid",
    )?;
    let hits = statement.query_map([query], |row| {
        Ok(Hit {
            id: row.get(0)?,
            book_id: row.get(1)?,
            text: row.get(2)?,
        })
    })?;
    hits.collect()
}
