//! fails: answers_each_of_several_lines_in_one_read

use std::io::{self, ErrorKind, Read, Write};

pub const MAX_LINE: usize = 1024;

pub fn echo(mut stream: impl Read + Write) -> io::Result<()> {
    let mut line = [0; MAX_LINE + 1];
    let mut length = 0;
    let mut number = 0;
    loop {
        let count = match stream.read(&mut line[length..]) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        length += count;
        // The line is there when the last byte that came is its end.
        if line[..length].ends_with(b"\n") || (count == 0 && length > 0) {
            number += 1;
            let answer = [format!("{number} ").as_bytes(), &line[..length]].concat();
            stream.write_all(&answer)?;
            length = 0;
        }
        if count == 0 {
            return Ok(());
        }
        if length > MAX_LINE {
            return Err(ErrorKind::InvalidData.into());
        }
    }
}
