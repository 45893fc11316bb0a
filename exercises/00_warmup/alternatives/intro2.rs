//! # intro2: the port number, with each error wrapped where it happens

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
            Self::Unreadable(cause) => write!(f, "cannot read the port file: {cause}"),
            Self::NotANumber(cause) => write!(f, "the port file does not contain a port: {cause}"),
        }
    }
}

/// Reads the port that the server listens on.
///
/// `map_err` instead of `From`: longer, but it can tell apart two failures of the same type, such
/// as two files that may both be missing.
pub fn load(path: &Path) -> Result<u16, PortError> {
    fs::read_to_string(path)
        .map_err(PortError::Unreadable)?
        .trim()
        .parse()
        .map_err(PortError::NotANumber)
}
