//! fails: adds_up_a_good_file
//! The second line of a book replaces the first one.

use std::collections::HashMap;
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
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for (index, line) in file.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |value: &str| StockError {
            line: index + 1,
            value: value.trim().to_owned(),
        };
        let (isbn, copies) = line.split_once(',').ok_or_else(|| wrong(line))?;
        let copies: u32 = copies.trim().parse().map_err(|_| wrong(copies))?;
        counts.insert(isbn, copies);
    }
    Ok(counts.into_values().map(u64::from).sum())
}
