//! # intro2: the port number
//!
//! On Tuesday a deploy left out the shop's port file, and the new server crashed with a backtrace.
//! On Wednesday the file was there, but it said `eighty`. Whoever is on call needs to see at once
//! which of the two happened, so `load` must return a typed error for each, and never panic.
//!
//! Rules:
//! - The file contains a number from 0 to 65535. White space around it (a line end) is allowed.
//! - A file that cannot be read is `PortError::Unreadable`, whether it is missing, a directory or
//!   anything else. The cause is inside: the error that reading gave.
//! - A file that contains something else is `PortError::NotANumber`. The cause is inside: the error
//!   that parsing gave. An empty file is one of these. There is no default port: the server must
//!   not guess.
//! - Bytes that are not UTF-8 text are an error too. Which of the two it is, is up to you.
//! - The text of an error (its `Display`) contains the text of its cause, as it does now.
//!
//! What to do: save once, read the compile error and fix it. Then make sure that `load` cannot
//! panic. The Rust book explains `?`:
//! <https://doc.rust-lang.org/book/ch09-02-recoverable-errors-with-result.html>.

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

/// Reads the port that the server listens on.
pub fn load(path: &Path) -> Result<u16, PortError> {
    let text = fs::read_to_string(path).expect("the port file is there");
    let port = text.trim().parse::<u16>()?;
    Ok(port)
}
