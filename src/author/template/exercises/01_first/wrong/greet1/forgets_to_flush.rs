//! fails: answers_each_line_before_the_next_comes

use std::io::{self, BufRead, BufWriter, Write};

fn main() -> io::Result<()> {
    let mut output = BufWriter::new(io::stdout());
    for line in io::stdin().lock().split(b'\n') {
        match str::from_utf8(&line?).map(str::trim) {
            Ok("") | Err(_) => writeln!(output, "Good morning!")?,
            Ok(name) => writeln!(output, "Good morning, {name}!")?,
        }
    }
    output.flush()
}
