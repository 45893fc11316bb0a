//! fails: answers_each_of_several_lines_in_one_read

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

pub const MAX_LINE: usize = 1024;

pub fn echo(stream: impl Read + Write) -> io::Result<()> {
    let mut stream = stream;
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let limit = MAX_LINE as u64 + 1;
        let mut reader = BufReader::new(&mut stream);
        if reader.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.len() > MAX_LINE && !line.ends_with(b"\n") {
            return Err(ErrorKind::InvalidData.into());
        }
        let answer = [format!("{number} ").as_bytes(), &line].concat();
        reader.get_mut().write_all(&answer)?;
    }
    Ok(())
}
