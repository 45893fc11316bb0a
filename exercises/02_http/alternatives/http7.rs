//! # http7: one connection, many requests, read from a `BufReader`
//!
//! The reader keeps what follows; each part is asked for exactly as far as it goes.

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, SystemTime};

#[path = "../02_http/http1.rs"]
mod http1;
#[path = "../02_http/http2.rs"]
mod http2;
#[path = "../02_http/http6.rs"]
mod http6;

use http2::Headers;
use http6::Response;

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || {
            if let Err(error) = serve(stream) {
                eprintln!("a connection broke: {error}");
            }
        });
    }
    Ok(())
}

/// What to do next.
enum Next {
    Answer(http1::RequestLine, Headers, Vec<u8>),
    Refuse(u16),
    /// The client has ended its stream.
    End,
}

/// Answers the requests of one client.
fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let (mut response, method, last) = match next(&mut reader)? {
            Next::Answer(line, headers, body) => {
                let start = format!("{} {}\n", line.method, line.target).into_bytes();
                let response = Response::new(200, [start, body].concat());
                let wants_end = list(&headers, "Connection").contains(&"close".to_owned());
                (response, line.method, wants_end || line.minor_version == 0)
            }
            Next::Refuse(status) => (Response::new(status, "no\n"), String::new(), true),
            Next::End => return Ok(()),
        };
        if last {
            response = response.with("connection", "close");
        }
        send(&mut stream, response, &method)?;
        if last {
            drop(reader);
            return hang_up(stream);
        }
    }
}

/// Reads one request.
fn next(reader: &mut impl BufRead) -> io::Result<Next> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    let mut section = Vec::new();
    let ends = |bytes: &[u8]| bytes == b"\r\n" || bytes.ends_with(b"\n\r\n");
    while !ends(&section) {
        if reader.read_until(b'\n', &mut section)? == 0 {
            // Half a request gets an answer here, nothing gets none.
            let half = !line.is_empty();
            return Ok(if half { Next::Refuse(400) } else { Next::End });
        }
    }
    section.truncate(section.len() - 2);
    let (line, headers, length) = match understand(&line, &section) {
        Ok(understood) => understood,
        Err(status) => return Ok(Next::Refuse(status)),
    };
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Ok(Next::End);
    }
    Ok(Next::Answer(line, headers, body))
}

fn understand(line: &[u8], section: &[u8]) -> Result<(http1::RequestLine, Headers, u64), u16> {
    let line = line.strip_suffix(b"\r\n").ok_or(400_u16)?;
    let line = http1::parse(line).map_err(|refusal| match refusal {
        http1::Refusal::BadRequest => 400_u16,
        http1::Refusal::VersionNotSupported => 505,
    })?;
    let headers = Headers::parse(section).map_err(|_| 400_u16)?;
    let hosts = list(&headers, "Host").len();
    if hosts > 1 || hosts == 0 && line.minor_version > 0 {
        return Err(400);
    }
    let mut lengths = list(&headers, "Content-Length");
    let coded = !headers.values("Transfer-Encoding").is_empty();
    // Several equal ones are taken for one.
    lengths.dedup();
    let length = match (lengths.as_slice(), coded) {
        ([], false) => 0,
        ([], true) => return Err(411),
        ([digits], false) => number(digits)?,
        _ => return Err(400),
    };
    Ok((line, headers, length))
}

/// Digit by digit, up to the limit.
fn number(digits: &str) -> Result<u64, u16> {
    let digit = |c: char| c.to_digit(10).map(u64::from);
    let digits: Option<Vec<u64>> = digits.chars().map(digit).collect();
    let digits = digits.filter(|digits| !digits.is_empty()).ok_or(400_u16)?;
    digits.into_iter().try_fold(0, |number, digit| {
        let number = number * 10 + digit;
        if number > 65_536 {
            Err(413)
        } else {
            Ok(number)
        }
    })
}

/// The members of a list, in small letters.
fn list(headers: &Headers, name: &str) -> Vec<String> {
    let values = headers.values(name).into_iter();
    let texts = values.map(|value| String::from_utf8_lossy(&value).to_ascii_lowercase());
    let members = |text: String| -> Vec<String> {
        let members = text
            .split(',')
            .map(|member| member.trim_matches([' ', '\t']).to_owned());
        members.collect()
    };
    texts.flat_map(members).collect()
}

/// Sends a response to a request with this method.
fn send(stream: &mut TcpStream, response: Response, method: &str) -> io::Result<()> {
    let bytes = response.to_bytes(method, SystemTime::now());
    let bytes = bytes.map_err(|error| io::Error::other(format!("{error:?}")))?;
    stream.write_all(&bytes)
}

/// Closes a connection so that the client gets all that was sent. If the client has sent more than
/// we read, closing at once breaks the connection, and the last response may be lost with it
/// (RFC 9112 §9.6). So we say that we are done, and for a while read what still comes, unseen.
fn hang_up(stream: TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    // An error, or the end of the wait: either way the connection is dropped now.
    let _ = io::copy(&mut stream.take(4 << 20), &mut io::sink());
    Ok(())
}
