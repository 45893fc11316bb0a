//! # http1: the request line

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
    // All that may stand in a request line is ASCII: what is no UTF-8 is wrong already, and what
    // is UTF-8 but no ASCII is found below, byte by byte.
    let line = str::from_utf8(line).map_err(|_| Refusal::BadRequest)?;
    // `split(' ')`, not `split_whitespace`: between two spaces it sees an empty part, and a tab is
    // a byte like any other. A fourth part, even an empty one, is one too many.
    let parts: Vec<&str> = line.split(' ').collect();
    let [method, target, version] = parts[..] else {
        return Err(Refusal::BadRequest);
    };
    // `all` is true of nothing at all, so the empty part needs a question of its own.
    if method.is_empty() || !method.bytes().all(is_token_byte) {
        return Err(Refusal::BadRequest);
    }
    if target.is_empty() || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Refusal::BadRequest);
    }
    // A slice pattern says the grammar of the version as the RFC does: HTTP/DIGIT.DIGIT.
    let [b'H', b'T', b'T', b'P', b'/', major, b'.', minor] = version.as_bytes() else {
        return Err(Refusal::BadRequest);
    };
    if !major.is_ascii_digit() || !minor.is_ascii_digit() {
        return Err(Refusal::BadRequest);
    }
    // Last of all: only a line that is in order can be said to ask for another version.
    if *major != b'1' {
        return Err(Refusal::VersionNotSupported);
    }
    Ok(RequestLine {
        method: method.to_owned(),
        target: target.to_owned(),
        minor_version: minor - b'0',
    })
}

/// A byte of a token (RFC 9110 §5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
