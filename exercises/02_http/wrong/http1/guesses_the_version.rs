//! fails: rejects_a_line_that_lacks_a_part

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
    let line = str::from_utf8(line).map_err(|_| Refusal::BadRequest)?;
    let parts: Vec<&str> = line.split(' ').collect();
    let (method, target, version) = match parts[..] {
        [method, target, version] => (method, target, version),
        [method, target] => (method, target, "HTTP/1.0"),
        _ => return Err(Refusal::BadRequest),
    };
    if method.is_empty() || !method.bytes().all(is_token_byte) {
        return Err(Refusal::BadRequest);
    }
    if target.is_empty() || !target.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Refusal::BadRequest);
    }
    let [b'H', b'T', b'T', b'P', b'/', major, b'.', minor] = version.as_bytes() else {
        return Err(Refusal::BadRequest);
    };
    if !major.is_ascii_digit() || !minor.is_ascii_digit() {
        return Err(Refusal::BadRequest);
    }
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
