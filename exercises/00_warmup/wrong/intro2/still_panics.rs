//! fails: a_missing_file_is_unreadable_not_a_panic
//! The compile error is fixed and nothing else.

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
    let text = fs::read_to_string(path).expect("the port file is there");
    let port = text.trim().parse::<u16>()?;
    Ok(port)
}
