//! # tcp1: a read is not a line, with a `BufReader` and a limit

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

/// How long a line may be, in bytes, without its `\n`.
pub const MAX_LINE: usize = 1024;

/// Sends back every line of one client with its number, until the client sends no more.
pub fn echo(stream: impl Read + Write) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        // One byte more than a line with its end may have: `take` is what stops an endless one.
        let limit = MAX_LINE as u64 + 1;
        if reader.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() > MAX_LINE && !line.ends_with(b"\n") {
            return Err(ErrorKind::InvalidData.into());
        }
        // Writing goes past the buffer, which is for reading only.
        let stream = reader.get_mut();
        stream.write_all(format!("{number} ").as_bytes())?;
        stream.write_all(&line)?;
        stream.flush()?;
    }
    Ok(())
}
