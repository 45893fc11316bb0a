//! # tcp2: the length before the message
//!
//! Marginalia's warehouse asks the shop for cover pictures. A picture may hold any byte, so no
//! byte is left to mark its end: each picture goes as a frame, with its length before it. The
//! first version of the server died in a night: somebody sent it the four bytes `ff ff ff ff`, and
//! it reserved 4 GB for a picture that never came.
//!
//! A frame is a length and a payload. The length is four bytes: a `u32`, big-endian (the order of
//! bytes on the network, RFC 791 Appendix B), that counts the bytes of the payload and not itself.
//! Frames follow one another without anything in between. A payload of `"hi"` is the frame
//! `00 00 00 02 68 69`.
//!
//! Rules:
//! - A payload has at most `MAX_PAYLOAD` bytes, exactly that many included. It may be empty.
//! - `encode` returns the frame of a payload, or `Err(TooLong(n))` where the payload has n bytes,
//!   which are more than the limit.
//! - `read_frame` reads one frame and returns its payload, `Ok(Some(payload))`. Reads may bring
//!   less than they were asked for (`Read::read`); `Interrupted` means to call again.
//! - It reads no byte beyond its frame. What follows belongs to the next call, which is given the
//!   same stream.
//! - Where the stream ends before a frame has begun, there is no more: `Ok(None)`. An empty payload
//!   is `Ok(Some(vec![]))`. Where it ends inside a frame, in the length or in the payload, that is
//!   `Err(CutOff)`.
//! - Where the length is more than the limit, that is `Err(TooLong(n))`, n being the length. This
//!   is decided before memory is reserved for the payload and before a byte of it is read.
//! - Every other error of the stream is `Err(Io(error))`, as it is. It is not the end. (An error of
//!   the kind `UnexpectedEof` may be taken for the end.)
//!
//! What to do: write `encode` and `read_frame`.

use std::io::{self, Read};

/// How long a payload may be, in bytes: 64 KiB.
pub const MAX_PAYLOAD: usize = 65_536;

/// Why there is no frame.
#[derive(Debug)]
pub enum FrameError {
    /// The payload has, or is said to have, so many bytes: more than `MAX_PAYLOAD`.
    TooLong(usize),
    /// The stream ended inside a frame.
    CutOff,
    /// The stream failed.
    Io(io::Error),
}

/// The frame of a payload.
pub fn encode(payload: &[u8]) -> Result<Vec<u8>, FrameError> {
    todo!("the length of {payload:?}, and then the payload")
}

/// The payload of the next frame; `None` where the stream has ended.
pub fn read_frame(stream: &mut impl Read) -> Result<Option<Vec<u8>>, FrameError> {
    let mut length = [0; 4];
    // Is this enough? It says how many bytes it has read.
    let count = stream.read(&mut length).map_err(FrameError::Io)?;
    todo!("look at {count} bytes of {length:?}")
}
