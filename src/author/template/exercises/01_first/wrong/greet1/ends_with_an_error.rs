//! fails: ends_well_when_its_input_ends

use std::io::{self, BufRead};

fn main() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match str::from_utf8(&line).map(str::trim) {
            Ok("") | Err(_) => println!("Good morning!"),
            Ok(name) => println!("Good morning, {name}!"),
        }
    }
}
