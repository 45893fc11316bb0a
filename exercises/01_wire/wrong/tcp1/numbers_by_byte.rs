//! fails: puts_a_line_together_from_single_bytes

use std::io::{self, ErrorKind, Read, Write};

pub const MAX_LINE: usize = 1024;

pub fn echo(mut stream: impl Read + Write) -> io::Result<()> {
    let mut buffer = [0; 4096];
    let mut number = 0;
    loop {
        let count = match stream.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if count == 0 {
            return Ok(());
        }
        // Every read begins a new line.
        for line in buffer[..count].split_inclusive(|byte| *byte == b'\n') {
            if line.strip_suffix(b"\n").unwrap_or(line).len() > MAX_LINE {
                return Err(ErrorKind::InvalidData.into());
            }
            number += 1;
            let answer = [format!("{number} ").as_bytes(), line].concat();
            stream.write_all(&answer)?;
        }
    }
}
