//! # http1: the request line
//!
//! Marginalia's proxy keeps strangers away from `/admin`. Last night `GET  /admin HTTP/1.1`, with
//! two spaces, got past it: the proxy cut the line at each space and saw an empty path, the shop's
//! server cut it with `split_whitespace` and served the page. From now on the server takes the
//! first line of a request apart by the letter, and refuses what is not one.
//!
//! Rules (RFC 9112 §3, RFC 9110 §5.6.2 and §9.1):
//! - A request line is a method, a space, a target, a space and a version. There is exactly one
//!   space (byte 0x20) in each place, and nothing before, after or between that is not named here.
//! - A method is a token: one or more ASCII letters, digits or bytes of ``!#$%&'*+-.^_`|~``. Upper
//!   and lower case differ, and a method that nobody knows is still a method.
//! - A target is one or more visible ASCII bytes (0x21 to 0x7E), 8000 of them and more. What they
//!   mean is for later.
//! - A version is `HTTP/`, a digit, a dot, a digit. Upper and lower case differ here, too.
//! - A line that breaks one of these rules is a bad request (400).
//! - A line that breaks none, but whose version does not begin with `HTTP/1.`, asks for a version
//!   that is not supported (505).
//!
//! `parse` gets the line without the CRLF at its end. It gets bytes: nobody has promised that they
//! are UTF-8, and no bytes whatever make it panic.
//!
//! What to do: write `parse`.

/// The first line of a request, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// `GET`, exactly as it was sent.
    pub method: String,
    /// `/books?page=2`, exactly as it was sent.
    pub target: String,
    /// The digit after the dot: 1 in `HTTP/1.1`.
    pub minor_version: u8,
}

/// Why a request line is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 400: it is not a request line.
    BadRequest,
    /// 505: it is one, of an HTTP that is not 1.x.
    VersionNotSupported,
}

/// Takes a request line apart.
pub fn parse(line: &[u8]) -> Result<RequestLine, Refusal> {
    todo!("take apart {}", line.escape_ascii())
}
