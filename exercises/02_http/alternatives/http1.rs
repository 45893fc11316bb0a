//! # http1: the request line, read from left to right

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
    let mut cursor = Cursor { rest: line };
    let method = cursor.one_or_more(is_token_byte)?;
    cursor.exactly(b" ")?;
    let target = cursor.one_or_more(|byte| (0x21..=0x7e).contains(&byte))?;
    cursor.exactly(b" ")?;
    cursor.exactly(b"HTTP/")?;
    let major = cursor.digit()?;
    cursor.exactly(b".")?;
    let minor_version = cursor.digit()?;
    match (major, cursor.rest) {
        (1, []) => Ok(RequestLine {
            method,
            target,
            minor_version,
        }),
        (_, []) => Err(Refusal::VersionNotSupported),
        (_, _) => Err(Refusal::BadRequest),
    }
}

fn is_token_byte(byte: u8) -> bool {
    match byte {
        b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' => true,
        b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~' => true,
        _ => byte.is_ascii_alphanumeric(),
    }
}

/// What is still to be read. Each method takes its part off the front or refuses.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn one_or_more(&mut self, fits: impl Fn(u8) -> bool) -> Result<String, Refusal> {
        let count = self.rest.iter().take_while(|byte| fits(**byte)).count();
        let (part, rest) = self.rest.split_at(count);
        self.rest = rest;
        if part.is_empty() {
            return Err(Refusal::BadRequest);
        }
        // Only ASCII fits, and each byte of it is a character.
        Ok(part.iter().copied().map(char::from).collect())
    }

    fn exactly(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.rest = self.rest.strip_prefix(bytes).ok_or(Refusal::BadRequest)?;
        Ok(())
    }

    fn digit(&mut self) -> Result<u8, Refusal> {
        match self.rest {
            [digit @ b'0'..=b'9', rest @ ..] => {
                self.rest = rest;
                Ok(digit - b'0')
            }
            _ => Err(Refusal::BadRequest),
        }
    }
}
