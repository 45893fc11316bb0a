//! # greet1: the display at the door
//!
//! At the bakery's door a reader takes customers' cards, and a display greets them by name. The reader
//! writes each name to this program, the program's answer goes to the display. All day the display
//! is dark; in the evening, when the reader is switched off, all greetings of the day rush by.
//!
//! Rules:
//! - Each line of standard input is a name, and is answered with one line on standard output:
//!   `Good morning, NAME!`. The program writes nothing else there.
//! - An answer is written before the next line comes: the reader may send nothing more for hours.
//! - White space around a name is not part of it. A line without a name is answered with `Good morning!`.
//! - Some old cards are not in UTF-8. A line that is not UTF-8 is answered with `Good morning!`, too.
//! - When the input ends, the program ends with exit code 0. The last line may lack its `\n`.
//!
//! What to do: find out what the program waits for before it writes its first line. Then make it
//! follow the other rules as well.

// For the author: a `program` exercise has a `main`. The check starts what is compiled from it and
// talks to it from outside, so it may be built in any way. What the program must print, and when,
// stands in the rules to the letter.

use std::io;

fn main() -> io::Result<()> {
    let names = io::read_to_string(io::stdin())?;
    for name in names.lines() {
        println!("Good morning, {name}!");
    }
    Ok(())
}
