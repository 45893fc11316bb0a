//! # intro3: the stock count, as one chain

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
///
/// `sum` works with `Result` too: it stops at the first error and returns it.
pub fn total(file: &str) -> Result<u64, StockError> {
    (1..)
        .zip(file.lines())
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(line, text)| {
            count(text).map_err(|value| StockError {
                line,
                value: value.to_owned(),
            })
        })
        .sum()
}

/// The count in a line, or else the text that is not a count.
fn count(line: &str) -> Result<u64, &str> {
    let value = match line.find(',') {
        Some(comma) => line[comma + 1..].trim(),
        None => return Err(line.trim()),
    };
    match value.parse::<u32>() {
        Ok(count) => Ok(count.into()),
        Err(_) => Err(value),
    }
}
