//! # intro3: the stock count
//!
//! Each night the warehouse sends a file with the number of copies of every book. Last night one
//! line said `twelve` instead of `12`. The import panicked, nobody knew why, and all of
//! Marginalia's books were shown as sold out until noon.
//!
//! Rules:
//! - A line is `ISBN,copies`. Everything after the first comma is the count: a whole number that
//!   fits into a `u32`. White space around it is allowed. Whether `+5` is a count is left open.
//! - A line that is empty or only white space is skipped, but it still counts as a line.
//! - The result is the sum of the counts. It may be larger than a `u32` can hold.
//! - The first wrong line ends the import with a `StockError`. It has the number of the line,
//!   counted from 1, and the wrong value, without the white space around it. The value is the
//!   count; if the line has no comma, it is the whole line.
//! - The text of a `StockError` (its `Display`) contains both, as it does now.
//! - `total` never panics, whatever the file contains.
//!
//! What to do: find everything in `total` that can panic. For each, return an error, or see to it
//! that it cannot happen.

use std::fmt;

/// The first line of a stock file that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockError {
    /// The number of the line, counted from 1.
    pub line: usize,
    /// The text that is not a count of copies.
    pub value: String,
}

impl fmt::Display for StockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: `{}` is not a count", self.line, self.value)
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
