//! fails: white_space_is_no_part_of_a_name

use std::io::{self, BufRead};

fn main() -> io::Result<()> {
    for line in io::stdin().lock().split(b'\n') {
        match String::from_utf8(line?) {
            Ok(name) if !name.is_empty() => println!("Good morning, {name}!"),
            _ => println!("Good morning!"),
        }
    }
    Ok(())
}
