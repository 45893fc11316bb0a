//! # serve1: covers, previews and audiobooks, with a reader that knows the time
//!
//! Below the `BufReader` stands a `Read` that never waits beyond its deadline; so all that reads
//! lines and bodies need not know that there is one.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
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
use http1::Refusal;
use http2::Headers;
use http4::Target;
use http6::{Response, http_date};

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
    let config = &config;
    // The threads end before the scope does, so they may borrow what it has.
    thread::scope(|scope| {
        for stream in listener.incoming().flatten() {
            scope.spawn(move || {
                if let Err(error) = serve(&stream, config) {
                    eprintln!("a connection broke: {error}");
                }
            });
        }
    });
    Ok(())
}

/// A stream that is read up to a deadline.
struct Timed<'a> {
    stream: &'a TcpStream,
    deadline: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}

/// Why there is no request to answer.
enum Stop {
    Refuse(u16),
    /// Between two requests: nothing is to be said.
    End,
    Broken(io::Error),
}

type Reader<'a> = BufReader<Timed<'a>>;

struct Request {
    method: String,
    target: String,
    headers: Headers,
    last: bool,
}

fn serve(stream: &TcpStream, config: &Config) -> io::Result<()> {
    let deadline = Instant::now() + config.timeout;
    let mut reader = BufReader::new(Timed { stream, deadline });
    loop {
        reader.get_mut().deadline = Instant::now() + config.timeout;
        let (response, method, last) = match next(&mut reader) {
            Ok(request) => {
                let response = answer(&request, config).unwrap_or_else(|error| {
                    let missing = matches!(error.kind(), ErrorKind::NotFound);
                    Response::new(if missing { 404 } else { 500 }, "no file\n")
                });
                (response, request.method, request.last)
            }
            Err(Stop::Refuse(status)) => (Response::new(status, "no\n"), String::new(), true),
            Err(Stop::End) => return hang_up(stream),
            Err(Stop::Broken(error)) => return Err(error),
        };
        let response = match last {
            true => response.with("Connection", "close"),
            false => response,
        };
        let bytes = response.to_bytes(&method, SystemTime::now());
        let mut stream = stream;
        stream.write_all(&bytes.map_err(|error| io::Error::other(format!("{error:?}")))?)?;
        if last {
            return hang_up(stream);
        }
    }
}

/// Reads one request and its body.
fn next(reader: &mut Reader<'_>) -> Result<Request, Stop> {
    let mut line = Vec::new();
    match read_line(reader, &mut line, 8 * 1024 + 2, 414) {
        // Of this request nothing has come: neither the end nor the silence is worth a word.
        Err(Stop::Refuse(_)) if line.is_empty() => return Err(Stop::End),
        ended => ended?,
    }
    let mut section = Vec::new();
    let mut start = 0;
    while &section[start..] != b"\r\n" {
        start = section.len();
        read_line(reader, &mut section, 16 * 1024 + 2, 431)?;
    }
    section.truncate(start);
    let line = &line[..line.len() - 2];
    let line = http1::parse(line).map_err(|refusal| match refusal {
        Refusal::BadRequest => Stop::Refuse(400),
        Refusal::VersionNotSupported => Stop::Refuse(505),
    })?;
    let headers = Headers::parse(&section).map_err(|_| Stop::Refuse(400))?;
    let hosts = list(&headers, "Host").len();
    if hosts > 1 || hosts == 0 && line.minor_version > 0 {
        return Err(Stop::Refuse(400));
    }
    let coded = !headers.values("Transfer-Encoding").is_empty();
    let length = match (list(&headers, "Content-Length").as_slice(), coded) {
        ([], false) => 0,
        ([], true) => return Err(Stop::Refuse(411)),
        ([digits], false) => number(digits).map_err(Stop::Refuse)?,
        _ => return Err(Stop::Refuse(400)),
    };
    let came = io::copy(&mut reader.by_ref().take(length), &mut io::sink()).map_err(stop)?;
    if came < length {
        return Err(Stop::End);
    }
    let last = line.minor_version == 0 || list(&headers, "Connection").contains(&"close".into());
    Ok(Request {
        method: line.method,
        target: line.target,
        headers,
        last,
    })
}

/// Adds a line with its end to the buffer, which may have `most` bytes then.
fn read_line(
    reader: &mut Reader<'_>,
    buffer: &mut Vec<u8>,
    most: usize,
    too_long: u16,
) -> Result<(), Stop> {
    let room = most - buffer.len();
    let mut limited = reader.by_ref().take(room as u64);
    limited.read_until(b'\n', buffer).map_err(stop)?;
    if buffer.ends_with(b"\r\n") {
        Ok(())
    } else if buffer.len() == most {
        Err(Stop::Refuse(too_long))
    } else {
        // The client has ended its stream, or a line has the wrong end.
        Err(Stop::Refuse(400))
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// In the middle of a request.
fn stop(error: io::Error) -> Stop {
    if is_late(&error) {
        Stop::Refuse(408)
    } else {
        Stop::Broken(error)
    }
}

fn number(digits: &str) -> Result<u64, u16> {
    if digits.is_empty() || digits.contains(|c: char| !c.is_ascii_digit()) {
        return Err(400);
    }
    match digits.parse() {
        Ok(number @ 0..=65_536) => Ok(number),
        _ => Err(413),
    }
}

/// The members of a list, in small letters.
fn list(headers: &Headers, name: &str) -> Vec<String> {
    let mut members = Vec::new();
    for value in headers.values(name) {
        let value = String::from_utf8_lossy(&value).to_ascii_lowercase();
        let trim = |member: &str| member.trim_matches([' ', '\t']).to_owned();
        members.extend(value.split(',').map(trim));
    }
    members
}

fn answer(request: &Request, config: &Config) -> io::Result<Response> {
    let headers = &request.headers;
    if !["GET", "HEAD"].contains(&request.method.as_str()) {
        return Ok(Response::new(405, "")
            .with("Allow", "HEAD")
            .with("Allow", "GET"));
    }
    let Ok(Target { segments, .. }) = Target::parse(&request.target) else {
        return Ok(Response::new(400, ""));
    };
    let Some(path) = inside(&config.root, &segments) else {
        return Ok(Response::new(404, ""));
    };
    let mut file = fs::File::open(&path)?;
    let changed = file.metadata()?.modified()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let nanos = changed
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    let etag = format!("\"{nanos}.{}\"", bytes.len());

    let field = |name: &str| headers.values(name).pop();
    let (if_match, if_none_match) = (field("If-Match"), field("If-None-Match"));
    let conditions = Conditions {
        if_match: if_match.as_deref(),
        if_none_match: if_none_match.as_deref(),
        if_modified_since: None,
        if_unmodified_since: None,
    };
    let current = Current {
        etag: Some(etag.as_bytes()),
        last_modified: None,
    };
    let response = match etag1::decide(&request.method, &conditions, Some(&current)) {
        Decision::NotModified => Response::new(304, bytes),
        Decision::PreconditionFailed => Response::new(412, "changed\n"),
        Decision::Perform => part(request, bytes, &etag)
            .with("Content-Type", content_type(&path))
            .with("Last-Modified", &http_date(changed)),
    };
    Ok(response.with("ETag", &etag))
}

/// 200, 206 or 416.
fn part(request: &Request, bytes: Vec<u8>, etag: &str) -> Response {
    let field = |name: &str| request.headers.values(name).pop();
    let file = range1::File {
        length: bytes.len() as u64,
        etag: Some(etag),
        last_modified: None,
    };
    let range = if request.method == "GET" {
        field("Range")
    } else {
        None
    };
    match range1::answer(range.as_deref(), field("If-Range").as_deref(), &file) {
        range1::Answer::Parts(parts) => match parts.as_slice() {
            [
                range1::Part {
                    first,
                    last,
                    content_range,
                },
            ] => Response::new(206, &bytes[*first as usize..=*last as usize])
                .with("Content-Range", content_range),
            _ => Response::new(200, bytes),
        },
        range1::Answer::Whole => Response::new(200, bytes),
        range1::Answer::Unsatisfiable { content_range } => {
            Response::new(416, "").with("Content-Range", &content_range)
        }
    }
}

/// The file of that name, if it is one below the root. Each name is asked of the standard library:
/// it is plain if it is one component and that component is it.
fn inside(root: &Path, segments: &[String]) -> Option<PathBuf> {
    let mut path = root.to_owned();
    for segment in segments {
        let mut components = Path::new(segment).components();
        match (components.next(), components.next()) {
            (Some(Component::Normal(name)), None) if name == segment.as_str() => path.push(name),
            _ => return None,
        }
    }
    let path = fs::canonicalize(path).ok()?;
    let inside = path.strip_prefix(root).is_ok();
    (inside && fs::metadata(&path).ok()?.is_file()).then_some(path)
}

/// Closes a connection so that the client gets all that was sent: see `http7`.
fn hang_up(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut room = [0; 4096];
    for _ in 0..1000 {
        match stream.read(&mut room) {
            Ok(1..) => {}
            _ => break,
        }
    }
    Ok(())
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
