//! fails: loads_a_port_with_white_space_around_it
//! White space is trimmed after the number, but not before it.

use std::fmt;
use std::fs;
use std::io;
use std::num::ParseIntError;
use std::path::Path;

#[derive(Debug)]
pub enum PortError {
    Unreadable(io::Error),
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

pub fn load(path: &Path) -> Result<u16, PortError> {
    let text = fs::read_to_string(path)?;
    Ok(text.trim_end().parse::<u16>()?)
}
