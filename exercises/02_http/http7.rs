//! # http7: one connection, many requests
//!
//! A proxy stands in front of Marginalia now and sends the requests of many customers over few
//! connections. Since then some customers wait for an answer that never comes, and some see what
//! another one asked for: a stranger hides a second request in the body of his own. This server
//! answers each request with what it understood of it, so that everybody sees where it takes one
//! request to end and the next to begin.
//!
//! Rules (RFC 9112 §3.2, §6, §9; RFC 9110 §7.2, §8.6):
//! - A request is a request line (your `http1` reads it), field lines (your `http2` does), an
//!   empty line, and a body. All lines end with CRLF. A client that sends LF alone may be refused
//!   at once (400), or waited for: its header has no end.
//! - A request that is in order is answered with 200 (your `http6` writes it). The response's body
//!   is the method, a space, the target and `\n`, and then the body of the request.
//! - Requests come in any pieces, and several may come at once. Each is answered as soon as it has
//!   come as a whole, once, and in order. What follows it is the next request.
//!
//! Where the body ends:
//! - `Content-Length`, one or more digits, is its number of bytes. Without it there is no body.
//!   This holds for every method. (`CONNECT`, which makes a tunnel, does not come.)
//! - A length that is anything else is a 400, and so are several that differ (`http2` joins them
//!   with a comma). What is done with several equal ones is left open.
//! - More than 65,536 bytes are a 413, at once, without waiting for the body. A number that is
//!   too large for a `u64` may be a 400 instead.
//! - `Transfer-Encoding`, whatever it says, is a 411, with every method and in HTTP/1.0, too
//!   (RFC 9112 §6.3 allows it: this server wants a length). If `Content-Length` is there as well,
//!   it is a 400: two servers would find two ends.
//!
//! What else is refused:
//! - What your `http1` or `http2` refuses: 400 or 505, as they say.
//! - A request without `Host`, or with two lines of it, is a 400; only HTTP/1.0 may leave it out.
//!   (`http2` joins two lines with a comma and a space, and no host has a space in it. Two lines
//!   of which one is empty are left open.) What one `Host` says is not looked at here, and may be
//!   nothing; but one with a comma, a space or a byte from 0x80 up may be a 400.
//! - A header of up to 8,000 bytes is read. A longer one may be refused: 431 or 400.
//! - An empty line before the request line may be skipped (RFC 9112 §2.2), or be a 400.
//! - Which of several reasons to refuse a request is named is left open, but for the 400 where
//!   there are two ends. Every request that has come whole gets an answer, whatever bytes are in it.
//!
//! When the connection ends:
//! - After the answer it stays open for the next request, but for these cases: the request was
//!   refused; or it was HTTP/1.0, even if it asks for `keep-alive`; or its `Connection`, a list
//!   with commas, has the member `close` (members have no case, and spaces and tabs around them do
//!   not count).
//! - The last response on a connection says `Connection: close`, and no other does. What comes
//!   behind that request is not answered. Then the server hangs up, but so that the response is
//!   not lost (RFC 9112 §9.6; `hang_up` does that).
//! - If the client ends its stream, the requests that have come whole are answered, and the server
//!   closes the connection. Half a request is never answered as if it were whole; what
//!   is wrong with it may be told at once, or with a 400 at the end, or not at all.
//!
//! As in `tcp3`, the server listens on 127.0.0.1 and the port of the variable `PORT`, and says
//! where. `main` and `hang_up` are in order.
//!
//! What to do: mend `serve` and `understand`. Change their signatures as you like.

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

/// What was understood of a request.
struct Request {
    method: String,
    target: String,
    body: Vec<u8>,
    /// Whether the connection ends behind it.
    last: bool,
}

/// Answers the requests of one client.
fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        match understand(&buffer[..count]) {
            Ok(request) => {
                let mut body = format!("{} {}\n", request.method, request.target).into_bytes();
                body.extend(&request.body);
                send(&mut stream, Response::new(200, body), &request.method)?;
                if request.last {
                    return hang_up(stream);
                }
            }
            Err(status) => send(&mut stream, Response::new(status, ""), "GET")?,
        }
    }
}

/// Takes a request apart; an error is the status to refuse it with.
fn understand(bytes: &[u8]) -> Result<Request, u16> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, rest) = bytes.split_at(end.ok_or(400_u16)? + 2);
    let line_end = head
        .windows(2)
        .position(|two| two == b"\r\n")
        .ok_or(400_u16)?;
    let line = http1::parse(&head[..line_end]).map_err(|_| 400_u16)?;
    let headers = Headers::parse(&head[line_end + 2..]).map_err(|_| 400_u16)?;

    let text = |name: &str| {
        let value = headers.values(name).pop().unwrap_or_default();
        String::from_utf8_lossy(&value).into_owned()
    };
    let length: usize = text("Content-Length").parse().unwrap_or(0);
    let body = rest[2..].iter().copied().take(length).collect();
    Ok(Request {
        method: line.method,
        target: line.target,
        body,
        last: text("Connection") == "close",
    })
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
