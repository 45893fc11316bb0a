//! # http3: a body with a length
//!
//! Orders vanish: when the app sends two requests in one go, the second one is lost together with
//! the body of the first. An order whose connection broke halfway was booked as it was, without its
//! last lines. A stranger sent two lengths, 5 and 30: the proxy believed one, the server the other.
//! And another one announced 30 gigabytes, sent nothing, and the server ran out of memory.
//!
//! Rules (RFC 9110 §8.6, RFC 9112 §6.2, §6.3 and §8). `content_length` gets what the header fields
//! say in `Content-Length`, as `values` in `http2` returns it, and says how long the body is.
//! - Without any value, nothing is said: `None`.
//! - A value is a list of lengths with commas between them, mostly of a single one. Spaces and
//!   tabs beside a comma are no part of a length. Several values are one list.
//! - A length is one or more ASCII digits and nothing else: no sign, no point, no space. Zeros in
//!   front change nothing: `007` is 7.
//! - All lengths of the list must be the same number; that is the length of the body. Whoever sends
//!   `5, 5` may have been joined on the way; whoever sends `5, 6` is refused.
//! - What is not such a list is refused (400); so is a list with an empty place in it (`5,` or
//!   `5,,5`), a value that is empty, and a number that does not fit a `u64`.
//!
//! `read_body` gets a connection right behind the empty line that ends the header fields, the
//! length of the body, and the most bytes that we take.
//! - A length above the limit is `TooLarge` (413), and nothing is read.
//! - Otherwise the body is exactly the next `length` bytes. What follows is the next request: it
//!   stays in `reader`.
//! - Once the body is there, nothing more is read from the connection, and for a length of 0
//!   nothing at all: the client may be waiting for its answer, and the read would wait for it.
//! - When the connection ends before the body does, that is `Incomplete`, never a shorter body.
//! - A read that was interrupted (`ErrorKind::Interrupted`) is tried again. Any other error comes
//!   back as it is, in `Io`. (One of the kind `UnexpectedEof` may be taken for the end.)
//! - What is announced has not come. `read_body` never holds more memory than twice what has come
//!   (a `Vec` that grows may do that) and 64 KiB.
//!
//! What to do: mend `content_length` and `read_body`.

use std::io::{self, BufRead};

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
    let Some(value) = values.first() else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(value);
    let first = text.split(',').next().unwrap_or_default();
    let length = first.trim().parse().map_err(|_| BadRequest)?;
    Ok(Some(length))
}

/// Reads a body of so many bytes, if `limit` allows so many.
pub fn read_body(reader: &mut impl BufRead, length: u64, limit: u64) -> Result<Vec<u8>, BodyError> {
    let length = length.min(limit) as usize;
    let mut body = Vec::with_capacity(length);
    loop {
        let piece = reader.fill_buf()?;
        let count = piece.len();
        body.extend_from_slice(piece);
        reader.consume(count);
        if count == 0 || body.len() >= length {
            break;
        }
    }
    body.truncate(length);
    Ok(body)
}
