//! # serve1: covers, previews and audiobooks

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

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

use etag1::{Conditions, Current, Decision};
use http1::{Refusal, RequestLine};
use http2::Headers;
use http4::Target;
use http6::{Response, http_date};

const LONGEST_LINE: usize = 8 * 1024;
const LONGEST_FIELDS: usize = 16 * 1024;
const LONGEST_BODY: usize = 65_536;

/// What the server was started with.
struct Config {
    /// The directory with the files, without links in its path.
    root: PathBuf,
    /// How long a client may take for a request.
    timeout: Duration,
}

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT")?.parse()?;
    let config = Arc::new(Config {
        root: Path::new(&env::var("ROOT")?).canonicalize()?,
        timeout: Duration::from_millis(env::var("TIMEOUT_MS")?.parse()?),
    });
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = match stream {
            Ok(stream) => stream,
            Err(error) => {
                eprintln!("cannot accept: {error}");
                thread::sleep(Duration::from_millis(10));
                continue;
            }
        };
        let config = Arc::clone(&config);
        let work = move || {
            if let Err(error) = serve(stream, &config) {
                eprintln!("a connection broke: {error}");
            }
        };
        if let Err(error) = thread::Builder::new().spawn(work) {
            eprintln!("no thread for a connection: {error}");
        }
    }
    Ok(())
}

// ------------------------------------------------------------------ connections

/// A request without its body, of which nobody wants to know.
struct Request {
    line: RequestLine,
    headers: Headers,
    /// How many bytes it had, with its body.
    size: usize,
    /// Whether the connection ends behind it.
    last: bool,
}

/// Answers the requests of one client.
fn serve(mut stream: TcpStream, config: &Config) -> io::Result<()> {
    let mut unread = Vec::new();
    let mut deadline = Instant::now() + config.timeout;
    loop {
        match understand(&unread) {
            Ok(Some(request)) => {
                unread.drain(..request.size);
                let response = answer(&request, &config.root);
                let method = &request.line.method;
                if request.last {
                    return say_goodbye(stream, response, method);
                }
                send(&mut stream, response, method)?;
                deadline = Instant::now() + config.timeout;
            }
            Ok(None) => match read_until(&mut stream, &mut unread, deadline)? {
                Outcome::More => {}
                Outcome::End => return Ok(()),
                Outcome::Late if unread.is_empty() => return hang_up(stream),
                Outcome::Late => return say_goodbye(stream, Response::new(408, ""), "GET"),
            },
            Err(status) => return say_goodbye(stream, Response::new(status, ""), "GET"),
        }
    }
}

/// What came of a read.
enum Outcome {
    More,
    End,
    Late,
}

/// Reads once more, but not beyond the deadline.
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

/// Takes the request apart with which the bytes begin: `None` as long as it is not all there. An
/// error is the status to refuse it with.
fn understand(bytes: &[u8]) -> Result<Option<Request>, u16> {
    // The limits hold for what has come, whether or not its end has come.
    let line_end = find(bytes, b"\r\n");
    if line_end.unwrap_or(bytes.len()) > LONGEST_LINE {
        return Err(414);
    }
    let Some(line_end) = line_end else {
        return Ok(None);
    };
    // From the end of the line on, so that a header without fields has its empty line, too.
    let head_end = find(&bytes[line_end..], b"\r\n\r\n").map(|end| line_end + end);
    let fields = line_end + 2..head_end.unwrap_or(bytes.len()).max(line_end) + 2;
    if fields.len() > LONGEST_FIELDS {
        return Err(431);
    }
    let Some(head_end) = head_end else {
        return Ok(None);
    };
    let line = http1::parse(&bytes[..line_end]).map_err(|refusal| match refusal {
        Refusal::BadRequest => 400_u16,
        Refusal::VersionNotSupported => 505,
    })?;
    let headers = Headers::parse(&bytes[fields]).map_err(|_| 400_u16)?;
    match headers.values("Host").first() {
        None if line.minor_version >= 1 => return Err(400),
        Some(host) if host.contains(&b' ') => return Err(400),
        _ => {}
    }
    let size = head_end + 4 + body_length(&headers)?;
    if bytes.len() < size {
        return Ok(None);
    }
    let last = line.minor_version == 0 || says_close(&headers);
    Ok(Some(Request {
        line,
        headers,
        size,
        last,
    }))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|part| part == what)
}

/// How many bytes of body follow the header.
fn body_length(headers: &Headers) -> Result<usize, u16> {
    let lengths = headers.values("Content-Length");
    let coded = !headers.values("Transfer-Encoding").is_empty();
    match lengths.first() {
        Some(_) if coded => Err(400),
        None if coded => Err(411),
        None => Ok(0),
        Some(digits) if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) => Err(400),
        Some(digits) => {
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

/// Sends a response to a request with this method.
fn send(stream: &mut TcpStream, response: Response, method: &str) -> io::Result<()> {
    let bytes = response.to_bytes(method, SystemTime::now());
    let bytes = bytes.map_err(|error| io::Error::other(format!("{error:?}")))?;
    stream.write_all(&bytes)
}

/// Sends the last response of a connection.
fn say_goodbye(mut stream: TcpStream, response: Response, method: &str) -> io::Result<()> {
    send(&mut stream, response.with("Connection", "close"), method)?;
    hang_up(stream)
}

/// Closes a connection so that the client gets all that was sent: see `http7`.
fn hang_up(stream: TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let _ = io::copy(&mut stream.take(4 << 20), &mut io::sink());
    Ok(())
}

// ------------------------------------------------------------------ files

/// What to answer.
fn answer(request: &Request, root: &Path) -> Response {
    let method = request.line.method.as_str();
    if !matches!(method, "GET" | "HEAD") {
        return Response::new(405, "").with("Allow", "GET, HEAD");
    }
    let Ok(target) = Target::parse(&request.line.target) else {
        return Response::new(400, "");
    };
    let Some(file) = find_file(root, &target.segments).and_then(|path| read_file(&path).ok())
    else {
        return Response::new(404, "");
    };
    respond(method, &request.headers, file)
}

/// The file that the segments name, where they name one below the root.
fn find_file(root: &Path, segments: &[String]) -> Option<PathBuf> {
    let mut path = root.to_owned();
    for segment in segments {
        // By name, one at a time: `push` itself would follow `..`, and start again at a `/`.
        if matches!(segment.as_str(), "" | "." | "..") || segment.contains(['/', '\0']) {
            return None;
        }
        path.push(segment);
    }
    // Where the links lead is known only when they have been followed. `starts_with` compares
    // whole names: `/srv/public-old` does not start with `/srv/public`.
    let path = path.canonicalize().ok()?;
    (path.starts_with(root) && path.is_file()).then_some(path)
}

struct File {
    bytes: Vec<u8>,
    content_type: &'static str,
    etag: String,
    last_modified: String,
}

fn read_file(path: &Path) -> io::Result<File> {
    let changed = fs::metadata(path)?.modified()?;
    let bytes = fs::read(path)?;
    let since = changed.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(File {
        content_type: content_type(path),
        etag: format!("\"{:x}-{:x}\"", bytes.len(), since.as_nanos()),
        last_modified: http_date(changed),
        bytes,
    })
}

/// The answer to a request for a file that is there.
fn respond(method: &str, headers: &Headers, file: File) -> Response {
    let value = |name: &str| headers.values(name).into_iter().next();
    let (if_match, if_none_match) = (value("If-Match"), value("If-None-Match"));
    let conditions = Conditions {
        if_match: if_match.as_deref(),
        if_none_match: if_none_match.as_deref(),
        ..Conditions::default()
    };
    let current = Current {
        etag: Some(file.etag.as_bytes()),
        last_modified: None,
    };
    match etag1::decide(method, &conditions, Some(&current)) {
        Decision::Perform => {}
        Decision::NotModified => return Response::new(304, "").with("ETag", &file.etag),
        Decision::PreconditionFailed => return Response::new(412, "").with("ETag", &file.etag),
    }
    let known = range1::File {
        length: file.bytes.len() as u64,
        etag: Some(&file.etag),
        last_modified: None,
    };
    let range = value("Range").filter(|_| method == "GET");
    let (status, body, content_range) =
        match range1::answer(range.as_deref(), value("If-Range").as_deref(), &known) {
            range1::Answer::Unsatisfiable { content_range } => {
                return Response::new(416, "").with("Content-Range", &content_range);
            }
            range1::Answer::Parts(parts) if parts.len() == 1 => {
                let part = &parts[0];
                let body = file.bytes[part.first as usize..=part.last as usize].to_vec();
                (206, body, Some(part.content_range.clone()))
            }
            _ => (200, file.bytes, None),
        };
    let response = Response::new(status, body)
        .with("Content-Type", file.content_type)
        .with("ETag", &file.etag)
        .with("Last-Modified", &file.last_modified);
    match content_range {
        Some(content_range) => response.with("Content-Range", &content_range),
        None => response,
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
