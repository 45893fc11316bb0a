//! # http3: a body with a length, digit by digit and piece by piece

use std::io::{self, BufRead, ErrorKind};

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
    if values.is_empty() {
        return Ok(None);
    }
    let list = values.join(&b',');
    let lengths: Option<Vec<u64>> = list.split(|byte| *byte == b',').map(number).collect();
    let mut lengths = lengths.ok_or(BadRequest)?;
    lengths.dedup();
    match lengths[..] {
        [length] => Ok(Some(length)),
        _ => Err(BadRequest),
    }
}

/// The number in one place of the list.
fn number(place: &[u8]) -> Option<u64> {
    let is_digit = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let first = place.iter().position(is_digit)?;
    let last = place.iter().rposition(is_digit)?;
    place[first..=last].iter().try_fold(0_u64, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Reads a body of so many bytes, if `limit` allows so many.
pub fn read_body(reader: &mut impl BufRead, length: u64, limit: u64) -> Result<Vec<u8>, BodyError> {
    if length > limit {
        return Err(BodyError::TooLarge);
    }
    let mut body = Vec::new();
    let mut missing = length;
    while missing > 0 {
        let piece = match reader.fill_buf() {
            Ok([]) => return Err(BodyError::Incomplete),
            Ok(piece) => piece,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        // Of the piece, only what belongs to the body is used up.
        let count = usize::try_from(missing).map_or(piece.len(), |all| all.min(piece.len()));
        body.extend_from_slice(&piece[..count]);
        reader.consume(count);
        missing -= count as u64;
    }
    Ok(body)
}
