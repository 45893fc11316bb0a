//! # serve1: covers, previews and audiobooks
//!
//! Marginalia wants to serve its covers, previews and audiobooks itself. The last server that tried
//! gave its password file to a stranger who asked for `/..%2f..%2fetc/passwd`, stood still as soon
//! as one phone went into a tunnel, and let a script fill its memory with one endless request. You
//! have written nearly all that a better one needs: now put it together.
//!
//! The server gets three variables. `PORT`: it listens on 127.0.0.1 there, and says so as in
//! `tcp3`. `ROOT`: the directory with the files. `TIMEOUT_MS`: see below. `main` does that already.
//!
//! Connections (everything in `http7` holds here, except what a 200 contains):
//! - No client waits for another; 60 are connected at once, and any may be silent, slow or greedy.
//! - Connections are kept, requests are pipelined, lengths are true, and the last response on a
//!   connection says `Connection: close`. 400, 411 and 505 are as in `http7`, and close.
//! - The last response must arrive whole, also where the client still sends: use the `hang_up` of
//!   your `http7`.
//! - A body is read and ignored. More than 65,536 bytes are a 413, at once, and close. (A number
//!   that is too large for a `u64` may be a 400, which closes, too.)
//! - A request line of more than 8 KiB is a 414, field lines of more than 16 KiB together are a
//!   431; both at once, even where no line ends, and both close. Up to 8,000 and 16,000 bytes are
//!   taken. (Whether line ends count is left open.)
//! - A request that has begun, but is not whole `TIMEOUT_MS` milliseconds after the connection
//!   opened or the last response was sent, is a 408 and closes. The time is for all of the request,
//!   not for each byte. If not a byte of it has come by then, the server closes without a word. So
//!   a connection that is in use stays open for hours, and one that is not never stays long.
//! - Only requests are timed: a response takes as long as its client takes to read it.
//!
//! Which file (your `http4` takes the target apart; what it refuses is a 400, after which the
//! connection may stay open or close):
//! - The decoded segments are names of directories and of a file, from `ROOT` down. The query
//!   means nothing.
//! - Only a plain name is looked up. A segment that is empty, `.` or `..`, or that holds a `/` or
//!   NUL, names nothing: 404, also where the way would lead back into `ROOT`.
//! - What is not there, and what is not a file (a directory), is a 404. So is what a symbolic link
//!   leads to outside of `ROOT`, whichever part of the way is the link. A link that stays inside is
//!   followed. (Nobody changes links while the server runs.)
//!
//! What it answers (RFC 9110 §8, §9, §13, §14, §15):
//! - `GET` and `HEAD`: 200 with the file, `Content-Type` as `content_type` says, an `ETag`, and
//!   `Last-Modified`, the time that `Metadata::modified` gives. The tag is strong. It stays the
//!   same as long as the file does, and is another one once the file's length or that time is
//!   another one, be it by a nanosecond. The bytes themselves need not be compared.
//! - `POST`, `PUT`, `DELETE`, `PATCH` and `OPTIONS`: 405 with `Allow`: `GET` and `HEAD`, whether
//!   the file is there or not. The connection stays.
//! - `If-Match` and `If-None-Match`: as your `etag1` decides, where there is a file (else 404). A
//!   304 and a 412 have the `ETag`, too. `If-Modified-Since` and `If-Unmodified-Since` are not
//!   looked at: a file may change twice in one second, and its date says nothing of that.
//! - `Range`, with or without `If-Range`: as your `range1` says, for a `GET` that would otherwise
//!   be a 200. One part is a 206 with `Content-Range`, `ETag` and the part; 416 has a
//!   `Content-Range`, too. Where `range1` finds several parts, send the whole file (a server may do
//!   so, §14.2). Give `range1` no `last_modified`, for the same reason.
//! - What other responses have as a body is left open. After 404, 405, 412 and 416 the connection
//!   stays.
//!
//! Left open: any other method, and `OPTIONS *`; a method that gets a 405 with a target that gets a
//! 400 (either will do); whether the type of a link is that of its own name or of the file's; a link
//! that leads out of `ROOT` and by a second link in again; where between 8,000 and 8,192 bytes (16,000
//! and 16,384) the limits lie; whether an empty line in front begins a request.
//!
//! A file may be read into memory as a whole, as `http6` wants it. Who writes head and body one
//! after the other instead should call `set_nodelay`: else the second write may wait 40 ms for the
//! client's acknowledgement of the first.
//!
//! What to do: write `serve`. Your `http7` is its beginning, and `read_until` is given: it waits for
//! bytes until a deadline. Where that deadline lies is for you to say. Go from check to check.

use std::env;
use std::error::Error;
use std::io::{self, ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

#[path = "../02_http/http1.rs"]
mod http1;
#[path = "../02_http/http2.rs"]
mod http2;
#[path = "../02_http/http4.rs"]
mod http4;
#[path = "../02_http/http6.rs"]
mod http6;

// Not all of them is used here.
#[allow(dead_code)]
mod etag1;
#[allow(dead_code)]
mod range1;

/// What the server was started with.
struct Config {
    /// The directory with the files, without links in its path.
    root: PathBuf,
    /// How long a client may take for a request.
    timeout: Duration,
}

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")?.parse()?;
    let config = Config {
        root: Path::new(&env::var("ROOT")?).canonicalize()?,
        timeout: Duration::from_millis(env::var("TIMEOUT_MS")?.parse()?),
    };
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        match stream {
            // One after another, so far.
            Ok(stream) => {
                if let Err(error) = serve(stream, &config) {
                    eprintln!("a connection broke: {error}");
                }
            }
            // One that cannot be accepted is no reason to end. There may be too many open files:
            // a short rest, so that asking again at once does not use up a whole core.
            Err(error) => {
                eprintln!("cannot accept: {error}");
                thread::sleep(Duration::from_millis(10));
            }
        }
    }
    Ok(())
}

/// Answers the requests of one client.
fn serve(mut stream: TcpStream, config: &Config) -> io::Result<()> {
    let mut unread = Vec::new();
    let deadline = Instant::now() + config.timeout;
    let outcome = read_until(&mut stream, &mut unread, deadline)?;
    let text = String::from_utf8_lossy(&unread);
    todo!("answer {text:?} ({outcome:?}) out of {:?}", config.root)
}

/// What came of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// There are more bytes in the buffer.
    More,
    /// The client sends no more.
    End,
    /// The time is over.
    Late,
}

/// Reads once, appends what came to `unread`, and waits for it until `deadline` and no longer.
fn read_until(
    stream: &mut TcpStream,
    unread: &mut Vec<u8>,
    deadline: Instant,
) -> io::Result<Outcome> {
    // What is left of the time, not the whole of it: else every byte would buy a new term.
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Ok(Outcome::Late);
    }
    stream.set_read_timeout(Some(left))?;
    let mut buffer = [0; 16 * 1024];
    match stream.read(&mut buffer) {
        Ok(0) => Ok(Outcome::End),
        Ok(count) => {
            unread.extend_from_slice(&buffer[..count]);
            Ok(Outcome::More)
        }
        // Unix says the one, Windows the other.
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            Ok(Outcome::Late)
        }
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(Outcome::More),
        Err(error) => Err(error),
    }
}

/// The type of a file, by the end of its name.
fn content_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("html") => "text/html; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("mp3") => "audio/mpeg",
        _ => "application/octet-stream",
    }
}
