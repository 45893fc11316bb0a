//! # tcp3: one slow client
//!
//! Marginalia's warehouse has 60 scanners. Each keeps a connection to this server open all day,
//! sends the code of every book it scans as a line, and shows the line that comes back. This
//! morning one scanner lost its radio link in the middle of a line, and all the others stood still
//! until somebody switched it off.
//!
//! Rules:
//! - The server listens on 127.0.0.1, on the port that the variable `PORT` names; 0 means that the
//!   system chooses one. If it cannot listen, it ends with an error.
//! - The first line on its standard output is `listening on 127.0.0.1:PORT`, with the port that it
//!   really has.
//! - A client gets back all bytes of its lines, unchanged and in order: bytes, because not every
//!   scanner speaks UTF-8. A line may be of any length. A last line may lack its `\n`.
//! - When a client has closed its sending side and has its bytes, the server closes the connection.
//!   Until then it stays open, however long the client says or reads nothing. (The check waits for
//!   less than a second only; the rule has no limit.)
//! - No client waits for another. 60 are connected at once; any of them may be silent, stop in the
//!   middle of a line, or never read what it is sent. Over a day hundreds come and go.
//! - A connection that breaks is the end of that connection, not of the server.
//!
//! What to do: `echo` serves one client as it should. Look at who waits for whom in `main`:
//! `accept` (in `incoming`) and `read` block until something comes (tcp(7), accept(2)). Make
//! it serve each connection on its own.

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        echo(stream?)?;
    }
    Ok(())
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
