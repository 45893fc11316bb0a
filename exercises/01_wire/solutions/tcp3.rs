//! # tcp3: one slow client, a thread for each connection

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    // This thread does nothing but accept, so it is always there for the next client.
    for stream in listener.incoming() {
        // No `?` in this loop: what goes wrong with one client is told and left behind.
        match stream {
            Ok(stream) => serve(stream),
            Err(error) => {
                eprintln!("cannot accept: {error}");
                // Out of descriptors, most likely. Until one is closed, `accept` fails again at
                // once; a short rest keeps that from using up a whole core.
                thread::sleep(Duration::from_millis(10));
            }
        }
    }
    Ok(())
}

/// Gives a connection a thread of its own, where `read` and `write` may block for as long as
/// they like. `move` hands the stream over: it is closed when that thread is done with it.
fn serve(stream: TcpStream) {
    let work = move || {
        if let Err(error) = echo(stream) {
            eprintln!("a connection broke: {error}");
        }
    };
    // `thread::spawn` would panic where the system has no thread left; this can be told.
    if let Err(error) = thread::Builder::new().spawn(work) {
        eprintln!("no thread for a connection: {error}");
    }
}

/// Sends back every line of one client until it sends no more.
fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        stream.write_all(&line)?;
        line.clear();
    }
    Ok(())
}
