//! fails: reserves_no_memory_for_what_is_only_announced

use std::io::{self, BufRead, Read};

/// The message is refused: 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRequest;

/// Why there is no body.
#[derive(Debug)]
pub enum BodyError {
    /// 413: it is longer than we take.
    TooLarge,
    /// The connection ended before the body did.
    Incomplete,
    /// The connection broke.
    Io(io::Error),
}

impl From<io::Error> for BodyError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What the values of `Content-Length` say: how many bytes the body has.
pub fn content_length(values: &[Vec<u8>]) -> Result<Option<u64>, BadRequest> {
    let mut agreed = None;
    let places = values.iter().flat_map(|value| value.split(is_comma));
    for place in places {
        let length = number(without_spaces(place))?;
        if *agreed.get_or_insert(length) != length {
            return Err(BadRequest);
        }
    }
    Ok(agreed)
}

fn is_comma(byte: &u8) -> bool {
    *byte == b','
}

/// The number that these digits are.
fn number(digits: &[u8]) -> Result<u64, BadRequest> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(BadRequest);
    }
    let digits = str::from_utf8(digits).map_err(|_| BadRequest)?;
    digits.parse().map_err(|_| BadRequest)
}

/// A place of the list without the spaces and tabs around it (`trim_ascii` would take CR and LF).
fn without_spaces(mut place: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = place {
        place = rest;
    }
    place
}

/// Reads a body of so many bytes, if `limit` allows so many.
pub fn read_body(reader: &mut impl BufRead, length: u64, limit: u64) -> Result<Vec<u8>, BodyError> {
    if length > limit {
        return Err(BodyError::TooLarge);
    }
    let mut body = Vec::with_capacity(length.min(1 << 20) as usize);
    reader.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Err(BodyError::Incomplete);
    }
    Ok(body)
}
