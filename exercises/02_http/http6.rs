//! # http6: the response
//!
//! A stranger followed a link to `/go?to=/books%0D%0ASet-Cookie:%20role=admin`. Marginalia put the
//! decoded text into a `Location` header, and the browser found a cookie there that nobody had
//! set. In the same week the app hung after every deletion: the answer was a 204 with a body, whose
//! bytes the app took for the next response. From now on one function writes all responses.
//!
//! Rules for `to_bytes` (RFC 9112 §4 to §6, RFC 9110 §5.5, §6.6.1, §8.6, §15):
//! - First the status line: `HTTP/1.1`, a space, the status, a space, what `reason` says, CRLF.
//!   Where `reason` says nothing, the space before it stays. A status is a number from 100 to 599.
//! - Then a line for each field, name, colon, space and value with CRLF: those of `headers`, as
//!   they are, and those that `to_bytes` adds. No two lines are joined, and lines of one name stay
//!   in their order. An empty line (CRLF alone) ends the header.
//! - A name is a token: one or more ASCII letters, digits or bytes of ``!#$%&'*+-.^_`|~``.
//! - A value may hold everything but the control bytes 0x00 to 0x1F and 0x7F, of which the tab
//!   alone is allowed. Text beyond ASCII is written as the UTF-8 that it is.
//! - Every response gets one `Date`: `now`, as `http_date` writes it.
//! - A response gets one `Content-Length`, the number of bytes in its body (0 too), and then the
//!   body. There are three exceptions:
//!   - 1xx and 204 have no body and no `Content-Length`; what `body` holds is not sent, and that
//!     is no mistake;
//!   - nor has 304 here (its length would have to be that of the 200, which we do not know);
//!   - the answer to `HEAD` has the header that `GET` would get, its length too, but no body.
//!     Methods have case: `head` is another method.
//! - `headers` must not name `Date`, `Content-Length` or `Transfer-Encoding`, in any case: they
//!   belong to `to_bytes`.
//! - What breaks a rule is our own mistake: `Err(Unsendable)`. Nothing is cut off or mended.
//!
//! Rules for `http_date` (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. Day and month have
//! three letters; day, hour, minute and second two digits each, the year four. The time is UTC,
//! without leap seconds; a fraction of a second is cut off. Any time of the years 1970 to 9999 may
//! come. 1 January 1970 was a Thursday. A year has a 29 February if 4 divides it, but not if 100
//! does, unless 400 does.
//!
//! What to do: write `to_bytes` and `http_date`, with the standard library alone. `http7` and the
//! server at the end of the next chapter will use them.

use std::time::SystemTime;

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
        todo!("write a {} for {method} at {now:?}", self.status)
    }
}

/// A time as HTTP writes it.
pub fn http_date(time: SystemTime) -> String {
    todo!("write {time:?}")
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
