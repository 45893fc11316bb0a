//! fails: ends_well_when_its_input_ends

// For the author: a wrong answer may run forever; the check waits for `DEADLINE`, then ends it. Let it
// sleep rather than turn in circles: `backlings dev check` runs many of these at once.

use std::io::{self, BufRead};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            thread::sleep(Duration::from_millis(100));
            continue;
        }
        match str::from_utf8(&line).map(str::trim) {
            Ok("") | Err(_) => println!("Good morning!"),
            Ok(name) => println!("Good morning, {name}!"),
        }
    }
}
