//! fails: half_a_line_keeps_nobody_waiting

use std::env;
use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    listener.set_nonblocking(true)?;
    println!("listening on {}", listener.local_addr()?);
    let mut streams = Vec::new();
    let mut lines: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(true)?;
            streams.push(stream);
        }
        streams.retain_mut(|stream| match stream.read(&mut buffer) {
            Ok(0) => stream.write_all(&lines).is_err(),
            Ok(count) => {
                lines.extend_from_slice(&buffer[..count]);
                let Some(end) = lines.iter().rposition(|byte| *byte == b'\n') else {
                    return true;
                };
                let whole: Vec<u8> = lines.drain(..=end).collect();
                stream.write_all(&whole).is_ok()
            }
            Err(error) => error.kind() == ErrorKind::WouldBlock,
        });
        thread::sleep(Duration::from_micros(200));
    }
}
