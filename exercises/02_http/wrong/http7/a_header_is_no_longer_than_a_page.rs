//! fails: says_what_it_understood_and_keeps_the_connection

use std::env;
use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, SystemTime};

#[path = "../02_http/http1.rs"]
mod http1;
#[path = "../02_http/http2.rs"]
mod http2;
#[path = "../02_http/http6.rs"]
mod http6;

use http1::Refusal;
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

/// The longest body that is read.
const LONGEST_BODY: usize = 65_536;

/// What was understood of a request.
struct Request {
    method: String,
    target: String,
    body: Vec<u8>,
    /// Whether the connection ends behind it.
    last: bool,
    /// How many bytes it had, with its body: behind them the next request begins.
    size: usize,
}

/// Answers the requests of one client.
fn serve(mut stream: TcpStream) -> io::Result<()> {
    // What has come and was not used yet. It lives as long as the connection: a read may bring
    // half a request, or three.
    let mut unread: Vec<u8> = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        match understand(&unread) {
            Ok(Some(request)) => {
                unread.drain(..request.size);
                let mut body = format!("{} {}\n", request.method, request.target).into_bytes();
                body.extend(&request.body);
                let response = Response::new(200, body);
                if request.last {
                    return say_goodbye(stream, response, &request.method);
                }
                send(&mut stream, response, &request.method)?;
            }
            // Only when there is no whole request left it is time to read, and to wait.
            Ok(None) => match stream.read(&mut buffer)? {
                0 => return Ok(()),
                count => unread.extend_from_slice(&buffer[..count]),
            },
            // Nobody knows where the next request begins: this is the end of the connection.
            Err(status) => return say_goodbye(stream, Response::new(status, ""), "GET"),
        }
    }
}

/// Takes the request apart with which the bytes begin: `None` as long as it is not all there. An
/// error is the status to refuse it with.
fn understand(bytes: &[u8]) -> Result<Option<Request>, u16> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if bytes.len() > 4096 {
            Err(431)
        } else {
            Ok(None)
        };
    };
    if end > 4096 {
        return Err(431);
    }
    // The header with the CRLF of its last line, but without the empty line.
    let head = &bytes[..end + 2];
    let body_start = end + 4;
    // It is there: the head ends with one.
    let line_end = head
        .windows(2)
        .position(|two| two == b"\r\n")
        .unwrap_or(end);
    let line = http1::parse(&head[..line_end]).map_err(|refusal| match refusal {
        Refusal::BadRequest => 400_u16,
        Refusal::VersionNotSupported => 505,
    })?;
    let headers = Headers::parse(&head[line_end + 2..]).map_err(|_| 400_u16)?;

    // Two lines were joined by a comma and a space, which no host has.
    match headers.values("Host").first() {
        None if line.minor_version >= 1 => return Err(400),
        Some(host) if host.contains(&b' ') => return Err(400),
        _ => {}
    }
    let length = body_length(&headers)?;
    let Some(body) = bytes[body_start..].get(..length) else {
        return Ok(None);
    };
    Ok(Some(Request {
        method: line.method,
        target: line.target,
        body: body.to_vec(),
        last: line.minor_version == 0 || says_close(&headers),
        size: body_start + length,
    }))
}

/// How many bytes of body follow the header.
fn body_length(headers: &Headers) -> Result<usize, u16> {
    let lengths = headers.values("Content-Length");
    let coded = !headers.values("Transfer-Encoding").is_empty();
    match lengths.first() {
        Some(_) if coded => Err(400),
        None if coded => Err(411),
        None => Ok(0),
        // `parse` alone would take a plus sign.
        Some(digits) if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) => Err(400),
        Some(digits) => {
            // They are digits: where they make no number, they are too many.
            let length = String::from_utf8_lossy(digits).parse().ok();
            length.filter(|length| *length <= LONGEST_BODY).ok_or(413)
        }
    }
}

/// Whether `close` is in the list that `Connection` is.
fn says_close(headers: &Headers) -> bool {
    let values = headers.values("Connection");
    let mut members = values
        .iter()
        .flat_map(|value| value.split(|byte| *byte == b','));
    members.any(|member| member.trim_ascii().eq_ignore_ascii_case(b"close"))
}

/// Sends the last response of a connection.
fn say_goodbye(mut stream: TcpStream, response: Response, method: &str) -> io::Result<()> {
    send(&mut stream, response.with("Connection", "close"), method)?;
    hang_up(stream)
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
