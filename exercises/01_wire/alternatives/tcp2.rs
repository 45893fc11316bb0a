//! # tcp2: the length before the message, with what `Read` offers

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

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The frame of a payload.
pub fn encode(payload: &[u8]) -> Result<Vec<u8>, FrameError> {
    match u32::try_from(payload.len()) {
        Ok(length) if payload.len() <= MAX_PAYLOAD => {
            Ok([&length.to_be_bytes()[..], payload].concat())
        }
        _ => Err(FrameError::TooLong(payload.len())),
    }
}

/// The payload of the next frame; `None` where the stream has ended.
pub fn read_frame(stream: &mut impl Read) -> Result<Option<Vec<u8>>, FrameError> {
    let header = up_to(stream, 4)?;
    let length = match header[..] {
        [] => return Ok(None),
        [a, b, c, d] => u32::from_be_bytes([a, b, c, d]) as usize,
        _ => return Err(FrameError::CutOff),
    };
    if length > MAX_PAYLOAD {
        return Err(FrameError::TooLong(length));
    }
    let payload = up_to(stream, length)?;
    if payload.len() < length {
        return Err(FrameError::CutOff);
    }
    Ok(Some(payload))
}

/// So many bytes, or what comes before the end. The vector grows with what has really come:
/// even a length within the limit costs nothing while it is only a promise.
fn up_to(stream: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(count as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
