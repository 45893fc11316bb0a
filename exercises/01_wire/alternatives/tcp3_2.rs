//! # tcp3: one slow client, with 64 threads made ahead
//!
//! Each worker accepts for itself and serves one client at a time. It is right for as long as
//! there are more workers than clients: here 60 clients are promised.

use std::env;
use std::error::Error;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;

const WORKERS: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| work(&listener));
        }
    });
    Ok(())
}

fn work(listener: &TcpListener) {
    loop {
        let outcome = listener.accept().and_then(|(stream, _)| echo(&stream));
        if let Err(error) = outcome {
            eprintln!("a connection broke: {error}");
        }
    }
}

/// Lines are of no interest here: all bytes go back as they come. A `&TcpStream` can be read and
/// written, so one stream can stand on both sides.
fn echo(mut stream: &TcpStream) -> io::Result<()> {
    let mut reader = stream;
    io::copy(&mut reader, &mut stream)?;
    Ok(())
}
