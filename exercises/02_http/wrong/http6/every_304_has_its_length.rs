//! fails: ends_304_with_the_header

use std::time::{SystemTime, UNIX_EPOCH};

/// What is to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// 200.
    pub status: u16,
    /// Names and values, a pair for each line.
    pub headers: Vec<(String, String)>,
    /// Any bytes.
    pub body: Vec<u8>,
}

/// A response that must not be sent as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsendable;

impl Response {
    /// A response without header fields.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Response {
        Response {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// The same with one more field.
    pub fn with(mut self, name: &str, value: &str) -> Response {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// All that is sent at the time `now`, in answer to a request with this method.
    pub fn to_bytes(&self, method: &str, now: SystemTime) -> Result<Vec<u8>, Unsendable> {
        // Everything is looked at before anything is written: half a response cannot be taken back.
        if !(100..=599).contains(&self.status) || !self.headers.iter().all(may_be_sent) {
            return Err(Unsendable);
        }
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        head += &format!("Date: {}\r\n", http_date(now));
        // These end with their header, by definition (RFC 9112 §6.3): a length would say nothing,
        // and a body would be the beginning of the next response.
        let ends_with_its_header = matches!(self.status, 100..=199 | 204 | 304);
        if !ends_with_its_header || self.status == 304 {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        let mut bytes = head.into_bytes();
        if !ends_with_its_header && method != "HEAD" {
            bytes.extend_from_slice(&self.body);
        }
        Ok(bytes)
    }
}

/// Whether a field is one line, and none of those that say where a response ends.
fn may_be_sent((name, value): &(String, String)) -> bool {
    let mut ours = ["Date", "Content-Length", "Transfer-Encoding"].into_iter();
    !name.is_empty()
        && name.bytes().all(is_token_byte)
        // Bytes, not chars: in UTF-8 the bytes of a char beyond ASCII are all 0x80 or more, so
        // none of them is a control byte.
        && value.bytes().all(|byte| byte == b'\t' || !byte.is_ascii_control())
        && !ours.any(|one| name.eq_ignore_ascii_case(one))
}

/// A byte of a token (RFC 9110 §5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

const DAY: u64 = 24 * 60 * 60;
/// From the day on which the count of seconds begins.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A time as HTTP writes it.
pub fn http_date(time: SystemTime) -> String {
    // An error says that the time is before 1970; the rules promise that none is.
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    // `as_secs` cuts off the fraction.
    let (mut days, second) = (since.as_secs() / DAY, since.as_secs() % DAY);
    let weekday = WEEKDAYS[(days % 7) as usize];
    // Whole years are taken off, then whole months: what is left are the days of this month.
    let mut year = 1970;
    while days >= days_of_year(year) {
        days -= days_of_year(year);
        year += 1;
    }
    let mut month = 0;
    while days >= days_of_month(year, month) {
        days -= days_of_month(year, month);
        month += 1;
    }
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!(
        "{weekday}, {:02} {} {year:04} {hour:02}:{minute:02}:{:02} GMT",
        days + 1,
        MONTHS[month],
        second % 60
    )
}

fn is_leap_year(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of_year(year: u64) -> u64 {
    if is_leap_year(year) { 366 } else { 365 }
}

/// Months are counted from 0 here.
fn days_of_month(year: u64, month: usize) -> u64 {
    match month {
        1 if is_leap_year(year) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// The words for a status (RFC 9110 §15, RFC 6585): empty where we have none.
pub fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        422 => "Unprocessable Content",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}
