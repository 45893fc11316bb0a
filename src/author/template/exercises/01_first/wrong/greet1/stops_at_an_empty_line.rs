//! fails: white_space_is_no_part_of_a_name

use std::io::{self, BufRead};

fn main() -> io::Result<()> {
    for line in io::stdin().lock().split(b'\n') {
        match str::from_utf8(&line?).map(str::trim) {
            Ok("") => break,
            Ok(name) => println!("Good morning, {name}!"),
            Err(_) => println!("Good morning!"),
        }
    }
    Ok(())
}
