//! # tcp3: one slow client, as a loop that never blocks
//!
//! One thread asks every connection in turn whether there is something to do. Each has a buffer
//! for what it is still owed. A real server of this kind lets the system tell it which connection
//! is ready (epoll, kqueue; in Rust: mio, and tokio on top of it) where this one asks and sleeps.

use std::env;
use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

struct Connection {
    stream: TcpStream,
    /// Read, but not yet sent back.
    owed: Vec<u8>,
    /// Whether the client has closed its sending side.
    is_done: bool,
}

enum Step {
    Moved,
    Waits,
    Over,
}

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    listener.set_nonblocking(true)?;
    println!("listening on {}", listener.local_addr()?);
    let mut connections: Vec<Connection> = Vec::new();
    loop {
        let mut moved = false;
        if let Ok((stream, _)) = listener.accept() {
            moved = true;
            if stream.set_nonblocking(true).is_ok() {
                connections.push(Connection {
                    stream,
                    owed: Vec::new(),
                    is_done: false,
                });
            }
        }
        connections.retain_mut(|connection| match connection.step() {
            Ok(Step::Over) | Err(_) => false,
            Ok(Step::Moved) => {
                moved = true;
                true
            }
            Ok(Step::Waits) => true,
        });
        if !moved {
            thread::sleep(Duration::from_micros(200));
        }
    }
}

impl Connection {
    /// Does what can be done now. It reads only when nothing is owed: so a client that never
    /// reads fills its own buffers and not the memory of the server.
    fn step(&mut self) -> io::Result<Step> {
        if self.owed.is_empty() && !self.is_done {
            let mut buffer = [0; 16 * 1024];
            match self.stream.read(&mut buffer) {
                Ok(0) => self.is_done = true,
                Ok(count) => self.owed.extend_from_slice(&buffer[..count]),
                Err(error) if must_wait(&error) => return Ok(Step::Waits),
                Err(error) => return Err(error),
            }
        }
        if self.owed.is_empty() {
            return Ok(Step::Over);
        }
        match self.stream.write(&self.owed) {
            Ok(0) => Err(ErrorKind::WriteZero.into()),
            Ok(count) => {
                self.owed.drain(..count);
                Ok(Step::Moved)
            }
            Err(error) if must_wait(&error) => Ok(Step::Waits),
            Err(error) => Err(error),
        }
    }
}

fn must_wait(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
