//! # http5: a body in chunks
//!
//! The warehouse sends its stock list while it is still counting, so it cannot say how long the
//! list will be: it sends chunks, each with a length of its own. Somebody's decoder for them passed
//! its tests and failed on the first real day, because the network had cut the bytes elsewhere. A
//! second one lost the request behind the list, and a third one took 10000000000000005 for 5.
//!
//! A body in chunks (RFC 9112 §7.1), shown with a line end after each CRLF:
//!
//! ```text
//! 4;note=x\r\n          a size in hexadecimal, and extensions
//! 9780\r\n              so many bytes of data, then CRLF
//! A\r\n                 the next chunk: 10 bytes
//! 1404,7\r\n9,\r\n
//! 0\r\n                 size 0: the last chunk, without data
//! Checksum: 5d41\r\n    trailer lines, if any
//! \r\n                  an empty line ends the body
//! ```
//!
//! Rules:
//! - A size has 1 to 16 hexadecimal digits, in either case. Zeros in front are digits, too.
//! - Nothing follows a size but its CRLF, or extensions: spaces and tabs or none, a `;`, and all up
//!   to the CRLF. They may hold any byte except control bytes (0x00 to 0x1F, 0x7F) that are no
//!   tab. What they say is ignored.
//! - Data may hold any byte; its size alone says where it ends. Behind it comes CRLF.
//! - Trailer lines are not empty and hold any byte but CR and LF. More is not asked of them here:
//!   `trailers` returns them, each with its CRLF, as `Headers::parse` of `http2` wants them.
//! - A line ends with CRLF. A CR or LF by itself is wrong in every line.
//! - What breaks a rule is a `BadRequest` (400), told by `feed` when it gets the end of that line
//!   (of data without its CRLF: the two bytes behind the data) at the latest.
//! - All chunks together have at most `limit` bytes of data. `feed` tells that it is `TooLarge`
//!   (413) when it gets the end of the line whose size is too much.
//! - Other limits make it a `BadRequest`. All that stands between sizes and their CRLFs, in the
//!   whole body, is at most `MAX_EXTENSIONS` bytes; all trailer lines with their CRLFs are at most
//!   `MAX_TRAILERS`. A line that is too long is refused even if its end never comes: at the latest
//!   when 16 KiB of it have come.
//! - What is announced has not come: no memory is reserved for it.
//!
//! `feed` gets the bytes as they come, cut anywhere, in pieces of any size (also 0 bytes).
//! - It appends to `body` all the data in the piece; nothing is held back until a chunk is whole.
//! - It returns how many bytes of the piece belong to the body in chunks: all of them, or, where
//!   the body ends in the piece, those up to its end. What follows is the next request.
//! - At the end of the body, `is_done` becomes true. After that, `feed` takes 0 bytes of a piece.
//! - What it does after an error is left open, but it does not panic.
//!
//! What to do: write `Decoder`. Its fields are private; keep in it what you like.

/// The most bytes of extensions that one body may have.
pub const MAX_EXTENSIONS: usize = 4096;
/// The most bytes of trailer lines that one body may have.
pub const MAX_TRAILERS: usize = 8192;

/// Why a body is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkError {
    /// 400: it is not a body in chunks.
    BadRequest,
    /// 413: it is longer than we take.
    TooLarge,
}

/// Takes the data out of a body in chunks.
#[derive(Debug)]
pub struct Decoder {
    limit: u64,
}

impl Decoder {
    /// A decoder for a body of at most `limit` bytes.
    pub fn new(limit: u64) -> Decoder {
        Decoder { limit }
    }

    /// Takes the next piece, appends the data in it to `body`, and returns how many bytes of the
    /// piece belong to the body in chunks.
    pub fn feed(&mut self, piece: &[u8], body: &mut Vec<u8>) -> Result<usize, ChunkError> {
        todo!(
            "decode a piece of {} bytes: the body has {} so far, and may have {}",
            piece.len(),
            body.len(),
            self.limit
        )
    }

    /// Whether the body has ended.
    pub fn is_done(&self) -> bool {
        todo!("whether the body has ended")
    }

    /// The trailer lines of a body that has ended, each with its CRLF.
    pub fn trailers(&self) -> &[u8] {
        todo!("the trailer lines")
    }
}
