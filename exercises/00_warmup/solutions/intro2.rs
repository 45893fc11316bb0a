//! # intro2: the port number

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

impl From<io::Error> for PortError {
    fn from(cause: io::Error) -> Self {
        Self::Unreadable(cause)
    }
}

// One `From` for each cause. `?` calls it, so the lines that can fail stay short, and the
// compiler points out every cause that you have not thought of.
impl From<ParseIntError> for PortError {
    fn from(cause: ParseIntError) -> Self {
        Self::NotANumber(cause)
    }
}

/// Reads the port that the server listens on.
pub fn load(path: &Path) -> Result<u16, PortError> {
    let text = fs::read_to_string(path)?;
    // `parse::<u16>` knows the range: 65536 is an error here, without a check of our own.
    let port = text.trim().parse::<u16>()?;
    Ok(port)
}
