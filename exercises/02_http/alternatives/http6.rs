//! # http6: the response, written piece by piece, with a date that needs no loop

use std::time::{Duration, SystemTime};

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
        let mut out = Vec::with_capacity(256 + self.body.len());
        self.write(&mut out, method, now)?;
        Ok(out)
    }

    fn write(&self, out: &mut Vec<u8>, method: &str, now: SystemTime) -> Result<(), Unsendable> {
        let status = self.status;
        let (length, body) = match (status, method) {
            (0..100 | 600.., _) => return Err(Unsendable),
            (100..200 | 204 | 304, _) => (None, None),
            (_, "HEAD") => (Some(self.body.len()), None),
            _ => (Some(self.body.len()), Some(&self.body)),
        };
        out.extend(format!("HTTP/1.1 {status} {}\r\n", reason(status)).bytes());
        let mut line = |name: &str, value: &str| {
            out.extend([name.as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        };
        for (name, value) in &self.headers {
            line(token(name)?, text(value)?);
        }
        if let Some(length) = length {
            line("content-length", &length.to_string());
        }
        line("date", &http_date(now));
        out.extend(b"\r\n");
        out.extend(body.into_iter().flatten());
        Ok(())
    }
}

/// The name, where it is a token and not one that is reserved.
fn token(name: &str) -> Result<&str, Unsendable> {
    let small = name.to_ascii_lowercase();
    let others = "!#$%&'*+-.^_`|~";
    let is_token = |c: char| matches!(c, 'a'..='z' | '0'..='9') || others.contains(c);
    match small.as_str() {
        "" | "date" | "content-length" | "transfer-encoding" => Err(Unsendable),
        _ if small.chars().all(is_token) => Ok(name),
        _ => Err(Unsendable),
    }
}

/// The value, where it is one line.
fn text(value: &str) -> Result<&str, Unsendable> {
    let wrong = |c: char| c.is_ascii_control() && c != '\t';
    if value.contains(wrong) {
        Err(Unsendable)
    } else {
        Ok(value)
    }
}

/// A time as HTTP writes it. How a count of days becomes a date without a loop: Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
pub fn http_date(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.as_ref().map_or(0, Duration::as_secs);
    let days = seconds / 86_400;
    // Years begin on 1 March here, so that the leap day is the last one; the first is in year 0.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let year = year_of_era + era * 400 + u64::from(month_from_march >= 10);
    let weekday = &"ThuFriSatSunMonTueWed"[(days % 7) as usize * 3..][..3];
    let month = &"MarAprMayJunJulAugSepOctNovDecJanFeb"[month_from_march as usize * 3..][..3];
    let [hour, minute, second] = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60];
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
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
