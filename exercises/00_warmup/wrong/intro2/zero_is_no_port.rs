//! fails: loads_a_port_with_white_space_around_it
//! A type that leaves out 0, which the rules allow.

use std::fmt;
use std::fs;
use std::io;
use std::num::{NonZeroU16, ParseIntError};
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
    let port = fs::read_to_string(path)?.trim().parse::<NonZeroU16>()?;
    Ok(port.get())
}
