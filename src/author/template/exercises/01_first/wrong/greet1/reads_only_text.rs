//! fails: a_line_that_is_not_text_stops_nothing

use std::io;

fn main() -> io::Result<()> {
    for line in io::stdin().lines() {
        match line?.trim() {
            "" => println!("Good morning!"),
            name => println!("Good morning, {name}!"),
        }
    }
    Ok(())
}
