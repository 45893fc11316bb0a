//! A raw HTTP/1.1 client (RFC 9110, RFC 9112) that can be rude, reads strictly,
//! and compares a whole response at once.
//!
//! ```no_run
//! use testkit::http;
//! use testkit::program::{Port, Start};
//!
//! let server = Start::subject().serving(Port::Variable("PORT"));
//! let mut http = http::Connection::to(&server, "client A");
//! http.get("/books/7").header("Accept", "text/plain").send().expect(
//!     http::status(200).header("Content-Type", "text/plain").body("Emma\n"),
//!     "the shop's page asks for one book at a time",
//! );
//! ```
//!
//! What is sent is sent as written: nothing of a [`Request`] is checked or mended, so
//! a check can send what no client should. Sending never fails a check; what a
//! server makes of it shows in its answer. What comes is read by the letter:
//! a response that breaks a rule is a failure with a caret under the byte that is
//! wrong, and the rule with its section.
//!
//! Checks of functions that return a response as bytes use the same reader and
//! the same comparison without a socket: [`parse_response`], [`Expected::check_bytes`].

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use harness::{Failure, fail};

use crate::bytes;
use crate::program::Program;
use crate::socket::{Client, Wanted};

// ---------------------------------------------------------------- responses

/// One field line: a name and a value without the white space around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// As it was sent; names are the same whatever their case (RFC 9110 §5.1).
    pub name: String,
    /// Bytes: RFC 9110 §5.5 names no encoding for those from 0x80 up.
    pub value: Vec<u8>,
}

/// Field lines in the order in which they came, repeated ones included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<Field>);

impl Fields {
    /// All lines, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Field> {
        self.0.iter()
    }

    /// The values of all lines of this name, whatever its case.
    pub fn all(&self, name: &str) -> Vec<&[u8]> {
        let same = |field: &&Field| field.name.eq_ignore_ascii_case(name);
        let found = self.0.iter().filter(same);
        found.map(|field| field.value.as_slice()).collect()
    }

    /// The value of the first line of this name, whatever its case. Bytes that are
    /// not UTF-8 are replaced.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let same = |field: &&Field| field.name.eq_ignore_ascii_case(name);
        let field = self.0.iter().find(same)?;
        Some(String::from_utf8_lossy(&field.value))
    }

    /// Whether the list that `Connection` is has the member `close` (RFC 9112 §9.6).
    pub fn says_close(&self) -> bool {
        let mut lines = self.all("Connection").into_iter();
        lines.any(|value| has_close(&String::from_utf8_lossy(value)))
    }
}

/// Whether a list has the member `close`, in any case.
fn has_close(list: &str) -> bool {
    let mut members = list.split(',').map(str::trim);
    members.any(|member| member.eq_ignore_ascii_case("close"))
}

/// What tells where the body of a response ends (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// It cannot have a body: the request was HEAD, or the status is 1xx, 204 or 304.
    NoBody,
    /// `Content-Length`.
    Length,
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// Nothing but the end of the connection.
    Close,
}

/// A whole response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The digit after the dot: 1 in `HTTP/1.1`.
    pub minor_version: u8,
    /// From 100 to 599.
    pub status: u16,
    /// `Not Found`: may be empty, and says nothing to a program (RFC 9112 §4).
    pub reason: String,
    /// The header.
    pub fields: Fields,
    /// Where the body ended.
    pub framing: Framing,
    /// Without the marks of its chunks.
    pub body: Vec<u8>,
    /// The fields behind a chunked body.
    pub trailers: Fields,
    /// The responses with 1xx that came before it, in order (RFC 9110 §15.2).
    pub interim: Vec<Response>,
}

impl Response {
    fn empty() -> Self {
        Self {
            minor_version: 1,
            status: 0,
            reason: String::new(),
            fields: Fields::default(),
            framing: Framing::NoBody,
            body: Vec::new(),
            trailers: Fields::default(),
            interim: Vec::new(),
        }
    }

    /// The body as text. Bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// 1xx but 101: another response follows. After 101 another protocol does.
    fn is_interim(&self) -> bool {
        self.status < 200 && self.status != 101
    }
}

/// The most lines of a body that are shown of a whole response.
const SHOWN_LINES: usize = 12;

/// Like `curl -i` shows it, but escaped, and shortened where it is long.
impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |text: &[u8]| {
            let quoted = bytes::quote(text);
            quoted[1..quoted.len() - 1].replace("\\\"", "\"")
        };
        let reason = line(self.reason.as_bytes());
        let start = format!("HTTP/1.{} {} {reason}", self.minor_version, self.status);
        writeln!(f, "{}", start.trim_end())?;
        for field in self.fields.iter() {
            writeln!(f, "{}: {}", field.name, line(&field.value))?;
        }
        writeln!(f)?;
        if !is_text(&self.body) {
            return writeln!(f, "{}", bytes::quote(&self.body));
        }
        let mut lines = self.body.split_inclusive(|byte| *byte == b'\n');
        for text in lines.by_ref().take(SHOWN_LINES) {
            writeln!(f, "{}", line(text.strip_suffix(b"\n").unwrap_or(text)))?;
        }
        match lines.count() {
            0 => Ok(()),
            more => writeln!(f, "... {more} more lines"),
        }
    }
}

/// Why bytes are no response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong, as the end of a sentence: "a line ends with LF alone".
    pub what: String,
    /// The bytes that are wrong; an empty range where something is missing.
    pub place: Range<usize>,
    /// The rule, with its section.
    pub rule: &'static str,
}

impl Malformed {
    fn new(what: impl Into<String>, place: Range<usize>, rule: &'static str) -> Self {
        Self {
            what: what.into(),
            place,
            rule,
        }
    }

    /// The bytes around the place, with carets under those that are wrong.
    pub fn marked(&self, bytes: &[u8]) -> String {
        bytes::mark(bytes, self.place.clone())
    }

    /// Adds to a failure what is wrong, where, and against which rule.
    fn tell(&self, failure: Failure, bytes: &[u8], why: &str) -> Failure {
        failure
            .expected(self.rule)
            .got(self.marked(bytes))
            .because(why)
    }
}

/// Reads bytes that are one whole response to a GET request, and nothing else.
///
/// # Errors
///
/// The first rule that they break. Bytes behind the response are such an error;
/// so is an end before the response's own.
///
/// ```
/// use testkit::http;
///
/// let response = http::parse_response(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
/// assert_eq!((response.status, response.text().as_ref()), (200, "ok"));
/// ```
pub fn parse_response(bytes: &[u8]) -> Result<Response, Malformed> {
    let (response, length) = parse_response_to("GET", bytes)?;
    nothing_behind("GET", &response, bytes, length)?;
    Ok(response)
}

/// Reads the response that the bytes begin with, as one to a request with this
/// method, and says how many bytes it has: a response to HEAD has no body, and
/// behind it may stand the next one. Responses with 1xx before it belong to it.
///
/// # Errors
///
/// The first rule that the bytes break.
pub fn parse_response_to(method: &str, bytes: &[u8]) -> Result<(Response, usize), Malformed> {
    let mut interim = Vec::new();
    let mut at = 0;
    loop {
        let mut reader = Reader::new(method, at);
        reader.advance(bytes, true)?;
        at = reader.at;
        let mut response = reader.response;
        if !response.is_interim() {
            response.interim = interim;
            return Ok((response, at));
        }
        interim.push(response);
    }
}

/// That no bytes stand behind the last response.
fn nothing_behind(
    method: &str,
    response: &Response,
    bytes: &[u8],
    length: usize,
) -> Result<(), Malformed> {
    if bytes.len() == length {
        return Ok(());
    }
    let count = plural(bytes.len() - length, "byte");
    let (what, rule) = match (method, response.framing) {
        ("HEAD", _) => (
            format!("{count} after the header of a response to HEAD"),
            "a response to HEAD ends with its header, whatever Content-Length says (RFC 9110 §9.3.2)",
        ),
        (_, Framing::NoBody) => (
            format!("{count} after the header of a {}", response.status),
            "a response with 1xx, 204 or 304 ends with its header (RFC 9112 §6.3)",
        ),
        (_, Framing::Chunked) => (
            format!("{count} after the last chunk"),
            "a chunked body ends with a chunk of size 0, trailer fields and an empty line (RFC 9112 §7.1)",
        ),
        _ => (
            format!(
                "{count} after the {} that Content-Length counts",
                response.body.len()
            ),
            "Content-Length is the number of bytes in the body, no more and no fewer (RFC 9110 §8.6)",
        ),
    };
    Err(Malformed::new(what, length..bytes.len(), rule))
}

// ---------------------------------------------------------------- the reader

const CRLF: &str = "a line ends with CR LF; neither stands alone (RFC 9112 §2.2)";
const STATUS_LINE: &str =
    "a response begins with `HTTP/1.1`, a space, three digits, a space, a reason (RFC 9112 §4)";
const FIELD_LINE: &str = "a field line is a name, a colon and a value (RFC 9112 §5)";
const FIELD_NAME: &str =
    "a field name is one or more letters, digits or !#$%&'*+-.^_`|~ (RFC 9110 §5.1, §5.6.2)";
const FIELD_VALUE: &str =
    "of the control bytes a field value may hold the tab only (RFC 9110 §5.5)";
const LENGTH: &str = "Content-Length is one decimal number (RFC 9110 §8.6)";
const CODING: &str =
    "Transfer-Encoding is `chunked`, once: this client asked for no other (RFC 9112 §6.1, §7.4)";
const CHUNK_SIZE: &str = "a chunk begins with its size in hexadecimal digits (RFC 9112 §7.1)";
const CHUNK_EXTENSION: &str = "behind a chunk's size may stand extensions: `;`, a name, and `=` with a value (RFC 9112 §7.1.1)";
const CHUNK_END: &str = "CR LF stands behind the data of a chunk (RFC 9112 §7.1)";
const INCOMPLETE: &str =
    "a response that ends before its own end is incomplete, and cannot be used (RFC 9112 §8)";

/// What the reader is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    StatusLine,
    Header,
    /// So many bytes of a body with Content-Length.
    Sized(usize),
    ChunkSize,
    /// So many bytes of a chunk, and the line end behind them.
    Chunk(usize),
    Trailers,
    ToTheEnd,
    Whole,
}

/// Reads one response from a buffer that grows: each part is read once.
struct Reader {
    method: String,
    /// Up to here everything has been read.
    at: usize,
    step: Step,
    response: Response,
    /// Where the values of the header's fields stand.
    places: Vec<Range<usize>>,
}

impl Reader {
    fn new(method: &str, at: usize) -> Self {
        Self {
            method: method.to_owned(),
            at,
            step: Step::StatusLine,
            response: Response::empty(),
            places: Vec::new(),
        }
    }

    /// Reads on in `bytes`, which begin with all that was there before. Returns
    /// whether the response is whole. `ended` says that nothing more will come.
    fn advance(&mut self, bytes: &[u8], ended: bool) -> Result<bool, Malformed> {
        while self.step != Step::Whole {
            if !self.step(bytes, ended)? {
                return if ended {
                    Err(self.cut_off(bytes))
                } else {
                    Ok(false)
                };
            }
        }
        Ok(true)
    }

    /// Reads the next part; `false` where it is not all there.
    fn step(&mut self, bytes: &[u8], ended: bool) -> Result<bool, Malformed> {
        match self.step {
            Step::StatusLine => {
                let Some(line) = self.line(bytes)? else {
                    return Ok(false);
                };
                let (minor_version, status, reason) = status_line(bytes, line)?;
                self.response.minor_version = minor_version;
                self.response.status = status;
                self.response.reason = reason;
                self.step = Step::Header;
            }
            Step::Header => {
                let Some(line) = self.line(bytes)? else {
                    return Ok(false);
                };
                if line.is_empty() {
                    (self.response.framing, self.step) = self.framing()?;
                } else {
                    let (field, place) = field_line(bytes, line)?;
                    self.response.fields.0.push(field);
                    self.places.push(place);
                }
            }
            Step::Sized(count) => {
                if bytes.len() - self.at < count {
                    return Ok(false);
                }
                self.response.body = self.bytes(bytes, count);
                self.step = Step::Whole;
            }
            Step::ChunkSize => {
                let Some(line) = self.line(bytes)? else {
                    return Ok(false);
                };
                self.step = match chunk_size(bytes, line)? {
                    0 => Step::Trailers,
                    size => Step::Chunk(size),
                };
            }
            Step::Chunk(size) => return self.chunk(bytes, size),
            Step::Trailers => {
                let Some(line) = self.line(bytes)? else {
                    return Ok(false);
                };
                if line.is_empty() {
                    self.step = Step::Whole;
                } else {
                    let field = trailer(bytes, line)?;
                    self.response.trailers.0.push(field);
                }
            }
            Step::ToTheEnd => {
                if !ended {
                    return Ok(false);
                }
                self.response.body = self.bytes(bytes, bytes.len() - self.at);
                self.step = Step::Whole;
            }
            Step::Whole => {}
        }
        Ok(true)
    }

    fn bytes(&mut self, bytes: &[u8], count: usize) -> Vec<u8> {
        let taken = bytes[self.at..self.at + count].to_vec();
        self.at += count;
        taken
    }

    /// The next line without its end.
    fn line(&mut self, bytes: &[u8]) -> Result<Option<Range<usize>>, Malformed> {
        let from = self.at;
        let Some(length) = bytes[from..].iter().position(|byte| *byte == b'\n') else {
            return Ok(None);
        };
        let end = from + length;
        let line = &bytes[from..end];
        let Some(text) = line.strip_suffix(b"\r") else {
            return Err(Malformed::new(
                "a line ends with LF alone",
                end..end + 1,
                CRLF,
            ));
        };
        if let Some(place) = text.iter().position(|byte| *byte == b'\r') {
            let place = from + place;
            return Err(Malformed::new("a CR stands alone", place..place + 1, CRLF));
        }
        self.at = end + 1;
        Ok(Some(from..end - 1))
    }

    /// Chunk data and the line end behind it, which is looked at as soon as it comes.
    fn chunk(&mut self, bytes: &[u8], size: usize) -> Result<bool, Malformed> {
        // No overflow: what is there is shorter than the memory.
        let behind = (bytes.len() - self.at).checked_sub(size);
        let Some(behind) = behind.filter(|count| *count > 0) else {
            return Ok(false);
        };
        let end = self.at + size;
        let line_end = &bytes[end..end + behind.min(2)];
        if let Some(wrong) = bytes::difference(line_end, b"\r\n").filter(|at| *at < line_end.len())
        {
            let place = end + wrong;
            let what = format!("no CR LF behind a chunk of {}", plural(size, "byte"));
            return Err(Malformed::new(what, place..place + 1, CHUNK_END));
        }
        if behind < 2 {
            return Ok(false);
        }
        let data = self.bytes(bytes, size);
        self.response.body.extend(data);
        self.at += 2;
        self.step = Step::ChunkSize;
        Ok(true)
    }

    /// Where the body ends, once the header has been read (RFC 9112 §6.3).
    fn framing(&self) -> Result<(Framing, Step), Malformed> {
        let status = self.response.status;
        let coding = self.place_of("Transfer-Encoding", CODING)?;
        let length = self.place_of("Content-Length", LENGTH)?;
        if let Some(at) = coding {
            self.check_coding(at, length)?;
        }
        let count = length.map(|at| self.length(at)).transpose()?;
        if status < 200 || status == 204 {
            let rule = "a response with 1xx or 204 has no body, and neither Content-Length nor \
                        Transfer-Encoding (RFC 9110 §8.6, RFC 9112 §6.1)";
            if let Some(at) = coding.or(length) {
                let name = &self.response.fields.0[at].name;
                let what = format!("a {status} with {name}");
                return Err(Malformed::new(what, self.places[at].clone(), rule));
            }
        }
        let tunnel = self.method == "CONNECT" && (200..300).contains(&status);
        let bare = self.method == "HEAD" || status < 200 || status == 204 || status == 304;
        Ok(match count {
            _ if bare || tunnel => (Framing::NoBody, Step::Whole),
            _ if coding.is_some() => (Framing::Chunked, Step::ChunkSize),
            Some(count) => (Framing::Length, Step::Sized(count)),
            None => (Framing::Close, Step::ToTheEnd),
        })
    }

    /// The one line of a field that may not be repeated, by its index.
    fn place_of(&self, name: &str, rule: &'static str) -> Result<Option<usize>, Malformed> {
        let fields = self.response.fields.0.iter().enumerate();
        let mut same = fields.filter(|(_, field)| field.name.eq_ignore_ascii_case(name));
        let first = same.next().map(|(at, _)| at);
        match same.next() {
            Some((at, _)) => {
                let what = format!("{name} is there twice");
                Err(Malformed::new(what, self.places[at].clone(), rule))
            }
            None => Ok(first),
        }
    }

    fn check_coding(&self, at: usize, length: Option<usize>) -> Result<(), Malformed> {
        let place = self.places[at].clone();
        if self.response.minor_version == 0 {
            let rule = "a response of HTTP/1.0 has no Transfer-Encoding (RFC 9112 §6.1)";
            return Err(Malformed::new("Transfer-Encoding in HTTP/1.0", place, rule));
        }
        let value = &self.response.fields.0[at].value;
        if !value.eq_ignore_ascii_case(b"chunked") {
            let what = format!("an unknown transfer coding, {}", bytes::quote(value));
            return Err(Malformed::new(what, place, CODING));
        }
        if let Some(at) = length {
            let rule = "a message with Transfer-Encoding has no Content-Length (RFC 9112 §6.2)";
            let what = "both Transfer-Encoding and Content-Length";
            return Err(Malformed::new(what, self.places[at].clone(), rule));
        }
        Ok(())
    }

    fn length(&self, at: usize) -> Result<usize, Malformed> {
        let value = &self.response.fields.0[at].value;
        let place = self.places[at].clone();
        let wrong = |what: &str, place| Err(Malformed::new(what, place, LENGTH));
        if let Some(digit) = value.iter().position(|byte| !byte.is_ascii_digit()) {
            let at = place.start + digit;
            return wrong("Content-Length is no number", at..at + 1);
        }
        match number(value, 10) {
            Some(count) => Ok(count),
            None if value.is_empty() => wrong("Content-Length is empty", place),
            None => wrong("Content-Length is more than any body has", place),
        }
    }

    /// What is waited for, in words, when so many bytes are there.
    fn wants(&self, available: usize) -> String {
        let left = |count: usize| plural(count.saturating_sub(available - self.at), "more byte");
        match self.step {
            Step::StatusLine if available == self.at => "a response".to_owned(),
            Step::StatusLine => "the rest of the status line".to_owned(),
            Step::Header => "the rest of the header, which an empty line ends".to_owned(),
            Step::Sized(count) => {
                format!("{} of the body: Content-Length is {count}", left(count))
            }
            Step::ChunkSize => "the next chunk; one of size 0 is the last".to_owned(),
            Step::Chunk(size) => format!(
                "{} of a chunk of {}, with CR LF behind it",
                left(size.saturating_add(2)),
                plural(size, "byte")
            ),
            Step::Trailers => "the empty line behind the last chunk".to_owned(),
            Step::ToTheEnd => {
                "the end of the connection: no Content-Length says where the body ends".to_owned()
            }
            Step::Whole => "nothing".to_owned(),
        }
    }

    fn cut_off(&self, bytes: &[u8]) -> Malformed {
        let what = format!("it ends before {}", self.wants(bytes.len()));
        Malformed::new(what, bytes.len()..bytes.len(), INCOMPLETE)
    }
}

/// `HTTP/1.1 404 Not Found`: the minor version, the status and the reason.
fn status_line(bytes: &[u8], line: Range<usize>) -> Result<(u8, u16, String), Malformed> {
    const START: &[u8] = b"HTTP/1.";
    let from = line.start;
    let text = &bytes[line];
    let wrong = |what: &str, at: usize, count: usize, rule| {
        let end = (at + count).min(text.len().max(at));
        Err(Malformed::new(what, from + at..from + end, rule))
    };
    let same = text.iter().zip(START).take_while(|(a, b)| a == b).count();
    if same < START.len() {
        return wrong("it does not begin with `HTTP/1.`", same, 1, STATUS_LINE);
    }
    let Some(minor) = text.get(7).filter(|byte| byte.is_ascii_digit()) else {
        return wrong("the version has no second digit", 7, 1, STATUS_LINE);
    };
    if text.get(8) != Some(&b' ') {
        return wrong("no space behind the version", 8, 1, STATUS_LINE);
    }
    let is_digit = |at: &usize| text.get(*at).is_some_and(u8::is_ascii_digit);
    if let Some(at) = (9..12).find(|at| !is_digit(at)) {
        return wrong("the status is not three digits", at, 1, STATUS_LINE);
    }
    let status = text[9..12]
        .iter()
        .fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    if !(100..600).contains(&status) {
        let rule = "a status is a number from 100 to 599 (RFC 9110 §15)";
        return wrong("there is no such status", 9, 3, rule);
    }
    match text.get(12) {
        Some(b' ') => {}
        Some(_) => return wrong("no space behind the status", 12, 1, STATUS_LINE),
        None => {
            let rule =
                "the space behind the status is sent even when no reason follows (RFC 9112 §4)";
            return wrong("no space behind the status", 12, 1, rule);
        }
    }
    let reason = &text[13..];
    if let Some(at) = reason.iter().position(is_control) {
        let rule = "a reason has visible characters, spaces and tabs only (RFC 9112 §4)";
        return wrong("a control byte in the reason", 13 + at, 1, rule);
    }
    let reason = String::from_utf8_lossy(reason).into_owned();
    Ok((minor - b'0', status, reason))
}

/// A field, and where its value stands.
fn field_line(bytes: &[u8], line: Range<usize>) -> Result<(Field, Range<usize>), Malformed> {
    let from = line.start;
    let text = &bytes[line.clone()];
    let one = |at: usize| from + at..from + at + 1;
    if matches!(text.first(), Some(b' ' | b'\t')) {
        let rule = "a field has one line; a server never continues it on the next (RFC 9112 §5.2)";
        return Err(Malformed::new(
            "a field line begins with white space",
            one(0),
            rule,
        ));
    }
    let Some(colon) = text.iter().position(|byte| *byte == b':') else {
        return Err(Malformed::new(
            "a field line without a colon",
            line,
            FIELD_LINE,
        ));
    };
    let name = &text[..colon];
    if let Some(at) = name.iter().position(|byte| !bytes::is_token(*byte)) {
        let white = |byte: &u8| matches!(byte, b' ' | b'\t');
        return Err(if name[at..].iter().all(white) {
            let rule = "no white space stands between a field's name and its colon (RFC 9112 §5.1)";
            let place = from + at..from + colon;
            Malformed::new("white space before a colon", place, rule)
        } else {
            Malformed::new("a byte that no field name has", one(at), FIELD_NAME)
        });
    }
    if name.is_empty() {
        return Err(Malformed::new(
            "a field without a name",
            from..from,
            FIELD_NAME,
        ));
    }
    let rest = &text[colon + 1..];
    if let Some(at) = rest.iter().position(is_control) {
        return Err(Malformed::new(
            "a control byte in a field value",
            one(colon + 1 + at),
            FIELD_VALUE,
        ));
    }
    let value = rest.trim_ascii();
    let start = from + colon + 1 + (rest.len() - rest.trim_ascii_start().len());
    let field = Field {
        name: String::from_utf8_lossy(name).into_owned(),
        value: value.to_vec(),
    };
    Ok((field, start..start + value.len()))
}

fn trailer(bytes: &[u8], line: Range<usize>) -> Result<Field, Malformed> {
    let (field, _) = field_line(bytes, line.clone())?;
    let is_framing = |name: &&&str| field.name.eq_ignore_ascii_case(name);
    if let Some(name) = ["Content-Length", "Transfer-Encoding"]
        .iter()
        .find(is_framing)
    {
        let rule =
            "what says where the body ends stands before it, not behind it (RFC 9110 §6.5.1)";
        return Err(Malformed::new(format!("{name} as a trailer"), line, rule));
    }
    Ok(field)
}

/// `1a;name=value` (RFC 9112 §7.1, §7.1.1).
fn chunk_size(bytes: &[u8], line: Range<usize>) -> Result<usize, Malformed> {
    let from = line.start;
    let text = &bytes[line];
    let hex = text
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let one = |at: usize| from + at..from + (at + 1).min(text.len());
    if hex == 0 {
        return Err(Malformed::new("a chunk without a size", one(0), CHUNK_SIZE));
    }
    let Some(size) = number(&text[..hex], 16) else {
        let what = "the size of a chunk is more than any memory has";
        let rule = "a reader must not let a chunk's size overflow (RFC 9112 §7.1)";
        return Err(Malformed::new(what, from..from + hex, rule));
    };
    let mut at = hex;
    while at < text.len() {
        at = extension(text, at).map_err(|wrong| {
            let what = "behind the size of a chunk stands something else than an extension";
            Malformed::new(what, one(wrong), CHUNK_EXTENSION)
        })?;
    }
    Ok(size)
}

/// The end of the chunk extension that begins at `at`, or where it is wrong.
/// White space in it is what nobody must send (RFC 9110 §5.6.3).
fn extension(text: &[u8], at: usize) -> Result<usize, usize> {
    let token = |from: usize| {
        let count = text[from..]
            .iter()
            .take_while(|byte| bytes::is_token(**byte))
            .count();
        if count == 0 {
            Err(from)
        } else {
            Ok(from + count)
        }
    };
    if text[at] != b';' {
        return Err(at);
    }
    let end = token(at + 1)?;
    if text.get(end) != Some(&b'=') {
        return Ok(end);
    }
    if text.get(end + 1) != Some(&b'"') {
        return token(end + 1);
    }
    let mut place = end + 2;
    loop {
        match text.get(place) {
            Some(b'"') => return Ok(place + 1),
            Some(b'\\') => place += 2,
            Some(byte) if !is_control(byte) => place += 1,
            _ => return Err(place.min(text.len())),
        }
    }
}

/// The number that digits stand for; `None` where there are none, and where it is too
/// large. That there are digits only is for the caller to see: `from_str_radix` takes a sign.
fn number(digits: &[u8], radix: u32) -> Option<usize> {
    usize::from_str_radix(str::from_utf8(digits).ok()?, radix).ok()
}

/// A control byte that is not the tab.
fn is_control(byte: &u8) -> bool {
    byte.is_ascii_control() && *byte != b'\t'
}

fn plural(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

// ---------------------------------------------------------------- requests

/// How much of a request's line is told in a sentence, in characters.
const TITLE: usize = 80;

/// A request, sent as it is written here. Two things are added unless they are named
/// or left out ([`Request::without`]): `Host` with the server's address, and for a
/// body `Content-Length` (or `Transfer-Encoding` for one in chunks).
///
/// `To` is the connection to send it on; `()` for one that stands for itself.
#[derive(Debug, Clone)]
pub struct Request<To = ()> {
    method: String,
    target: String,
    version: String,
    fields: Vec<(String, Vec<u8>)>,
    left_out: Vec<String>,
    payload: Payload,
    to: To,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Payload {
    Nothing,
    Whole(Vec<u8>),
    Chunks(Vec<Vec<u8>>),
    /// In place of the whole request: these bytes.
    Raw(Vec<u8>),
}

/// A GET request, for [`Connection::pipeline`].
pub fn get(target: &str) -> Request {
    request("GET", target)
}

/// A request with any method, for [`Connection::pipeline`].
pub fn request(method: &str, target: &str) -> Request {
    Request::new(method, target, ())
}

/// Any bytes in place of a request, for [`Connection::pipeline`]. What stands before
/// the first space counts as the method, for reading the response.
pub fn raw(bytes: impl AsRef<[u8]>) -> Request {
    Request::of_bytes(bytes.as_ref(), ())
}

impl<To> Request<To> {
    fn new(method: &str, target: &str, to: To) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            version: "HTTP/1.1".to_owned(),
            fields: Vec::new(),
            left_out: Vec::new(),
            payload: Payload::Nothing,
            to,
        }
    }

    fn of_bytes(bytes: &[u8], to: To) -> Self {
        let line = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next();
        let line = String::from_utf8_lossy(line.unwrap_or_default());
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let mut request = Self::new(&word(), &word(), to);
        request.payload = Payload::Raw(bytes.to_vec());
        request
    }

    /// Another version than `HTTP/1.1`.
    #[must_use = "nothing has been sent yet"]
    pub fn version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// Adds a field line, behind those that are there.
    #[must_use = "nothing has been sent yet"]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Adds a field line that is `bytes` long with its line end; the value is as
    /// many `x` as that takes.
    #[must_use = "nothing has been sent yet"]
    pub fn header_line_of(self, name: &str, bytes: usize) -> Self {
        let around = format!("{name}: \r\n").len();
        self.header(name, vec![b'x'; bytes.saturating_sub(around)])
    }

    /// Leaves out a field that would be added: `Host`, `Content-Length`, `Transfer-Encoding`.
    #[must_use = "nothing has been sent yet"]
    pub fn without(mut self, name: &str) -> Self {
        self.left_out.push(name.to_owned());
        self
    }

    /// The body.
    #[must_use = "nothing has been sent yet"]
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.payload = Payload::Whole(body.as_ref().to_vec());
        self
    }

    /// A body of so many bytes, each an `x`.
    #[must_use = "nothing has been sent yet"]
    pub fn body_of(self, bytes: usize) -> Self {
        self.body(vec![b'x'; bytes])
    }

    /// A chunked body: each piece is a chunk, and the last chunk follows. An empty
    /// piece would end the body early, and is left out.
    #[must_use = "nothing has been sent yet"]
    pub fn chunks<T: AsRef<[u8]>>(mut self, pieces: impl IntoIterator<Item = T>) -> Self {
        let pieces = pieces.into_iter().map(|piece| piece.as_ref().to_vec());
        self.payload = Payload::Chunks(pieces.filter(|piece| !piece.is_empty()).collect());
        self
    }

    /// The bytes that go to a server at this address, and how many of them are the
    /// header with its empty line.
    fn to_bytes(&self, host: &str) -> (Vec<u8>, usize) {
        if let Payload::Raw(bytes) = &self.payload {
            let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
            return (bytes.clone(), end.map_or(bytes.len(), |end| end + 4));
        }
        let mut bytes =
            format!("{} {} {}\r\n", self.method, self.target, self.version).into_bytes();
        let mut field = |name: &str, value: &[u8]| {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        };
        if self.adds("Host") {
            field("Host", host.as_bytes());
        }
        for (name, value) in &self.fields {
            field(name, value);
        }
        match &self.payload {
            Payload::Whole(body) if self.adds("Content-Length") => {
                field("Content-Length", body.len().to_string().as_bytes());
            }
            Payload::Chunks(_) if self.adds("Transfer-Encoding") => {
                field("Transfer-Encoding", b"chunked");
            }
            _ => {}
        }
        bytes.extend(b"\r\n");
        let head = bytes.len();
        match &self.payload {
            Payload::Whole(body) => bytes.extend(body),
            Payload::Chunks(pieces) => {
                for piece in pieces {
                    bytes.extend(format!("{:x}\r\n", piece.len()).into_bytes());
                    bytes.extend([piece, b"\r\n".as_slice()].concat());
                }
                bytes.extend(b"0\r\n\r\n");
            }
            Payload::Nothing | Payload::Raw(_) => {}
        }
        (bytes, head)
    }

    /// Whether a field is added that nobody named.
    fn adds(&self, name: &str) -> bool {
        let known = |known: &str| known.eq_ignore_ascii_case(name);
        !self.fields.iter().any(|(field, _)| known(field))
            && !self.left_out.iter().any(|field| known(field))
    }

    /// `GET /books/7`, escaped and shortened. Where bytes begin with another line than a
    /// request in order, it is all of that line.
    fn title(&self) -> String {
        let mut title = format!("{} {}", self.method, self.target).into_bytes();
        if let Payload::Raw(bytes) = &self.payload {
            let ends = |byte: &u8| matches!(byte, b'\r' | b'\n');
            let line = bytes.split(ends).next().unwrap_or_default();
            if line.strip_suffix(b" HTTP/1.1") != Some(&title) {
                title = line.to_vec();
            }
        }
        let title: String = title.into_iter().map(bytes::escape).collect();
        bytes::shorten_to(TITLE, title.trim_end())
    }
}

/// A request on its way: how it is sent.
impl<'c> Request<&'c mut Connection> {
    /// Sends it in one write.
    pub fn send(self) -> Pending<'c> {
        self.send_as("", |client, bytes, _| {
            client.send(bytes);
            bytes.len()
        })
    }

    /// Sends each byte in a write of its own.
    pub fn send_byte_by_byte(self) -> Pending<'c> {
        self.send_as("it was sent byte by byte", |client, bytes, _| {
            client.send_byte_by_byte(bytes);
            bytes.len()
        })
    }

    /// Sends pieces of so many bytes (one at least) in a write each, with a moment between them.
    pub fn send_in_pieces_of(self, size: usize) -> Pending<'c> {
        let how = format!("it was sent in pieces of {}", plural(size, "byte"));
        self.send_as(&how, |client, bytes, _| {
            client.send_pieces(bytes.chunks(size.max(1)));
            bytes.len()
        })
    }

    /// Sends it cut in two behind so many bytes, with a moment between them.
    pub fn send_cut_at(self, count: usize) -> Pending<'c> {
        let how = format!(
            "it was sent in two pieces, the first of {}",
            plural(count, "byte")
        );
        self.send_as(&how, |client, bytes, _| {
            let (one, two) = bytes.split_at(count.min(bytes.len()));
            client.send_pieces([one, two]);
            bytes.len()
        })
    }

    /// Sends it and says that no more will come.
    pub fn send_and_half_close(self) -> Pending<'c> {
        self.send_as(
            "the sending side was closed behind it",
            |client, bytes, _| {
                client.send(bytes);
                client.half_close();
                bytes.len()
            },
        )
    }

    /// Sends the first `count` bytes only: see [`Connection::send_rest`],
    /// [`Connection::abort`], [`Connection::close`].
    pub fn send_part(self, count: usize) -> Pending<'c> {
        let how = format!("of it {} were sent", plural(count, "byte"));
        self.send_as(&how, |client, bytes, _| {
            let count = count.min(bytes.len());
            client.send(&bytes[..count]);
            count
        })
    }

    /// Sends the header with its empty line only, as a client does that waits for
    /// `100 Continue` (RFC 9110 §10.1.1): see [`Connection::send_rest`].
    pub fn send_head(self) -> Pending<'c> {
        self.send_as("its body was not sent at once", |client, bytes, head| {
            client.send(&bytes[..head]);
            head
        })
    }

    /// Sends it as `send` does, which gets the bytes and how many of them are the
    /// header, and says how many it sent.
    fn send_as(
        self,
        how: &str,
        send: impl FnOnce(&mut Client, &[u8], usize) -> usize,
    ) -> Pending<'c> {
        let host = self.to.address.to_string();
        let (bytes, head) = self.to_bytes(&host);
        let asked = Asked {
            title: self.title(),
            command: with_remark(how, shell::repeat(&self, &bytes, self.to.address)),
            method: self.method,
        };
        let connection = self.to;
        connection.unanswered.push_back(asked);
        let sent = send(&mut connection.client, &bytes, head);
        connection.rest = bytes[sent..].to_vec();
        connection.response()
    }
}

/// A command with a remark that the shell skips. It ends with a line end, so that it
/// is shown as it is and not wrapped.
fn with_remark(remark: &str, command: String) -> String {
    if remark.is_empty() {
        format!("{command}\n")
    } else {
        format!("# {remark}\n{command}\n")
    }
}

// ---------------------------------------------------------------- connections

/// What a response is waited for.
#[derive(Debug)]
struct Asked {
    method: String,
    title: String,
    command: String,
}

/// A connection to a server, which stays open from request to request.
#[derive(Debug)]
pub struct Connection {
    client: Client,
    address: SocketAddr,
    unanswered: VecDeque<Asked>,
    /// What of the last request was not sent.
    rest: Vec<u8>,
}

impl Connection {
    /// Connects to a server. The name stands for the client in failures.
    #[track_caller]
    pub fn to(server: &Program, name: &str) -> Self {
        Self::over(server.connect(name), server.address())
    }

    /// Connects to an address.
    #[track_caller]
    pub fn connect(address: SocketAddr, name: &str) -> Self {
        Self::over(Client::connect(address, name), address)
    }

    fn over(client: Client, address: SocketAddr) -> Self {
        Self {
            client,
            address,
            unanswered: VecDeque::new(),
            rest: Vec::new(),
        }
    }

    /// Says what else is going on: the `given` of this client's failures.
    pub fn scene(&mut self, text: impl Into<String>) {
        self.client.scene(text);
    }

    /// The client below: for bytes that are no request, and to read bytes that are
    /// no response, such as those of another protocol after 101.
    pub fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Begins a GET request.
    pub fn get(&mut self, target: &str) -> Request<&mut Self> {
        self.request("GET", target)
    }

    /// Begins a HEAD request.
    pub fn head(&mut self, target: &str) -> Request<&mut Self> {
        self.request("HEAD", target)
    }

    /// Begins a POST request.
    pub fn post(&mut self, target: &str) -> Request<&mut Self> {
        self.request("POST", target)
    }

    /// Begins a PUT request.
    pub fn put(&mut self, target: &str) -> Request<&mut Self> {
        self.request("PUT", target)
    }

    /// Begins a DELETE request.
    pub fn delete(&mut self, target: &str) -> Request<&mut Self> {
        self.request("DELETE", target)
    }

    /// Begins a request with any method and target, also such as no client should send.
    pub fn request(&mut self, method: &str, target: &str) -> Request<&mut Self> {
        Request::new(method, target, self)
    }

    /// Begins a request of exactly these bytes. What stands before the first space
    /// counts as the method, for reading the response.
    pub fn raw(&mut self, bytes: impl AsRef<[u8]>) -> Request<&mut Self> {
        Request::of_bytes(bytes.as_ref(), self)
    }

    /// Sends several requests in one write. Their responses come in the same order
    /// (RFC 9112 §9.3.2): read each with [`Connection::response`].
    pub fn pipeline(&mut self, requests: impl IntoIterator<Item = Request>) {
        let host = self.address.to_string();
        let requests: Vec<Request> = requests.into_iter().collect();
        let bytes: Vec<Vec<u8>> = requests.iter().map(|one| one.to_bytes(&host).0).collect();
        let bytes = bytes.concat();
        let count = requests.len();
        let command = shell::printf(&bytes, self.address);
        for (index, request) in requests.into_iter().enumerate() {
            let remark = format!(
                "{count} requests in one write; this is number {}",
                index + 1
            );
            self.unanswered.push_back(Asked {
                title: request.title(),
                method: request.method,
                command: with_remark(&remark, command.clone()),
            });
        }
        self.client.send(bytes);
    }

    /// Sends what of the last request was held back.
    pub fn send_rest(&mut self) -> Pending<'_> {
        let rest = std::mem::take(&mut self.rest);
        self.client.send(rest);
        self.response()
    }

    /// The response that is to come next: that to the oldest request without one.
    pub fn response(&mut self) -> Pending<'_> {
        Pending { connection: self }
    }

    /// Says that no more will be sent; reading goes on.
    pub fn half_close(&mut self) {
        self.client.half_close();
    }

    /// Expects that the server closes the connection, and sends nothing before.
    #[track_caller]
    pub fn closes(&mut self, why: &str) {
        self.client.expect_end(why);
    }

    /// Expects that the connection stays open for so long. Where the server is to
    /// answer more requests, sending one more says the same without a wait.
    #[track_caller]
    pub fn stays_open(&mut self, wait: Duration, why: &str) {
        self.client.stays_open(wait, why);
    }

    /// Closes the connection in good order, also in the middle of a request.
    pub fn close(self) {}

    /// Breaks the connection, also in the middle of a request: see [`Client::abort`].
    pub fn abort(self) {
        self.client.abort();
    }

    /// Adds to a failure what this client's own failures tell of it: the scene, and the
    /// request whose response was read last.
    ///
    /// ```no_run
    /// use testkit::{fail, http};
    ///
    /// # let mut client = http::Connection::connect(([127, 0, 0, 1], 1).into(), "client A");
    /// let response = client.get("/").send().read("every request gets an answer");
    /// if response.fields.get("Server").is_some_and(|name| name.contains('/')) {
    ///     client.given(fail("the response names a version")).got(&response).raise();
    /// }
    /// ```
    #[must_use = "nothing is told before it is raised"]
    pub fn given(&self, failure: Failure) -> Failure {
        self.client.given(failure)
    }

    /// Reads one response, be it interim, without what the next one begins with.
    #[track_caller]
    fn read(&mut self, asked: &Asked, why: &str) -> Response {
        if asked.command.is_empty() {
            self.client.note(BY_HAND, "(no request was sent)");
        } else {
            self.client.note(BY_HAND, &*asked.command);
        }
        let mut reader = Reader::new(&asked.method, 0);
        let mut ended = false;
        loop {
            match reader.advance(self.client.unread(), ended) {
                Ok(true) => break,
                Ok(false) => {
                    let wanted = reader.wants(self.client.unread().len());
                    ended = !self.client.receive_some(Wanted::Bytes(&wanted), why);
                }
                Err(_) if ended && self.client.unread().is_empty() => {
                    let wanted = "a response";
                    self.client.fail_closed(wanted, &[], why)
                }
                Err(malformed) => self.fail_malformed(asked, &malformed, why),
            }
        }
        self.client.take(reader.at);
        reader.response
    }

    #[track_caller]
    fn fail_malformed(&self, asked: &Asked, malformed: &Malformed, why: &str) -> ! {
        let what = &malformed.what;
        let failure = fail(format!(
            "the response to `{}` is malformed: {what}",
            asked.title
        ));
        let failure = malformed.tell(self.client.given(failure), self.client.unread(), why);
        self.client.finish(failure, Duration::ZERO).raise()
    }
}

/// The label under which a failure repeats the request.
const BY_HAND: &str = "by hand";

/// A response that is waited for. Nothing is read before [`Pending::expect`] or
/// [`Pending::read`]; where neither is called, the response stays the next one.
#[derive(Debug)]
pub struct Pending<'c> {
    connection: &'c mut Connection,
}

impl Pending<'_> {
    /// Reads the response strictly and compares it with what was expected. All that is
    /// wrong with it is told in one failure.
    #[track_caller]
    pub fn expect(self, expected: Expected, why: &str) -> Response {
        let asked = self.connection.next_asked();
        let response = self.connection.final_response(&asked, why);
        self.connection.compare(&expected, &asked, &response, why);
        response
    }

    /// Reads the response strictly. Responses with 1xx before it are kept in it.
    #[track_caller]
    pub fn read(self, why: &str) -> Response {
        let asked = self.connection.next_asked();
        self.connection.final_response(&asked, why)
    }

    /// Reads a response with 1xx and compares it with what was expected; the final
    /// one is still to come.
    #[track_caller]
    pub fn expect_interim(self, expected: Expected, why: &str) -> Self {
        let asked = self.connection.next_asked();
        let response = self.connection.read(&asked, why);
        self.connection.compare(&expected, &asked, &response, why);
        self.connection.unanswered.push_front(asked);
        self
    }
}

impl Connection {
    /// Takes the oldest request without a response. Where there is none, a response
    /// is read as if it were to GET: a server may say 408 on its own (RFC 9110 §15.5.9).
    fn next_asked(&mut self) -> Asked {
        self.unanswered.pop_front().unwrap_or_else(|| Asked {
            method: "GET".to_owned(),
            title: "no request".to_owned(),
            command: String::new(),
        })
    }

    #[track_caller]
    fn final_response(&mut self, asked: &Asked, why: &str) -> Response {
        let mut interim = Vec::new();
        let mut response = self.read(asked, why);
        while response.is_interim() {
            interim.push(response);
            response = self.read(asked, why);
        }
        response.interim = interim;
        // Bytes that nobody asked for are told where they come from. What looks like
        // a response may be one that the server sends on its own.
        let rest = self.client.unread();
        let is_next = !self.unanswered.is_empty() || rest.starts_with(b"HTTP/");
        if !is_next
            && response.status != 101
            && let Err(malformed) = nothing_behind(&asked.method, &response, rest, 0)
        {
            self.fail_malformed(asked, &malformed, why)
        }
        response
    }

    #[track_caller]
    fn compare(&self, expected: &Expected, asked: &Asked, response: &Response, why: &str) {
        let wrong = expected.mismatches(response);
        if wrong.is_empty() {
            return;
        }
        let failure = fail(summary(
            &format!("the response to `{}`", asked.title),
            &wrong,
        ));
        let failure = tell_all(self.client.given(failure), wrong, response).because(why);
        self.client.finish(failure, Duration::ZERO).raise()
    }
}

// ---------------------------------------------------------------- expectations

/// What a response must be. What is not named is left to the server.
#[derive(Default)]
pub struct Expected {
    status: Option<u16>,
    reason: Option<String>,
    /// The names, each with what its lines must be, in order.
    fields: Vec<(String, Vec<Value>)>,
    forbidden: Vec<String>,
    body: Option<Vec<u8>>,
}

/// What the value of a field must be.
enum Value {
    Exactly(Vec<u8>),
    Like(String, Box<dyn Fn(&str) -> bool>),
}

impl Value {
    fn fits(&self, got: &[u8]) -> bool {
        match self {
            Self::Exactly(value) => value == got,
            Self::Like(_, fits) => fits(&String::from_utf8_lossy(got)),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(value) => f.write_str(&bytes::quote(value)),
            Self::Like(text, _) => f.write_str(text),
        }
    }
}

/// A response with this status.
pub fn status(status: u16) -> Expected {
    Expected {
        status: Some(status),
        ..Expected::default()
    }
}

/// A response with any status.
pub fn any_status() -> Expected {
    Expected::default()
}

impl Expected {
    /// Exactly this reason. Few checks should ask for it: clients ignore it (RFC 9112 §4).
    #[must_use = "nothing has been compared yet"]
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    /// A line of this field with exactly this value. Called once for a field, it must
    /// have one line; called again, one line more, in this order.
    #[must_use = "nothing has been compared yet"]
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = Value::Exactly(value.as_ref().to_vec());
        self.value(name, value)
    }

    /// Like [`Expected::header`], with a value for which `fits` is true. The
    /// description stands for it in failures: "a date", "max-age of 60 or more".
    #[must_use = "nothing has been compared yet"]
    pub fn header_like(
        self,
        name: &str,
        description: &str,
        fits: impl Fn(&str) -> bool + 'static,
    ) -> Self {
        self.value(name, Value::Like(description.to_owned(), Box::new(fits)))
    }

    /// A line of `Connection` that has the member `close`: the last response on a
    /// connection says so (RFC 9112 §9.6).
    #[must_use = "nothing has been compared yet"]
    pub fn closing(self) -> Self {
        self.header_like("Connection", "`close`", has_close)
    }

    fn value(mut self, name: &str, value: Value) -> Self {
        let same = |(known, _): &&mut (String, Vec<Value>)| known.eq_ignore_ascii_case(name);
        match self.fields.iter_mut().find(same) {
            Some((_, values)) => values.push(value),
            None => self.fields.push((name.to_owned(), vec![value])),
        }
        self
    }

    /// No line of this field.
    #[must_use = "nothing has been compared yet"]
    pub fn without(mut self, name: &str) -> Self {
        self.forbidden.push(name.to_owned());
        self
    }

    /// Exactly this body; `""` for none.
    #[must_use = "nothing has been compared yet"]
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = Some(body.as_ref().to_vec());
        self
    }

    /// Compares a response with this, without a connection. All that is wrong is
    /// told in one failure.
    #[track_caller]
    pub fn check(&self, response: &Response, given: impl ToString, why: &str) {
        let wrong = self.mismatches(response);
        if !wrong.is_empty() {
            let failure = fail(summary("the response", &wrong)).given(given);
            tell_all(failure, wrong, response).because(why).raise();
        }
    }

    /// Reads bytes that must be one whole response to GET, and compares it with this.
    #[track_caller]
    pub fn check_bytes(&self, bytes: &[u8], given: impl ToString, why: &str) -> Response {
        match parse_response(bytes) {
            Ok(response) => {
                self.check(&response, given, why);
                response
            }
            Err(malformed) => {
                let what = format!("the response is malformed: {}", malformed.what);
                let failure = fail(what).given(given);
                malformed.tell(failure, bytes, why).raise()
            }
        }
    }

    /// All that is wrong with a response: what, and how it differs.
    pub fn mismatches(&self, got: &Response) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        let mut add = |label: &str, text: String| wrong.push((label.to_owned(), text));
        if let Some(status) = self.status.filter(|status| *status != got.status) {
            let text = format!("expected {status}, got {} {}", got.status, got.reason);
            add("status", text.trim_end().to_owned());
        }
        if let Some(reason) = self.reason.as_ref().filter(|reason| **reason != got.reason) {
            add(
                "reason",
                format!("expected {reason:?}, got {:?}", got.reason),
            );
        }
        for (name, values) in &self.fields {
            if let Some(text) = field_mismatch(values, &got.fields.all(name)) {
                add(name, text);
            }
        }
        for name in &self.forbidden {
            let values = got.fields.all(name);
            if !values.is_empty() {
                add(name, format!("must not be there, got {}", listed(&values)));
            }
        }
        if let Some(body) = &self.body
            && let Some(text) = diff::bodies(body, &got.body)
        {
            add("body", text);
        }
        wrong
    }
}

fn field_mismatch(expected: &[Value], got: &[&[u8]]) -> Option<String> {
    let fit = |(value, got): (&Value, &&[u8])| value.fits(got);
    if expected.len() == got.len() && expected.iter().zip(got).all(fit) {
        return None;
    }
    let wanted: Vec<String> = expected.iter().map(ToString::to_string).collect();
    let wanted = wanted.join(", ");
    let lines = |count: usize| match count {
        1 => "once".to_owned(),
        _ => format!("{count} times"),
    };
    Some(if got.is_empty() {
        format!("missing, expected {wanted}")
    } else if expected.len() == got.len() {
        format!("expected {wanted}, got {}", listed(got))
    } else {
        let (once, times) = (lines(expected.len()), lines(got.len()));
        format!("expected {once}: {wanted}, got {times}: {}", listed(got))
    })
}

fn listed(values: &[&[u8]]) -> String {
    let values: Vec<String> = values.iter().map(|value| bytes::quote(value)).collect();
    values.join(", ")
}

/// `the response is wrong in: status, body`.
fn summary(subject: &str, wrong: &[(String, String)]) -> String {
    let labels: Vec<&str> = wrong.iter().map(|(label, _)| label.as_str()).collect();
    format!("{subject} is wrong in: {}", labels.join(", "))
}

/// Adds to a failure all that is wrong with a response, and the response.
fn tell_all(failure: Failure, wrong: Vec<(String, String)>, response: &Response) -> Failure {
    let failure = wrong
        .into_iter()
        .fold(failure, |failure, (label, text)| failure.part(label, text));
    failure.part("the whole response", response)
}

/// Whether bytes can be shown as lines.
fn is_text(bytes: &[u8]) -> bool {
    let shown = |text: &str| {
        text.chars()
            .all(|one| !one.is_control() || matches!(one, '\n' | '\r' | '\t'))
    };
    str::from_utf8(bytes).is_ok_and(shown)
}

// ---------------------------------------------------------------- bodies compared

/// Two bodies side by side: lines behind `- ` were expected, those behind `+ ` came,
/// those behind two spaces are the same.
mod diff {
    use std::fmt::Write as _;
    use std::mem::discriminant;

    use super::{bytes, is_text, plural};

    /// How many equal lines are shown on either side of a difference.
    const CONTEXT: usize = 3;
    /// How many lines are shown, and how many of them one after another of one side.
    const MOST: usize = 60;
    const RUN: usize = 20;
    /// How many characters of a line are shown, and how many of them before a caret.
    const WIDE: usize = 160;
    const BEFORE: usize = 60;
    /// How many pairs of lines are compared; of more, all lines count as different.
    const PAIRS: usize = 250_000;

    /// One line of a difference.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Line<'a> {
        Same(&'a str),
        Expected(&'a str),
        Got(&'a str),
    }

    /// How a body differs from the one expected: nothing where it does not.
    pub fn bodies(expected: &[u8], got: &[u8]) -> Option<String> {
        let place = bytes::difference(expected, got)?;
        match (str::from_utf8(expected), str::from_utf8(got)) {
            (Ok(one), Ok(other)) if is_text(expected) && is_text(got) => Some(texts(one, other)),
            _ => Some(format!(
                "{} expected, {} came; the first difference is at {place}\nexpected {}\ngot      {}\n",
                plural(expected.len(), "byte"),
                plural(got.len(), "byte"),
                bytes::mark(expected, place..place + 1).replace('\n', "\n         "),
                bytes::mark(got, place..place + 1).replace('\n', "\n         "),
            )),
        }
    }

    fn texts(expected: &str, got: &str) -> String {
        let lines = lines(expected, got);
        let near = near_a_difference(&lines);
        // Whether the last line has an end is told where that is a difference.
        let ends = expected.ends_with('\n') != got.ends_with('\n');
        let mut text = String::new();
        let mut at = 0;
        for shown in 0.. {
            if at >= lines.len() {
                break;
            }
            if shown == MOST {
                let _ = writeln!(text, "  ... {}", plural(lines.len() - at, "more line"));
                break;
            }
            let far = near[at..].iter().take_while(|near| !**near).count();
            if far > 1 {
                let _ = writeln!(text, "  ... {far} equal lines");
                at += far;
                continue;
            }
            let (before, after) = run_around(&lines, at);
            if before == RUN && after > 1 {
                let _ = writeln!(text, "  ... {} like these", plural(after, "more line"));
                at += after;
                continue;
            }
            match (lines[at], lines.get(at + 1)) {
                (Line::Same(line), _) => {
                    let line = line.trim_end_matches('\n');
                    let _ = writeln!(text, "  {}", bytes::shorten(line));
                }
                (Line::Expected(one), Some(Line::Got(other)))
                    if !matches!(lines.get(at + 2), Some(Line::Got(_))) =>
                {
                    text.push_str(&pair(&visible(one, ends), &visible(other, ends)));
                    at += 1;
                }
                (Line::Expected(line), _) => {
                    let _ = writeln!(text, "- {}", bytes::shorten(&visible(line, ends)));
                }
                (Line::Got(line), _) => {
                    let _ = writeln!(text, "+ {}", bytes::shorten(&visible(line, ends)));
                }
            }
            at += 1;
        }
        for (body, what) in [(expected, "no body was expected"), (got, "no body came")] {
            if body.is_empty() {
                let _ = writeln!(text, "  ({what})");
            }
        }
        text
    }

    /// Which lines are different, or so near to one that is that they are shown.
    fn near_a_difference(lines: &[Line<'_>]) -> Vec<bool> {
        let is_same = |line: &Line<'_>| matches!(line, Line::Same(_));
        (0..lines.len())
            .map(|at| {
                let from = at.saturating_sub(CONTEXT);
                let to = (at + CONTEXT + 1).min(lines.len());
                !lines[from..to].iter().all(is_same)
            })
            .collect()
    }

    /// How many lines of the same side stand right before this one, and from it on.
    fn run_around(lines: &[Line<'_>], at: usize) -> (usize, usize) {
        let is_like = |line: &&Line<'_>| discriminant(*line) == discriminant(&lines[at]);
        let before = lines[..at].iter().rev().take_while(is_like).count();
        (before, lines[at..].iter().take_while(is_like).count())
    }

    /// A line in place of another, with a caret under the first difference.
    fn pair(expected: &str, got: &str) -> String {
        let place = expected
            .chars()
            .zip(got.chars())
            .take_while(|(a, b)| a == b)
            .count();
        // An escape is one character to whoever reads it.
        let escape = expected.chars().take(place).last() == Some('\\');
        let place = place - usize::from(escape);
        let (before, from) = if place > WIDE - BEFORE {
            ("... ", place - BEFORE)
        } else {
            ("", 0)
        };
        let part = |line: &str| {
            let text: String = line.chars().skip(from).take(WIDE).collect();
            let rest = line.chars().count() - from.min(line.chars().count()) > WIDE;
            format!("{before}{text}{}", if rest { " ..." } else { "" })
        };
        let caret = " ".repeat(before.len() + place - from);
        format!("- {}\n+ {}\n  {caret}^\n", part(expected), part(got))
    }

    /// A line that differs, with what one does not see of it made visible.
    fn visible(line: &str, ends: bool) -> String {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let inner = content.trim_end_matches(' ');
        let mut text = inner.replace('\r', "\\r").replace('\t', "\\t");
        text.push_str(&"\\x20".repeat(content.len() - inner.len()));
        if ends && content.len() == line.len() {
            text.push_str(" (no line end)");
        }
        text
    }

    /// The lines of both, the longest common subsequence as `Same`.
    fn lines<'a>(expected: &'a str, got: &'a str) -> Vec<Line<'a>> {
        let one: Vec<&str> = expected.split_inclusive('\n').collect();
        let other: Vec<&str> = got.split_inclusive('\n').collect();
        let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
        let (one_rest, other_rest) = (&one[head..], &other[head..]);
        let backwards = one_rest.iter().rev().zip(other_rest.iter().rev());
        let tail = backwards.take_while(|(a, b)| a == b).count();
        let mut lines: Vec<Line<'a>> = one[..head].iter().map(|line| Line::Same(line)).collect();
        lines.extend(middle(
            &one_rest[..one_rest.len() - tail],
            &other_rest[..other_rest.len() - tail],
        ));
        lines.extend(one[one.len() - tail..].iter().map(|line| Line::Same(line)));
        lines
    }

    fn middle<'a>(one: &[&'a str], other: &[&'a str]) -> Vec<Line<'a>> {
        if one.len().saturating_mul(other.len()) > PAIRS {
            let expected = one.iter().map(|line| Line::Expected(line));
            return expected
                .chain(other.iter().map(|line| Line::Got(line)))
                .collect();
        }
        // common[a][b]: how many lines the two have in common from a and b on.
        let mut common = vec![vec![0_usize; other.len() + 1]; one.len() + 1];
        for a in (0..one.len()).rev() {
            for b in (0..other.len()).rev() {
                common[a][b] = if one[a] == other[b] {
                    common[a + 1][b + 1] + 1
                } else {
                    common[a + 1][b].max(common[a][b + 1])
                };
            }
        }
        let (mut a, mut b) = (0, 0);
        let mut lines = Vec::new();
        while a < one.len() || b < other.len() {
            if a < one.len() && b < other.len() && one[a] == other[b] {
                lines.push(Line::Same(one[a]));
                (a, b) = (a + 1, b + 1);
            } else if b == other.len() || (a < one.len() && common[a + 1][b] >= common[a][b + 1]) {
                lines.push(Line::Expected(one[a]));
                a += 1;
            } else {
                lines.push(Line::Got(other[b]));
                b += 1;
            }
        }
        lines
    }
}

// ---------------------------------------------------------------- commands

/// Requests as commands for a POSIX shell.
mod shell {
    use std::net::SocketAddr;

    use super::{Payload, Request, SHOWN_LINES, TITLE, bytes, plural};

    /// From how many equal bytes on they are made by a command, not written out.
    const RUN: usize = 200;
    /// The longest command that is shown, in bytes.
    const LONGEST: usize = 6_000;
    /// The longest argument, in bytes; Linux takes 128 KiB (execve(2), MAX_ARG_STRLEN).
    const ARGUMENT: usize = 100_000;

    /// The request as a curl command, or, with the reason, one of `printf` and `nc`
    /// where curl cannot send it. `all` are its bytes.
    ///
    /// curl adds `User-Agent` and `Accept: */*`, which ask for nothing; all else is the same.
    pub fn repeat<To>(request: &Request<To>, all: &[u8], address: SocketAddr) -> String {
        match curl(request, address) {
            Ok(command) => short(command, all),
            Err(reason) => format!(
                "# curl cannot send this: {reason}\n{}",
                printf(all, address)
            ),
        }
    }

    /// These bytes sent by `nc`, which waits 2 s for more when the server says nothing.
    pub fn printf(all: &[u8], address: SocketAddr) -> String {
        let (ip, port) = (address.ip(), address.port());
        short(format!("{} | nc -w 2 {ip} {port}", printed(all)), all)
    }

    fn short(command: String, all: &[u8]) -> String {
        if command.len() <= LONGEST {
            return command;
        }
        format!(
            "# too long for a command: the request has {} bytes{}",
            all.len(),
            contents(all)
        )
    }

    /// What is in a request, as remarks: a line each, and equal lines counted.
    fn contents(all: &[u8]) -> String {
        let lines: Vec<&[u8]> = all.split_inclusive(|byte| *byte == b'\n').collect();
        let groups: Vec<&[&[u8]]> = lines.chunk_by(|one, other| one == other).collect();
        let mut told = String::new();
        for group in groups.iter().take(SHOWN_LINES) {
            let line: String = group[0].iter().copied().map(bytes::escape).collect();
            let line = bytes::shorten_to(TITLE, &line);
            told += &match group.len() {
                1 => format!("\n#   {line}"),
                count => format!("\n#   {count} lines `{line}`"),
            };
        }
        let left: usize = groups
            .iter()
            .skip(SHOWN_LINES)
            .map(|group| group.len())
            .sum();
        if left > 0 {
            told += &format!("\n#   and {}", plural(left, "more line"));
        }
        told
    }

    /// curl's arguments, or why it cannot send the request as it is.
    fn curl<To>(request: &Request<To>, address: SocketAddr) -> Result<String, &'static str> {
        let is_head = request.method == "HEAD";
        let body = body(request)?;
        let mut words = vec!["curl -sS".to_owned()];
        // With -i, or -X HEAD, it would wait for a body.
        words.push(if is_head { "-I" } else { "-i" }.to_owned());
        words.push(match request.version.as_str() {
            "HTTP/1.1" => "--http1.1".to_owned(),
            "HTTP/1.0" => "--http1.0".to_owned(),
            _ => return Err("it has a version of its own"),
        });
        if request.method.is_empty() || !request.method.bytes().all(bytes::is_token) {
            return Err("the method is no token");
        }
        if is_head && body.is_some() {
            return Err("it sends no body with HEAD");
        }
        if !is_head && (request.method != "GET" || body.is_some()) {
            words.push(format!("-X {}", word(&request.method)));
        }
        let path = path(&request.target, &mut words)?;
        for header in headers(request, body)? {
            words.push(format!("-H {header}"));
        }
        let mut before = String::new();
        if let Some(body) = body {
            words.push(match as_argument(body) {
                Some(text) => format!("--data-binary {text}"),
                None => {
                    before = format!("{} | ", printed(body));
                    "--data-binary @-".to_owned()
                }
            });
        }
        words.push(word(&format!("http://{address}{path}")));
        Ok(before + &words.join(" "))
    }

    fn body<To>(request: &Request<To>) -> Result<Option<&[u8]>, &'static str> {
        match &request.payload {
            Payload::Raw(_) => Err("these are bytes as they are"),
            Payload::Nothing => Ok(None),
            Payload::Whole(body) => Ok(Some(body)),
            Payload::Chunks(pieces) => match pieces.as_slice() {
                [piece] if request.adds("Transfer-Encoding") => Ok(Some(piece)),
                _ => Err("it cuts a body into chunks its own way"),
            },
        }
    }

    /// The path of the URL; where curl would change the target, it is an option.
    fn path(target: &str, words: &mut Vec<String>) -> Result<String, &'static str> {
        if target.is_empty() || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("the target has bytes that no target has");
        }
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~%?&=+,:;@!$()*".contains(&byte);
        let is_kept = target.bytes().all(is_plain) && !target.contains("/.");
        if target.starts_with('/') && is_kept {
            return Ok(target.to_owned());
        }
        words.push(format!("--request-target {}", word(target)));
        Ok("/".to_owned())
    }

    fn headers<To>(
        request: &Request<To>,
        body: Option<&[u8]>,
    ) -> Result<Vec<String>, &'static str> {
        let mut headers = Vec::new();
        let named = |name: &str| {
            let same = move |field: &&(String, Vec<u8>)| field.0.eq_ignore_ascii_case(name);
            request.fields.iter().filter(same).count()
        };
        if named("Host") > 1 || named("Content-Length") > 1 || named("Transfer-Encoding") > 0 {
            return Err("it sends one Host and one length, and those are right");
        }
        if named("Host") == 0 && !request.adds("Host") {
            headers.push("Host:".to_owned());
        }
        for (name, value) in &request.fields {
            let value = field_value(name, value).ok_or("it would change a field line")?;
            if let Some(body) = body
                && name.eq_ignore_ascii_case("Content-Length")
            {
                let is_chunked = matches!(request.payload, Payload::Chunks(_));
                if is_chunked || value != body.len().to_string() {
                    return Err("it sends the right Content-Length");
                }
                continue;
            }
            headers.push(match value {
                "" => format!("{name};"),
                _ => format!("{name}: {value}"),
            });
        }
        match &request.payload {
            Payload::Chunks(_) => headers.push("Transfer-Encoding: chunked".to_owned()),
            Payload::Whole(_)
                if named("Content-Length") == 0 && !request.adds("Content-Length") =>
            {
                return Err("it sends the right Content-Length");
            }
            _ => {}
        }
        // It would add these to a body by itself.
        for name in ["Content-Type", "Expect"] {
            let is_large = body.is_some_and(|body| body.len() > 1 << 20);
            if body.is_some() && named(name) == 0 && (name == "Content-Type" || is_large) {
                headers.push(format!("{name}:"));
            }
        }
        if headers.iter().any(|header| header.len() > ARGUMENT) {
            return Err("a field line is too long for an argument");
        }
        Ok(headers.iter().map(|header| word(header)).collect())
    }

    /// The value, where curl sends the line as it is.
    fn field_value<'a>(name: &str, value: &'a [u8]) -> Option<&'a str> {
        let text = str::from_utf8(value).ok()?;
        let is_fine = !name.is_empty()
            && name.bytes().all(bytes::is_token)
            && text.trim() == text
            && !text.chars().any(char::is_control);
        is_fine.then_some(text)
    }

    /// A body as an argument: text that is not too long, and no `@`, which names a file.
    fn as_argument(body: &[u8]) -> Option<String> {
        let text = str::from_utf8(body).ok()?;
        let is_fine = body.len() <= ARGUMENT
            && !text.starts_with('@')
            && !text.chars().any(|one| one.is_control() && one != '\n');
        is_fine.then(|| word(text))
    }

    /// One word of a command. Long runs of one character are made by a command in it.
    fn word(text: &str) -> String {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-%=+,:@".contains(&byte);
        // `Host:` alone leaves a field out, but reads like a slip without quotes.
        let reads_well = !text.is_empty() && !text.ends_with(':');
        if reads_well && text.len() < RUN && text.bytes().all(is_plain) {
            return text.to_owned();
        }
        let pieces = pieces(text.as_bytes());
        let words = pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => {
                format!(
                    "'{}'",
                    String::from_utf8_lossy(bytes).replace('\'', "'\\''")
                )
            }
            Piece::Run(byte, count) => format!("\"$({})\"", filled(*byte, *count)),
        });
        let joined = words.collect::<String>();
        if joined.is_empty() {
            "''".to_owned()
        } else {
            joined
        }
    }

    /// A command that prints these bytes.
    fn printed(all: &[u8]) -> String {
        let commands: Vec<String> = pieces(all)
            .iter()
            .map(|piece| match piece {
                Piece::Bytes(bytes) => {
                    let text: String = bytes.iter().map(|byte| in_format(*byte)).collect();
                    // A `-` in front would be an option.
                    match text.strip_prefix('-') {
                        Some(rest) => format!("printf '\\055{rest}'"),
                        None => format!("printf '{text}'"),
                    }
                }
                Piece::Run(byte, count) => filled(*byte, *count),
            })
            .collect();
        match commands.as_slice() {
            [] => "printf ''".to_owned(),
            [one] => one.clone(),
            several => format!("{{ {}; }}", several.join("; ")),
        }
    }

    /// A byte in a format of `printf` between single quotes.
    fn in_format(byte: u8) -> String {
        match byte {
            b'%' => "%%".to_owned(),
            b'\\' => "\\\\".to_owned(),
            b'\'' => "'\\''".to_owned(),
            b'\r' | b'\n' | b'\t' => bytes::escape(byte),
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\{byte:03o}"),
        }
    }

    fn filled(byte: u8, count: usize) -> String {
        let what = if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("'\\{byte:03o}'")
        };
        format!("head -c {count} /dev/zero | tr '\\0' {what}")
    }

    #[derive(Debug)]
    enum Piece<'a> {
        Bytes(&'a [u8]),
        Run(u8, usize),
    }

    /// Long runs of one ASCII byte, and what stands between them. A command's output
    /// loses line ends at its end, so they are no run.
    fn pieces(all: &[u8]) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut from = 0;
        let mut at = 0;
        for run in all.chunk_by(|one, other| one == other) {
            let start = at;
            at += run.len();
            if run.len() >= RUN && run[0].is_ascii() && run[0] != b'\n' {
                if from < start {
                    pieces.push(Piece::Bytes(&all[from..start]));
                }
                pieces.push(Piece::Run(run[0], run.len()));
                from = at;
            }
        }
        if from < all.len() {
            pieces.push(Piece::Bytes(&all[from..]));
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;
    #[cfg(unix)]
    use std::process::Command;
    use std::sync::mpsc;
    use std::thread;

    use super::*;
    use crate::socket::trial::{in_a_process_of_its_own, read_until, server, told};

    /// Answers each request header with the next of these, and closes.
    fn answering(answers: &[&[u8]]) -> SocketAddr {
        let answers: Vec<Vec<u8>> = answers.iter().map(|answer| answer.to_vec()).collect();
        server(move |mut stream| {
            for answer in answers {
                read_until(&mut stream, "\r\n\r\n");
                stream.write_all(&answer).unwrap();
            }
        })
    }

    /// Sends back what it got, once the client is done, as a body.
    fn echo(mut stream: TcpStream) {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
        stream
            .write_all(&[head.as_bytes(), &bytes].concat())
            .unwrap();
    }

    const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    #[track_caller]
    fn refused(bytes: &[u8]) -> (String, String) {
        let malformed = parse_response(bytes).expect_err("it breaks a rule");
        assert!(malformed.rule.contains("(RFC 9"), "{malformed:?}");
        (malformed.marked(bytes), malformed.what)
    }

    /// That the bytes from `place` on are refused there: `|` marks the first wrong one.
    #[track_caller]
    fn refused_at(marked: &str, what: &str) {
        let place = marked.find('|').unwrap();
        let bytes = marked.replacen('|', "", 1).into_bytes();
        let malformed = parse_response(&bytes).expect_err("it breaks a rule");
        assert_eq!(
            (malformed.place.start, malformed.what.as_str()),
            (place, what)
        );
    }

    #[test]
    fn the_last_response_says_so() {
        let says = |lines: &str| {
            let response = format!("HTTP/1.1 204 No Content\r\n{lines}\r\n");
            parse_response_to("GET", response.as_bytes()).unwrap().0
        };
        for lines in [
            "Connection: close\r\n",
            "connection: x, Close ,y\r\n",
            "Connection: x\r\nConnection: close\r\n",
        ] {
            assert!(says(lines).fields.says_close(), "{lines}");
        }
        for lines in ["", "Connection: closed, x close\r\n", "X: close\r\n"] {
            assert!(!says(lines).fields.says_close(), "{lines}");
        }
        let last = says("Connection: x, close\r\n");
        status(204).closing().check(&last, "", "");
    }

    #[test]
    fn reads_a_response_with_its_fields_in_order() {
        let bytes = b"HTTP/1.0 404 \r\nSet-Cookie: a=1\r\nX:\r\nset-cookie:\t b=\xff2 \r\n\r\nno\n";
        let response = parse_response(bytes).unwrap();
        assert_eq!((response.minor_version, response.status), (0, 404));
        assert_eq!(
            (response.reason.as_str(), response.framing),
            ("", Framing::Close)
        );
        assert_eq!(
            response.fields.all("SET-COOKIE"),
            [b"a=1".as_slice(), b"b=\xff2"]
        );
        let names: Vec<&str> = response
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(names, ["Set-Cookie", "X", "set-cookie"]);
        assert_eq!(response.fields.get("x").as_deref(), Some(""));
        assert_eq!(response.fields.get("y"), None);
        assert_eq!(response.body, b"no\n");
    }

    #[test]
    fn reads_chunks_with_extensions_and_trailers() {
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n\
            5\r\nhello\r\n00A;a;b=c;d=\"\\\"; e\"\r\n, world\r\n!\r\n0\r\nDigest: x\r\n\r\n";
        let response = parse_response(bytes).unwrap();
        assert_eq!(response.text(), "hello, world\r\n!");
        assert_eq!(response.trailers.get("digest").as_deref(), Some("x"));
        assert_eq!(response.framing, Framing::Chunked);
    }

    #[test]
    fn some_responses_have_no_body_whatever_they_say() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        let (response, length) = parse_response_to("HEAD", head).unwrap();
        assert_eq!((response.framing, length), (Framing::NoBody, head.len()));
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(parse_response_to("HEAD", chunked).unwrap().1, chunked.len());
        let tunnel = b"HTTP/1.1 200 OK\r\n\r\nTLS";
        assert_eq!(
            parse_response_to("CONNECT", tunnel).unwrap().1,
            tunnel.len() - 3
        );
        for start in [
            "204 No Content",
            "304 Not Modified",
            "101 Switching Protocols",
        ] {
            let bytes = format!("HTTP/1.1 {start}\r\n\r\n");
            assert_eq!(
                parse_response(bytes.as_bytes()).unwrap().framing,
                Framing::NoBody
            );
        }
        let (_, what) = refused(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello");
        assert_eq!(what, "5 bytes after the header of a 304");
        refused_at(
            "HTTP/1.1 204 No\r\nContent-Length: |0\r\n\r\n",
            "a 204 with Content-Length",
        );
        refused_at(
            "HTTP/1.1 204 No\r\nTransfer-Encoding: |chunked\r\n\r\n0\r\n\r\n",
            "a 204 with Transfer-Encoding",
        );
    }

    #[test]
    fn interim_responses_belong_to_the_final_one() {
        let bytes = [
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n".as_slice(),
            OK,
        ]
        .concat();
        let response = parse_response(&bytes).unwrap();
        let interim: Vec<u16> = response.interim.iter().map(|one| one.status).collect();
        assert_eq!((response.status, interim), (200, vec![100, 103]));
    }

    #[test]
    fn each_rule_has_its_place() {
        let start = "it does not begin with `HTTP/1.`";
        refused_at("HTTP/|2 200 OK\r\n\r\n", start);
        refused_at("|\r\nHTTP/1.1 200 OK\r\n\r\n", start);
        refused_at(
            "HTTP/1.|x 200 OK\r\n\r\n",
            "the version has no second digit",
        );
        refused_at("HTTP/1.1|\t200 OK\r\n\r\n", "no space behind the version");
        refused_at("HTTP/1.1 20| OK\r\n\r\n", "the status is not three digits");
        refused_at("HTTP/1.1 |+20 OK\r\n\r\n", "the status is not three digits");
        refused_at("HTTP/1.1 |600 OK\r\n\r\n", "there is no such status");
        refused_at("HTTP/1.1 |099 OK\r\n\r\n", "there is no such status");
        refused_at("HTTP/1.1 200|\r\n\r\n", "no space behind the status");
        refused_at("HTTP/1.1 200|0 OK\r\n\r\n", "no space behind the status");
        refused_at("HTTP/1.1 200 O|\0K\r\n\r\n", "a control byte in the reason");
        refused_at("HTTP/1.1 200 OK|\n\r\n", "a line ends with LF alone");
        refused_at("HTTP/1.1 200 OK\r\nA: b|\n\n", "a line ends with LF alone");
        refused_at(
            "HTTP/1.1 200 OK\r\nA: b|\rC: d\r\n\r\n",
            "a CR stands alone",
        );
        let folded = "a field line begins with white space";
        refused_at("HTTP/1.1 200 OK\r\nA: b\r\n| c\r\n\r\n", folded);
        refused_at(
            "HTTP/1.1 200 OK\r\n|nothing\r\n\r\n",
            "a field line without a colon",
        );
        refused_at(
            "HTTP/1.1 200 OK\r\nA| : b\r\n\r\n",
            "white space before a colon",
        );
        refused_at(
            "HTTP/1.1 200 OK\r\nA|(: b\r\n\r\n",
            "a byte that no field name has",
        );
        refused_at("HTTP/1.1 200 OK\r\n|: b\r\n\r\n", "a field without a name");
        refused_at(
            "HTTP/1.1 200 OK\r\nA: |\x07\r\n\r\n",
            "a control byte in a field value",
        );
    }

    #[test]
    fn each_rule_on_where_a_body_ends_has_its_place() {
        let header = |text: &str, what| refused_at(&format!("HTTP/1.1 200 OK\r\n{text}"), what);
        let not_a_number = "Content-Length is no number";
        header("Content-Length: |+2\r\n\r\nok", not_a_number);
        header("Content-Length: 2|, 2\r\n\r\nok", not_a_number);
        header("Content-Length:|\r\n\r\nok", "Content-Length is empty");
        let too_much = "Content-Length is more than any body has";
        header(
            "Content-Length: |99999999999999999999999\r\n\r\nok",
            too_much,
        );
        let twice = "Content-Length is there twice";
        header("Content-Length: 2\r\nContent-length: |2\r\n\r\nok", twice);
        let both = "both Transfer-Encoding and Content-Length";
        header(
            "Content-Length: |2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            both,
        );
        header(
            "Transfer-Encoding: |gzip\r\n\r\n",
            "an unknown transfer coding, \"gzip\"",
        );
        let end = "it ends before 3 more bytes of the body: Content-Length is 5";
        header("Content-Length: 5\r\n\r\nok|", end);
        header(
            "Content-Length: 2\r\n\r\nok|ay",
            "2 bytes after the 2 that Content-Length counts",
        );
        header(
            "Content-Length: 2\r\n|",
            "it ends before the rest of the header, which an empty line ends",
        );
        refused_at(
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: |chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding in HTTP/1.0",
        );
        refused_at("|", "it ends before a response");
    }

    #[test]
    fn each_rule_on_chunks_has_its_place() {
        let body = |text: &str, what| {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            refused_at(&format!("{head}{text}"), what);
        };
        body("|\r\nhello\r\n", "a chunk without a size");
        body("|x5\r\nhello\r\n", "a chunk without a size");
        let overflow = "the size of a chunk is more than any memory has";
        body("|fffffffffffffffff\r\nhello\r\n", overflow);
        let rest = "behind the size of a chunk stands something else than an extension";
        body("5| \r\nhello\r\n", rest);
        body("5;|\r\nhello\r\n", rest);
        body("5;a=\"b|\r\nhello\r\n", rest);
        body("5\r\nhello|, \r\n", "no CR LF behind a chunk of 5 bytes");
        body(
            "6\r\nhello\r|\n0\r\n\r\n",
            "no CR LF behind a chunk of 6 bytes",
        );
        body("0\r\n\r\n|0\r\n", "3 bytes after the last chunk");
        body(
            "0\r\n|Content-Length: 5\r\n\r\n",
            "Content-Length as a trailer",
        );
        body(
            "5\r\nhel|",
            "it ends before 4 more bytes of a chunk of 5 bytes, with CR LF behind it",
        );
        // The size does not overflow, but with what stands behind it would.
        body(
            "ffffffffffffffff\r\nhello|",
            &format!(
                "it ends before {} more bytes of a chunk of {} bytes, with CR LF behind it",
                usize::MAX - 5,
                usize::MAX
            ),
        );
    }

    #[test]
    fn what_is_wrong_is_marked() {
        let (marked, _) = refused(b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n");
        assert_eq!(
            marked,
            "\"HTTP/1.1 200 OK\\r\\nA : b\\r\\n\\r\\n\"\n                     ^"
        );
    }

    #[test]
    fn a_response_is_the_same_however_it_is_cut() {
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
            3;a=b\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nT: u\r\n\r\n";
        for whole in [OK, chunked] {
            let expected = parse_response(whole).unwrap();
            for cut in 0..whole.len() {
                let mut reader = Reader::new("GET", 0);
                assert_eq!(reader.advance(&whole[..cut], false), Ok(false), "{cut}");
                assert_eq!(reader.advance(whole, false), Ok(true), "{cut}");
                assert_eq!((reader.at, &reader.response), (whole.len(), &expected));
                parse_response(&whole[..cut]).expect_err("it is cut off");
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic() {
        let mut rng = crate::Rng::new(9112);
        let seed = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\nT: u\r\n\r\n";
        for _ in 0..20_000 {
            let mut bytes = seed.to_vec();
            for _ in 0..rng.range(0..4_usize) {
                let at = rng.range(0..bytes.len());
                match rng.range(0..3) {
                    0 => bytes[at] = rng.range(0..=255_u8),
                    1 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, b"\r\n 0f;:\"\\"[rng.range(0..9_usize)]),
                }
            }
            if let Err(malformed) = parse_response(&bytes) {
                malformed.marked(&bytes);
            }
        }
    }

    #[test]
    fn a_right_response_passes() {
        let address = answering(&[
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nEmma\n",
        ]);
        let mut http = Connection::connect(address, "client A");
        let expected = status(200)
            .reason("OK")
            .header("content-type", "text/plain")
            .header_like("Content-Length", "a number", |value| {
                value.parse::<u8>().is_ok()
            })
            .without("Server")
            .body("Emma\n");
        let response = http.get("/books/7").send().expect(expected, "it is right");
        assert_eq!(response.text(), "Emma\n");
        http.closes("it was the last");
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let address = answering(&[b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\
            Vary: a\r\nVary: b\r\nServer: me\r\nContent-Length: 10\r\n\r\nEmma\nTwice"]);
        let mut http = Connection::connect(address, "client A");
        http.scene("the shop asks for a book");
        let expected = status(200)
            .header("Content-Type", "text/plain")
            .header("ETag", "\"7\"")
            .header("Vary", "a")
            .header_like("Content-Length", "an odd number", |value| {
                value.ends_with('1')
            })
            .without("Server")
            .body("Emma\nTwin\n");
        let told = told(|| http.get("/books/7").send().expect(expected, "so it is"));
        for part in [
            "the response to `GET /books/7` is wrong in: status, Content-Type, ETag, Vary, Content-Length, Server, body",
            "the shop asks for a book",
            "expected 200, got 404 Not Found",
            "expected \"text/plain\", got \"text/html\"",
            "missing, expected",
            "expected once: \"a\", got 2 times: \"a\", \"b\"",
            "expected an odd number, got \"10\"",
            "must not be there, got \"me\"",
            "  Emma\n- Twin\n+ Twice (no line end)\n     ^\n",
            "HTTP/1.1 404 Not Found\nContent-Type: text/html\n",
            &format!("curl -sS -i --http1.1 http://{address}/books/7\n"),
            "so it is",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }

    #[test]
    fn repeated_fields_are_compared_in_order() {
        let response =
            parse_response(b"HTTP/1.1 200 OK\r\nA: 1\r\nA: 2\r\nContent-Length: 0\r\n\r\n");
        let response = response.unwrap();
        let right = any_status().header("A", "1").header("a", "2");
        assert_eq!(right.mismatches(&response), []);
        let wrong = any_status().header("A", "2").header("A", "1");
        let text = "expected \"2\", \"1\", got \"1\", \"2\"".to_owned();
        assert_eq!(wrong.mismatches(&response), [("A".to_owned(), text)]);
    }

    #[test]
    fn bytes_are_checked_without_a_socket() {
        let response = status(200)
            .body("ok")
            .check_bytes(OK, "a request", "it is right");
        assert_eq!(response.status, 200);
        let wrong = told(|| status(201).check_bytes(OK, "a request", "it is new"));
        assert!(
            wrong.contains("the response is wrong in: status"),
            "{wrong}"
        );
        let malformed =
            told(|| status(200).check_bytes(b"HTTP/1.1 200 OK\n\n", "a request", "it is new"));
        assert!(
            malformed.contains("the response is malformed: a line ends with LF alone"),
            "{malformed}"
        );
        assert!(malformed.contains("RFC 9112 §2.2"), "{malformed}");
    }

    #[test]
    fn bodies_are_compared_line_by_line() {
        let diff = |one: &str, other: &str| diff::bodies(one.as_bytes(), other.as_bytes());
        assert_eq!(diff("a\n", "a\n"), None);
        let text = diff("a\nb\nc\n", "a\nc\nd\n").unwrap();
        assert_eq!(text, "  a\n- b\n  c\n+ d\n");
        assert_eq!(diff("a\r\n", "a \n").unwrap(), "- a\\r\n+ a\\x20\n   ^\n");
        assert_eq!(diff("a", "").unwrap(), "- a\n  (no body came)\n");
        assert_eq!(diff("", "a\n").unwrap(), "+ a\n  (no body was expected)\n");
        assert_eq!(diff("a\n", "a").unwrap(), "- a\n+ a (no line end)\n   ^\n");
        let many: String = (0..30).map(|line| format!("{line}\n")).collect();
        let text = diff(&many, &many.replace("15\n", "fifteen\n")).unwrap();
        let expected = "  ... 12 equal lines\n  12\n  13\n  14\n- 15\n+ fifteen\n  ^\n  16\n  17\n  18\n  ... 11 equal lines\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn long_lines_are_shown_around_their_difference() {
        let line = |middle: &str| format!("{}{middle}{}", "x".repeat(500), "y".repeat(500));
        let text = diff::bodies(line("1").as_bytes(), line("2").as_bytes()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| line.len() < 200), "{text}");
        let caret = lines[2].find('^').unwrap();
        assert_eq!(
            (&lines[0][caret..=caret], &lines[1][caret..=caret]),
            ("1", "2")
        );
        let all = diff::bodies("a\n".repeat(900).as_bytes(), "b\n".repeat(900).as_bytes()).unwrap();
        assert!(
            all.lines().count() < 100 && all.contains("  ... 880 more lines like these\n+ b\n"),
            "{all}"
        );
    }

    #[test]
    fn bodies_that_are_no_text_are_compared_byte_by_byte() {
        let text = diff::bodies(b"\x89PNG\x00\x01", b"\x89PNG\x00\x02\x03").unwrap();
        assert!(
            text.starts_with("6 bytes expected, 7 bytes came; the first difference is at 5\n"),
            "{text}"
        );
        assert!(
            text.contains("got      \"\\x89PNG\\0\\x02\\x03\"\n                   ^^^^"),
            "{text}"
        );
    }

    #[test]
    fn pipelined_responses_are_read_in_order() {
        let address = server(|mut stream| {
            let mut requests = Vec::new();
            for _ in 0..3 {
                requests.push(read_until(&mut stream, "\r\n\r\n"));
            }
            assert!(requests[1].starts_with(b"HEAD /b HTTP/1.1\r\nHost: 127.0.0.1:"));
            // In one write: what is behind a response is kept for the next.
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".as_slice();
            stream.write_all(&[OK, head, OK].concat()).unwrap();
        });
        let mut http = Connection::connect(address, "client A");
        http.pipeline([
            get("/a"),
            request("HEAD", "/b"),
            raw("GET /c HTTP/1.1\r\nHost: c\r\n\r\n"),
        ]);
        http.response().expect(status(200).body("ok"), "the first");
        http.response().expect(
            status(200).header("Content-Length", "9").body(""),
            "the second",
        );
        let told = told(|| http.response().expect(status(404), "the third"));
        assert!(
            told.contains("the response to `GET /c` is wrong in: status"),
            "{told}"
        );
        assert!(
            told.contains("# 3 requests in one write; this is number 3\nprintf 'GET /a HTTP/1.1"),
            "{told}"
        );
    }

    #[test]
    fn a_request_is_sent_as_it_is_written() {
        let (tell, hear) = mpsc::channel();
        let address = server(move |mut stream| {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            tell.send(bytes).unwrap();
        });
        let mut http = Connection::connect(address, "client A");
        let request = http.post("/a b").version("HTTP/1.9").without("Host");
        let request = request
            .header("A", "1\r\nB: 2")
            .chunks(["abc", "", "0123456789"]);
        request.send_and_half_close();
        let expected = "POST /a b HTTP/1.9\r\nA: 1\r\nB: 2\r\nTransfer-Encoding: chunked\r\n\r\n\
            3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(String::from_utf8(hear.recv().unwrap()).unwrap(), expected);
    }

    #[test]
    fn every_way_of_sending_sends_the_same_bytes() {
        let ways: [fn(Request<&mut Connection>); 5] = [
            |request| {
                request.send();
            },
            |request| {
                request.send_byte_by_byte();
            },
            |request| {
                request.send_in_pieces_of(7);
            },
            |request| {
                request.send_cut_at(9);
            },
            |request| {
                request.send_head().connection.send_rest();
            },
        ];
        for way in ways {
            let address = server(echo);
            let mut http = Connection::connect(address, "client A");
            way(http.put("/7").header_line_of("X-Long", 300).body_of(5));
            http.half_close();
            let fill = "x".repeat(290);
            let expected = format!(
                "PUT /7 HTTP/1.1\r\nHost: {address}\r\nX-Long: {fill}\r\nContent-Length: 5\r\n\r\nxxxxx"
            );
            http.response()
                .expect(status(200).body(expected), "all was sent");
        }
    }

    #[test]
    fn a_body_waits_for_its_interim_response() {
        let address = server(|mut stream| {
            let head = read_until(&mut stream, "\r\n\r\n");
            assert!(!head.ends_with(b"body"));
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
            read_until(&mut stream, "body");
            stream.write_all(OK).unwrap();
        });
        let mut http = Connection::connect(address, "client A");
        let request = http.post("/").header("Expect", "100-continue").body("body");
        request
            .send_head()
            .expect_interim(status(100), "it is let through");
        http.send_rest()
            .expect(status(200).body("ok"), "then it is read");
    }

    #[test]
    fn a_request_is_abandoned_half_way() {
        for reset in [false, true] {
            let (tell, hear) = mpsc::channel();
            let (go, wait) = mpsc::channel();
            let address = server(move |mut stream| {
                read_until(&mut stream, "GET /");
                go.send(()).unwrap();
                tell.send(stream.read(&mut [0]).is_err()).unwrap();
            });
            let mut http = Connection::connect(address, "client A");
            http.get("/books").send_part(5);
            wait.recv().unwrap();
            if reset {
                http.abort()
            } else {
                http.close()
            }
            assert_eq!(hear.recv().unwrap(), reset && cfg!(unix));
        }
    }

    #[test]
    fn a_malformed_response_is_a_failure_with_its_rule() {
        let address = answering(&[b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"]);
        let mut http = Connection::connect(address, "client A");
        let told = told(|| http.get("/").send().read("it must be HTTP"));
        assert!(
            told.contains("the response to `GET /` is malformed: a line ends with LF alone"),
            "{told}"
        );
        assert!(
            told.contains("RFC 9112 §2.2") && told.contains("curl -sS"),
            "{told}"
        );
    }

    #[test]
    fn a_failure_of_a_checks_own_tells_the_request() {
        let address = answering(&[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]);
        let mut http = Connection::connect(address, "client A");
        http.scene("client A asks");
        http.get("/books").send().read("it must be HTTP");
        let told = told(|| -> () { http.given(fail("it is too short")).raise() });
        assert!(
            told.contains("it is too short") && told.contains("client A asks"),
            "{told}"
        );
        assert!(
            told.contains("by hand") && told.contains("curl -sS") && told.contains("/books"),
            "{told}"
        );
    }

    #[test]
    fn a_response_that_is_cut_off_is_a_failure() {
        let address = answering(&[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok"]);
        let mut http = Connection::connect(address, "client A");
        let cut = told(|| http.get("/").send().read("it must be whole"));
        assert!(
            cut.contains("it ends before 3 more bytes of the body: Content-Length is 5"),
            "{cut}"
        );
        let address = answering(&[b""]);
        let mut http = Connection::connect(address, "client A");
        let nothing = told(|| http.get("/").send().read("it must come"));
        assert!(
            nothing.contains("closed the connection before client A had"),
            "{nothing}"
        );
    }

    #[test]
    fn a_response_that_drips_is_read() {
        let address = server(|mut stream| {
            read_until(&mut stream, "\r\n\r\n");
            stream.set_nodelay(true).unwrap();
            for byte in OK {
                stream.write_all(&[*byte]).unwrap();
                thread::yield_now();
            }
        });
        let mut http = Connection::connect(address, "client A");
        http.get("/")
            .send()
            .expect(status(200).body("ok"), "it is slow, not wrong");
    }

    #[test]
    fn a_response_that_does_not_go_on_is_told_with_what_is_missing() {
        in_a_process_of_its_own(
            "http::tests::a_response_that_does_not_go_on_is_told_with_what_is_missing",
            || {
                let address = server(|mut stream| {
                    stream
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok")
                        .unwrap();
                    let _ = stream.read_to_end(&mut Vec::new());
                });
                let mut http = Connection::connect(address, "client A");
                let told = told(|| http.get("/").send().read("it must be whole"));
                assert!(
                    told.contains("3 more bytes of the body: Content-Length is 5"),
                    "{told}"
                );
                assert!(
                    told.contains("client A waited 2 s for bytes that did not come"),
                    "{told}"
                );
            },
        );
    }

    #[test]
    fn a_body_that_must_not_be_there_is_told() {
        let address = answering(&[OK]);
        let mut http = Connection::connect(address, "client A");
        let told = told(|| http.head("/").send().read("it has no body"));
        assert!(
            told.contains("2 bytes after the header of a response to HEAD"),
            "{told}"
        );
    }

    #[test]
    fn a_body_may_end_with_the_connection() {
        let address = answering(&[b"HTTP/1.1 200 OK\r\n\r\nok"]);
        let mut http = Connection::connect(address, "client A");
        let response = http
            .get("/")
            .send()
            .expect(status(200).body("ok"), "it is right");
        assert_eq!(response.framing, Framing::Close);
        http.closes("the body has ended");
    }

    #[test]
    fn a_connection_that_should_close_is_watched() {
        let address = server(|mut stream| {
            read_until(&mut stream, "\r\n\r\n");
            stream.write_all(OK).unwrap();
            read_until(&mut stream, "\r\n\r\n");
            stream.write_all(OK).unwrap();
        });
        let mut http = Connection::connect(address, "client A");
        http.get("/").send().expect(status(200), "the first");
        http.stays_open(Duration::ZERO, "it is kept");
        http.get("/").send().expect(status(200), "the second");
        http.closes("it was the last");
    }

    fn command(request: &Request) -> String {
        let address = "127.0.0.1:81".parse().unwrap();
        shell::repeat(request, &request.to_bytes("127.0.0.1:81").0, address)
    }

    #[test]
    fn requests_are_repeated_as_curl_commands() {
        let url = "http://127.0.0.1:81";
        let curl = "curl -sS -i --http1.1";
        for (request, expected) in [
            (get("/a?b=c&d"), format!("{curl} '{url}/a?b=c&d'")),
            (
                request("HEAD", "/"),
                format!("curl -sS -I --http1.1 {url}/"),
            ),
            (
                get("/../a"),
                format!("{curl} --request-target /../a {url}/"),
            ),
            (
                request("OPTIONS", "*"),
                format!("{curl} -X OPTIONS --request-target '*' {url}/"),
            ),
            (
                get("/").without("Host"),
                format!("{curl} -H 'Host:' {url}/"),
            ),
            (
                get("/").header("A", "it's").header("B", ""),
                format!("{curl} -H 'A: it'\\''s' -H 'B;' {url}/"),
            ),
            (
                request("POST", "/").body("a\nb"),
                format!("{curl} -X POST -H 'Content-Type:' --data-binary 'a\nb' {url}/"),
            ),
            (
                request("PUT", "/")
                    .header("Content-Type", "x/y")
                    .body("@\0"),
                format!(
                    "printf '@\\000' | {curl} -X PUT -H 'Content-Type: x/y' --data-binary @- {url}/"
                ),
            ),
            (
                get("/").header("A", "y".repeat(5_000)),
                format!("{curl} -H 'A: '\"$(head -c 5000 /dev/zero | tr '\\0' y)\" {url}/"),
            ),
        ] {
            assert_eq!(command(&request), expected);
        }
    }

    #[test]
    fn what_curl_cannot_send_is_repeated_with_nc() {
        for (request, reason) in [
            (get("/a b"), "the target has bytes that no target has"),
            (raw("GET /%\t-\\'\r\n\r\n"), "these are bytes as they are"),
            (
                get("/").header("Host", "a").header("Host", "b"),
                "it sends one Host",
            ),
            (get("/").header("A ", "b"), "it would change a field line"),
            (get("/").header("A", " b"), "it would change a field line"),
            (get("/").version("HTTP/1.2"), "it has a version of its own"),
            (request("G(T", "/"), "the method is no token"),
            (
                request("POST", "/").header("Content-Length", "9").body("a"),
                "it sends the right Content-Length",
            ),
            (
                request("POST", "/").without("Content-Length").body("a"),
                "it sends the right Content-Length",
            ),
            (
                request("POST", "/").chunks(["a", "b"]),
                "it cuts a body into chunks its own way",
            ),
        ] {
            let command = command(&request);
            let start = format!("# curl cannot send this: {reason}");
            assert!(command.starts_with(&start), "{command}");
            assert!(command.ends_with("' | nc -w 2 127.0.0.1 81"), "{command}");
        }
        let noise: Vec<u8> = (0..9_000_u32).map(|at| b'a' + (at % 26) as u8).collect();
        let told = command(&request("POST", "/").body(noise));
        assert!(told.contains("too long for a command"), "{told}");
        let fields = "X-Name: 0123456789\r\n".repeat(900);
        let told = command(&raw(format!("GET / HTTP/1.1\r\n{fields}\r\n")));
        let expected = "the request has 18018 bytes\n#   GET / HTTP/1.1\\r\\n\n\
            #   900 lines `X-Name: 0123456789\\r\\n`\n#   \\r\\n";
        assert!(told.ends_with(expected), "{told}");
        let many: String = (0..900)
            .map(|at| format!("X-{at}: 0123456789\r\n"))
            .collect();
        let told = command(&raw(format!("GET / HTTP/1.1\r\n{many}\r\n")));
        assert!(told.ends_with("\n#   and 890 more lines"), "{told}");
    }

    #[test]
    fn a_request_is_named_by_its_line() {
        for (request, expected) in [
            (get("/a"), "GET /a"),
            (raw("GET /a HTTP/1.1\r\n\r\n"), "GET /a"),
            (raw("GET  /a HTTP/1.1\r\n\r\n"), "GET  /a HTTP/1.1"),
            (raw("GET /a HTTP/2.0\r\n\r\n"), "GET /a HTTP/2.0"),
            (raw("GE"), "GE"),
        ] {
            assert_eq!(request.title(), expected);
        }
        let long = get(&format!("/{}", "x".repeat(60_000))).title();
        assert!(long.len() < 120, "{long}");
    }

    /// What a command prints, with `cat` in place of `nc`.
    #[cfg(unix)]
    fn sent_by(command: &str, address: SocketAddr) -> Vec<u8> {
        let script = command.replace(&format!("nc -w 2 127.0.0.1 {}", address.port()), "cat");
        let script = script.replace("curl -sS", "curl --max-time 20 -sS");
        let output = Command::new("/bin/sh")
            .args(["-c", &script])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_prints_the_bytes_of_a_request() {
        let address = "127.0.0.1:81".parse().unwrap();
        let all: Vec<u8> = (0..=255).collect();
        let long = [
            b"-a".as_slice(),
            &[b'\\'; 300],
            b"%s'",
            &[b'x'; 4_000],
            b"\n\n",
        ]
        .concat();
        for bytes in [
            all.as_slice(),
            &long,
            b"",
            b"-\r\n",
            &[b'\n'; 250],
            &[0; 250],
        ] {
            assert_eq!(sent_by(&shell::printf(bytes, address), address), bytes);
        }
    }

    /// Needs curl; where there is none, nothing is tried.
    #[cfg(unix)]
    #[test]
    fn curl_sends_what_was_sent() {
        if Command::new("curl").arg("--version").output().is_err() {
            return;
        }
        let requests = [
            get("/books/7?a=b&c=d%20e").header("Accept", "text/plain"),
            get("/../a{b}[1-2]#c").header("X", "it's \"so\" $HOME `id` \\ é"),
            get("//a/./b").without("Host"),
            request("OPTIONS", "*").header("Host", "example"),
            request("DELETE", "http://other/x").header("Empty", ""),
            request("HEAD", "/x").version("HTTP/1.0"),
            request("POST", "/").body("a=b\r\n\n"),
            request("POST", "/")
                .body("@file")
                .header("Content-Type", "a/b"),
            request("PUT", "/")
                .body(b"\0\xff%'\\".repeat(3))
                .header("Content-Length", "15"),
            request("PUT", "/").body(""),
            request("PUT", "/").body("\n".repeat(250)),
            get("//a"),
            request("POST", "/").header("Content-Length", "0"),
            request("POST", "/").body_of(300_000),
            request("POST", "/").body_of(1_500_000),
            get("/").header_line_of("X-Long", 9_000),
            request("POST", "/").chunks(["hello"]),
            request("GET", "/").body("a"),
            get("/")
                .header("Cookie", "a=1")
                .header("Cookie", "b=2")
                .header("A", "1")
                .header("a", "2"),
        ];
        for request in requests {
            let (tell, hear) = mpsc::channel();
            let (expect, expected) = mpsc::channel::<Vec<u8>>();
            let address = server(move |mut stream| {
                let expected = expected.recv().unwrap();
                let mut bytes = read_until(&mut stream, "\r\n\r\n");
                let head = expected
                    .windows(4)
                    .position(|four| four == b"\r\n\r\n")
                    .unwrap()
                    + 4;
                let mut body = vec![0; expected.len() - head];
                stream.read_exact(&mut body).unwrap();
                bytes.extend(body);
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                    .unwrap();
                tell.send(bytes).unwrap();
            });
            let (bytes, _) = request.to_bytes(&address.to_string());
            expect.send(bytes.clone()).unwrap();
            let command = shell::repeat(&request, &bytes, address);
            assert!(
                command.contains("curl -sS") && !command.contains("nc -w"),
                "{command}"
            );
            let shown = String::from_utf8(sent_by(&command, address)).unwrap();
            assert!(shown.starts_with("HTTP/1.1 200 OK"), "{command}\n{shown}");
            assert_eq!(lines(&hear.recv().unwrap()), lines(&bytes), "{command}");
        }
    }

    /// The first line, the other lines of the header sorted, without those that curl adds, and the body.
    #[cfg(unix)]
    fn lines(bytes: &[u8]) -> (String, Vec<String>, Vec<u8>) {
        let head = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let text = String::from_utf8_lossy(&bytes[..head]);
        let mut lines = text.split("\r\n").map(|line| line.trim_end().to_owned());
        let first = lines.next().unwrap();
        let is_added =
            |line: &String| line == "Accept: */*" || line.starts_with("User-Agent: curl/");
        let mut fields: Vec<String> = lines.filter(|line| !is_added(line)).collect();
        fields.sort();
        (first, fields, bytes[head + 4..].to_vec())
    }
}
