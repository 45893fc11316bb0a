//! fails: a_line_without_a_comma_is_an_error
//! The count is trimmed on both sides, the whole line on one.

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
    let mut total: u64 = 0;
    for (index, line) in file.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |value: &str| StockError {
            line: index + 1,
            value: value.trim().to_owned(),
        };
        let (_isbn, copies) = line.split_once(',').ok_or_else(|| StockError {
            line: index + 1,
            value: line.trim_start().to_owned(),
        })?;
        let copies: u32 = copies.trim().parse().map_err(|_| wrong(copies))?;
        total += u64::from(copies);
    }
    Ok(total)
}
