//! fails: the_text_of_an_error_contains_that_of_its_cause
//! It says which of the two happened, and not why.

use std::fmt;
use std::fs;
use std::io;
use std::num::ParseIntError;
use std::path::Path;

/// Why there is no port.
#[derive(Debug)]
pub enum PortError {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// The file does not contain a number from 0 to 65535.
    NotANumber(ParseIntError),
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(_) => write!(f, "cannot read the port file"),
            Self::NotANumber(_) => write!(f, "the port file does not contain a port"),
        }
    }
}

impl From<io::Error> for PortError {
    fn from(cause: io::Error) -> Self {
        Self::Unreadable(cause)
    }
}

impl From<ParseIntError> for PortError {
    fn from(cause: ParseIntError) -> Self {
        Self::NotANumber(cause)
    }
}

/// Reads the port that the server listens on.
pub fn load(path: &Path) -> Result<u16, PortError> {
    Ok(fs::read_to_string(path)?.trim().parse()?)
}
