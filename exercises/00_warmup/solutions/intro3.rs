//! # intro3: the stock count

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
    let mut total: u64 = 0;
    // `enumerate` comes before anything is skipped, so each number is that of the line in the file.
    for (index, line) in file.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        // Written once, because there are two ways to be wrong. `value` borrows from the file; it
        // is copied only when there is an error to carry it.
        let wrong = |value: &str| StockError {
            line: index + 1,
            value: value.trim().to_owned(),
        };
        let (_isbn, copies) = line.split_once(',').ok_or_else(|| wrong(line))?;
        let copies: u32 = copies.trim().parse().map_err(|_| wrong(copies))?;
        // A sum needs a wider type than its parts: 4 billion lines fit before this one overflows.
        total += u64::from(copies);
    }
    Ok(total)
}
