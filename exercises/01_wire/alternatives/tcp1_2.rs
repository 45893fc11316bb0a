//! # tcp1: a read is not a line, byte by byte into one array that never grows

use std::io::{self, ErrorKind, Read, Write};

/// How long a line may be, in bytes, without its `\n`.
pub const MAX_LINE: usize = 1024;

/// Sends back every line of one client with its number, until the client sends no more.
pub fn echo(mut stream: impl Read + Write) -> io::Result<()> {
    let mut line = Line {
        bytes: [0; MAX_LINE],
        length: 0,
        number: 0,
    };
    let mut piece = [0; 512];
    loop {
        let piece = match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => &piece[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for byte in piece {
            if *byte == b'\n' {
                line.answer(&mut stream, "\n")?;
            } else {
                // A byte for which there is no place is one too many.
                let place = line.bytes.get_mut(line.length);
                *place.ok_or(ErrorKind::InvalidData)? = *byte;
                line.length += 1;
            }
        }
    }
    if line.length > 0 {
        line.answer(&mut stream, "")?;
    }
    Ok(())
}

/// The line that is being read.
struct Line {
    bytes: [u8; MAX_LINE],
    length: usize,
    /// How many lines were answered.
    number: u32,
}

impl Line {
    fn answer(&mut self, stream: &mut impl Write, end: &str) -> io::Result<()> {
        self.number += 1;
        write!(stream, "{} ", self.number)?;
        stream.write_all(&self.bytes[..self.length])?;
        stream.write_all(end.as_bytes())?;
        self.length = 0;
        Ok(())
    }
}
