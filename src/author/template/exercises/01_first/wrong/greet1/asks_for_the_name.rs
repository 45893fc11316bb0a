//! fails: answers_each_line_before_the_next_comes

use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        print!("Name: ");
        io::stdout().flush()?;
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        match str::from_utf8(&line).map(str::trim) {
            Ok("") | Err(_) => println!("Good morning!"),
            Ok(name) => println!("Good morning, {name}!"),
        }
    }
}
