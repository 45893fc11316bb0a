//! fails: a_bad_count_is_an_error_not_a_panic
//! No more panics, and no errors either: bad lines are left out.

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

pub fn total(file: &str) -> Result<u64, StockError> {
    let mut total = 0;
    for line in file.lines() {
        if let Some((_isbn, copies)) = line.split_once(',')
            && let Ok(copies) = copies.trim().parse::<u32>()
        {
            total += u64::from(copies);
        }
    }
    Ok(total)
}
