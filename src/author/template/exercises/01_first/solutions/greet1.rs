//! # greet1: the display at the door
//!
//! One line is read, one is written, and only then the next one is read.

use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut input = io::stdin().lock();
    // Rust's standard output is written at each line end. Behind a `BufWriter` it would wait for
    // a full buffer, or for a `flush`.
    let mut output = io::stdout().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        writeln!(output, "{}", greeting(&line))?;
        line.clear();
    }
    Ok(())
}

/// Bytes come in and text goes out: what is not text is decided here, and stops nothing.
fn greeting(line: &[u8]) -> String {
    match str::from_utf8(line).map(str::trim) {
        Ok(name) if !name.is_empty() => format!("Good morning, {name}!"),
        _ => "Good morning!".to_owned(),
    }
}
