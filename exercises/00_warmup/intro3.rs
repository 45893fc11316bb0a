//! # intro3: the stock count
//!
//! Each night the warehouse sends a file with the copies it has of every book. Last night one line
//! said `twelve` in place of `12`. The import panicked, nobody knew why, and all of Marginalia's
//! books were shown as sold out until noon.
//!
//! Rules:
//! - A line is `ISBN,copies`. What stands after the first comma is the count: a whole number that
//!   fits into a `u32`. White space around it does no harm.
//! - A line that is empty or only white space is skipped, but it is counted as a line.
//! - The result is the sum of the counts. It may be larger than a `u32` holds.
//! - The first line that is wrong ends the import with a `StockError`: its number, from 1, and
//!   the value that is wrong, without white space around it. That is the count; where a line has
//!   no comma, it is the whole line.
//! - `total` never panics, whatever the file says.
//!
//! What to do: find what can panic in `total`, and return an error there. `ok_or_else` and
//! `map_err` of the standard library make a `StockError` out of what `?` would return.

use std::fmt;

/// The first line of a stock file that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockError {
    /// The number of the line; the first line is 1.
    pub line: usize,
    /// The text that is not a count of copies.
    pub value: String,
}

impl fmt::Display for StockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: `{}` is no count", self.line, self.value)
    }
}

impl std::error::Error for StockError {}

/// How many copies there are of all books together.
pub fn total(file: &str) -> Result<u64, StockError> {
    let mut total: u32 = 0;
    for line in file.lines().filter(|line| !line.trim().is_empty()) {
        let (_isbn, copies) = line.split_once(',').unwrap();
        total += copies.trim().parse::<u32>().unwrap();
    }
    Ok(total.into())
}
