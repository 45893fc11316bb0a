//! fails: skipped_lines_are_counted_as_lines
//! Only spaces make an empty line.

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
        if line.trim_matches(' ').is_empty() {
            continue;
        }
        let wrong = |value: &str| StockError {
            line: index + 1,
            value: value.trim().to_owned(),
        };
        let (_isbn, copies) = line.split_once(',').ok_or_else(|| wrong(line))?;
        let copies: u32 = copies.trim().parse().map_err(|_| wrong(copies))?;
        total += u64::from(copies);
    }
    Ok(total)
}
