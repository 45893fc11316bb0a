//! # db9: the search that knows words
//!
//! Readers look for what others wrote: "bicycle", "daughter evening", "sci-fi". A LIKE reads every
//! review and finds "ice" in "nice". SQLite has a full-text index, FTS5, and the first try with it
//! found reviews that were deleted long ago, and answered 500 whenever somebody typed a `"`.
//!
//! The rules for `install`:
//!
//! - It makes an FTS5 index of `reviews.text` and the triggers that keep it in step
//!   (<https://sqlite.org/fts5.html#external_content_tables>; a table with a copy of the texts will
//!   do as well). All of it stays in the database file: other programs write reviews, too.
//! - After it, all reviews are found that were there before. From then on each INSERT, UPDATE and
//!   DELETE of `reviews` counts at once, an upsert (`ON CONFLICT ... DO UPDATE`) too. An UPDATE may
//!   change any column, also `id`. `text` may be NULL. (Nobody uses REPLACE: that fires no DELETE
//!   trigger unless `PRAGMA recursive_triggers` is on.)
//! - It runs whenever the shop starts, outside of transactions. A second run doubles nothing; and
//!   if the triggers were gone for a while, the index is right again after it.
//!
//! The rules for `search`:
//!
//! - `text` is cut into words at white space (`char::is_whitespace`); a NUL character counts as
//!   white space. A review is found if it contains **every** word, in any order and place.
//! - What counts as the same is up to FTS5's default tokenizer, `unicode61`: it ignores case and
//!   accents, and all that is no letter or digit separates tokens. Whole tokens only: `cit` does
//!   not find "city". There is no stemming: `cities` does not find it either.
//! - A word of several tokens, such as `sci-fi` or `O'Neill`, is found where these tokens follow
//!   one another: "Sci Fi", but not "sci and fi". A word without any, such as `?` or `***`, is left
//!   out.
//! - No character and no word has a meaning of its own. That holds for all that FTS5's query
//!   language knows (<https://sqlite.org/fts5.html#full_text_query_syntax>): `"`, `*`, `^`, `-`,
//!   `+`, `:`, parentheses and braces, `AND`, `OR`, `NOT` and `NEAR`, which are words like others.
//!   FTS5 takes what stands in double quotes for plain text; in it `""` is one double quote.
//! - Where no word is left, nothing is found, and that is no error.
//! - The best come first, by FTS5's `rank` (which is `bm25`: smaller is better); equally good ones
//!   by `id`, the smallest first. All that are found are returned.
//! - The work does not grow with the reviews that do not have the words.
//! - When SQLite fails, its error is returned, and no hits; so for a text with a word in it before
//!   `install` has run.
//!
//! What to do: write `install` and `search`. `text` has at most 100 words.

use rusqlite::Connection;

/// A review that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The review's id.
    pub id: i64,
    pub book_id: i64,
    pub text: String,
}

/// Makes the full-text index of the reviews, and what keeps it in step with them.
pub fn install(shop: &Connection) -> Result<(), rusqlite::Error> {
    todo!("an FTS5 table, three triggers, and what is there already: {shop:?}")
}

/// The reviews that contain every word of the text, the best first.
pub fn search(shop: &Connection, text: &str) -> Result<Vec<Hit>, rusqlite::Error> {
    todo!("{text:?} as an FTS5 query, and its result: {shop:?}")
}
