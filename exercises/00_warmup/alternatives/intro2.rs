//! # intro2: the port number, each error named where it happens

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
    /// The file holds no number from 0 to 65535.
    NotANumber(ParseIntError),
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(cause) => write!(f, "cannot read the port file: {cause}"),
            Self::NotANumber(cause) => write!(f, "the port file holds no port: {cause}"),
        }
    }
}

/// Reads the port that the server is to listen on.
///
/// `map_err` in place of `From`: longer, but it can tell two failures of the same type apart,
/// for instance two files that may both be missing.
pub fn load(path: &Path) -> Result<u16, PortError> {
    fs::read_to_string(path)
        .map_err(PortError::Unreadable)?
        .trim()
        .parse()
        .map_err(PortError::NotANumber)
}
