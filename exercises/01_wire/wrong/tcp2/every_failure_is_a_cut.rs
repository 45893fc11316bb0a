//! fails: returns_the_errors_of_the_stream

use std::io::{self, ErrorKind, Read};

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
    let length = payload.len();
    check(length)?;
    let mut frame = Vec::with_capacity(4 + length);
    // No more than MAX_PAYLOAD, so nothing is lost here.
    frame.extend_from_slice(&(length as u32).to_be_bytes());
    frame.extend_from_slice(payload);
    Ok(frame)
}

/// The payload of the next frame; `None` where the stream has ended.
pub fn read_frame(stream: &mut impl Read) -> Result<Option<Vec<u8>>, FrameError> {
    let mut length = [0; 4];
    // `read_exact` could not tell no byte, which is the end, from one to three, which are none.
    match fill(stream, &mut length)? {
        0 => return Ok(None),
        4 => {}
        _ => return Err(FrameError::CutOff),
    }
    let length = u32::from_be_bytes(length) as usize;
    // So far this is a number that a stranger has sent. From here on it is a small one.
    check(length)?;
    let mut payload = vec![0; length];
    stream
        .read_exact(&mut payload)
        .map_err(|_| FrameError::CutOff)?;
    Ok(Some(payload))
}

fn check(length: usize) -> Result<(), FrameError> {
    if length > MAX_PAYLOAD {
        return Err(FrameError::TooLong(length));
    }
    Ok(())
}

/// Reads until the buffer is full or the stream ends; says how many bytes came.
fn fill(stream: &mut impl Read, buffer: &mut [u8]) -> Result<usize, FrameError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(FrameError::Io(error)),
        }
    }
    Ok(filled)
}
