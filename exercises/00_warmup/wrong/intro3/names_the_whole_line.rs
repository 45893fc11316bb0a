//! fails: the_error_names_the_value

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
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let wrong = || StockError {
            line: index + 1,
            value: line.to_owned(),
        };
        let (_isbn, copies) = line.split_once(',').ok_or_else(wrong)?;
        let copies: u32 = copies.trim().parse().map_err(|_| wrong())?;
        total += u64::from(copies);
    }
    Ok(total)
}
