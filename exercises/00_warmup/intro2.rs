//! # intro2: the port number
//!
//! On Tuesday a deploy left the shop's port file out, and the new server ended with a backtrace.
//! On Wednesday the file was there, but it said `eighty`. Whoever is on call wants to see at once
//! which of the two it is, so `load` has to return a typed error for each, and never panic.
//!
//! Rules:
//! - The file holds a number from 0 to 65535; white space around it (a line end) does no harm.
//! - A file that cannot be read is `PortError::Unreadable`, with the cause inside.
//! - A file that holds no such number is `PortError::NotANumber`, with the cause inside. An empty
//!   file is one of these. There is no port to fall back on: the server must not guess.
//!
//! What to do: save once and read the compile error. `?` turns a `ParseIntError` into a `PortError`
//! with `From`, and one `From` is missing. When it compiles, one line is left that can panic.
//! `?` is described at <https://doc.rust-lang.org/book/ch09-02-recoverable-errors-with-result.html>.

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

impl From<io::Error> for PortError {
    fn from(cause: io::Error) -> Self {
        Self::Unreadable(cause)
    }
}

/// Reads the port that the server is to listen on.
pub fn load(path: &Path) -> Result<u16, PortError> {
    let text = fs::read_to_string(path).expect("the port file is there");
    let port = text.trim().parse::<u16>()?;
    Ok(port)
}
