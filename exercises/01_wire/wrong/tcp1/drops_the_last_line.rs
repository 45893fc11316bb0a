//! fails: answers_a_last_line_without_its_end

use std::io::{self, ErrorKind, Read, Write};

/// How long a line may be, in bytes, without its `\n`.
pub const MAX_LINE: usize = 1024;

/// Sends back every line of one client with its number, until the client sends no more.
pub fn echo(mut stream: impl Read + Write) -> io::Result<()> {
    let mut pending = Vec::new();
    let mut piece = [0; 4096];
    let mut number = 0;
    loop {
        let count = match stream.read(&mut piece) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        // The end makes a line of what is left, without a `\n`.
        if count == 0 {
            return Ok(());
        }
        pending.extend_from_slice(&piece[..count]);

        // However many lines are complete now: none, one or a hundred.
        let mut done = 0;
        while let Some(end) = pending[done..].iter().position(|byte| *byte == b'\n') {
            let line = &pending[done..=done + end];
            number += 1;
            answer(&mut stream, number, line)?;
            done += line.len();
        }
        // What is left is the beginning of the next line. It cannot grow: see below.
        pending.drain(..done);
        check_length(pending.len())?;
    }
}

/// Writes the answer to a line, given with its `\n` if it has one.
fn answer(stream: &mut impl Write, number: u64, line: &[u8]) -> io::Result<()> {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    check_length(text.len())?;
    // Made as a whole first, so that it is one write and mostly one packet.
    let mut answer = format!("{number} ").into_bytes();
    answer.extend_from_slice(line);
    // `write_all` goes on after a short write and after `Interrupted`.
    stream.write_all(&answer)
}

fn check_length(length: usize) -> io::Result<()> {
    if length > MAX_LINE {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            "the line is too long",
        ));
    }
    Ok(())
}
