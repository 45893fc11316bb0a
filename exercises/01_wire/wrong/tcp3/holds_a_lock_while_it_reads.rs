//! fails: a_silent_client_keeps_nobody_waiting

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    let count = Arc::new(Mutex::new(0_u64));
    for stream in listener.incoming() {
        let stream = stream?;
        let count = Arc::clone(&count);
        thread::spawn(move || echo(stream, &count));
    }
    Ok(())
}

/// Sends back every line of one client until it sends no more, and counts the lines of all.
fn echo(mut stream: TcpStream, count: &Mutex<u64>) -> io::Result<()> {
    let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        *count += 1;
        stream.write_all(&line)?;
        line.clear();
    }
    eprintln!("{count} lines so far");
    Ok(())
}
