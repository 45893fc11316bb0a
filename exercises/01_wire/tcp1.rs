//! # tcp1: a read is not a line
//!
//! Marginalia's scanners send the code of each book as a line, and count their lines. The server
//! sends each line back with its number, so that a scanner sees at once when one was lost. On the
//! developer's desk it worked. In the warehouse, behind a slow radio link, a scanner sent
//! `9780140435443` and got back `1 97801404` and `2 35443`.
//!
//! Rules for `echo`:
//! - TCP carries a stream of bytes (RFC 9293 §3.7.1, tcp(7)). A read brings some of them, one or
//!   many: part of a line, or several lines and the beginning of the next. Lines end with `\n`,
//!   wherever the reads end.
//! - The answer to a line is its number, from 1, a space, and the line as it came, with its `\n`:
//!   `7 9780140435443\n`. A line may be empty. It is bytes: they need not be UTF-8, a `\r` is one
//!   of them, and all of them come back unchanged.
//! - A scanner waits for its answers before it sends more. So every line that has come completely
//!   is answered before the next read.
//! - `Ok(0)` from a read is the end: `echo` returns `Ok(())`. If there is a last line without its
//!   `\n`, it is answered before that, also as it came: without `\n`.
//! - A read that fails with `ErrorKind::Interrupted` has lost nothing: it is called again
//!   (documentation of `Read::read`). A write may take less than it was given: all of an answer is
//!   written (`Write::write`). Every other error of the stream ends `echo` and is returned, with
//!   its kind. Where a write takes nothing (`Ok(0)`), that is an error, too, of any kind.
//! - A line has at most `MAX_LINE` bytes; its `\n` does not count. As soon as more have come
//!   without a `\n`, `echo` returns an error of the kind `ErrorKind::InvalidData`. It does not
//!   wait for the end of such a line, which may never come, and sends nothing of it back. The
//!   lines before it are answered as always.
//! - A scanner stays connected all day. What was answered is not kept: `echo` never holds more
//!   than 1 MiB of memory.
//!
//! What to do: mend `echo`. Keep what was read and not yet answered until its line is complete.

use std::io::{self, Read, Write};

/// How long a line may be, in bytes, without its `\n`.
pub const MAX_LINE: usize = 1024;

/// Sends back every line of one client with its number, until the client sends no more.
pub fn echo(mut stream: impl Read + Write) -> io::Result<()> {
    let mut buffer = [0; 4096];
    let mut number = 0;
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&buffer[..count]);
        if line.len() > MAX_LINE {
            return Err(io::ErrorKind::InvalidData.into());
        }
        number += 1;
        let answer = format!("{number} {line}");
        stream.write(answer.as_bytes())?;
    }
}
