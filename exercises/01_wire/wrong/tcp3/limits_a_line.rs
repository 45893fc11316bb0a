//! fails: lines_come_back_however_they_are_cut

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || echo(stream));
    }
    Ok(())
}

/// Sends back every line of one client until it sends no more.
fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    while reader.by_ref().take(65_536).read_until(b'\n', &mut line)? > 0 {
        if line.len() == 65_536 && !line.ends_with(b"\n") {
            return Err(io::Error::other("the line is too long"));
        }
        stream.write_all(&line)?;
        line.clear();
    }
    Ok(())
}
