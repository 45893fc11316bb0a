//! fails: gives_back_bytes_that_are_not_text

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

pub const MAX_LINE: usize = 1024;

pub fn echo(stream: impl Read + Write) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    for number in 1_u64.. {
        line.clear();
        let limit = MAX_LINE as u64 + 1;
        if reader.by_ref().take(limit).read_line(&mut line)? == 0 {
            break;
        }
        if line.len() > MAX_LINE && !line.ends_with('\n') {
            return Err(ErrorKind::InvalidData.into());
        }
        reader
            .get_mut()
            .write_all(format!("{number} {line}").as_bytes())?;
    }
    Ok(())
}
