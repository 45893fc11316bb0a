//! Bytes made readable: escaped, shortened, and with a caret under the byte that is wrong.
//!
//! ```
//! use testkit::bytes;
//!
//! assert_eq!(bytes::quote(b"GET /\r\n"), r#""GET /\r\n""#);
//! assert_eq!(bytes::mark(b"GET  /", 4..5), "\"GET  /\"\n     ^");
//! assert_eq!(bytes::mark(b"caf\xe9", 3..4), "\"caf\\xe9\"\n    ^^^^");
//! assert_eq!(bytes::difference(b"abc", b"abd"), Some(2));
//! ```

use std::ops::Range;

/// How many columns of escaped bytes are shown before the rest is left out.
const WIDE: usize = 240;
/// How many of them are shown on either side of a caret.
const NEAR: usize = 30;

/// One byte as Rust writes it in a byte string; a single quote stays as it is.
pub fn escape(byte: u8) -> String {
    match byte {
        b'\'' => "'".to_owned(),
        b'\0' => "\\0".to_owned(),
        _ => byte.escape_ascii().to_string(),
    }
}

/// The bytes between double quotes, escaped. Of what is long, the beginning
/// and the end are shown, and it is said how much was left out.
pub fn quote(bytes: &[u8]) -> String {
    let text = |part: &[u8]| part.iter().copied().map(escape).collect::<String>();
    if fitting(bytes.iter(), WIDE) == bytes.len() {
        return format!("\"{}\"", text(bytes));
    }
    let head = fitting(bytes.iter(), WIDE / 2);
    let tail = fitting(bytes.iter().rev(), WIDE / 4);
    format!(
        "\"{}\" ... {} bytes left out ... \"{}\"",
        text(&bytes[..head]),
        bytes.len() - head - tail,
        text(&bytes[bytes.len() - tail..])
    )
}

/// A text that is too long to be read, such as a `Debug` of what is long: its
/// beginning and its end, and how much was left out. A short one stays as it is.
///
/// ```
/// assert_eq!(testkit::bytes::shorten("Ok(1)"), "Ok(1)");
/// let long = format!("Ok({})", "9".repeat(1_000));
/// assert!(testkit::bytes::shorten(&long).len() < 300);
/// ```
pub fn shorten(text: &str) -> String {
    shorten_to(WIDE, text)
}

/// Whether a token may have this byte: the name of a field, a method (RFC 9110 §5.6.2).
///
/// ```
/// assert!(b"X-Shelf_7".iter().all(|byte| testkit::bytes::is_token(*byte)));
/// assert!(!b" :\"(\xe9\0".iter().any(|byte| testkit::bytes::is_token(*byte)));
/// ```
pub fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A text that is longer than so many characters, as [`shorten`] shows it: about three
/// quarters of them are kept.
///
/// ```
/// let line = format!("GET /{}", "x".repeat(92));
/// let short = "GET /xxxxxxxxxxxxxxx ... 67 characters left out ... xxxxxxxxxx";
/// assert_eq!(testkit::bytes::shorten_to(40, &line), short);
/// ```
pub fn shorten_to(width: usize, text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (head, tail) = (width / 2, width / 4);
    if chars.len() <= width {
        return text.to_owned();
    }
    let (middle, end) = chars[head..].split_at(chars.len() - head - tail);
    let start: String = chars[..head].iter().collect();
    let end: String = end.iter().collect();
    format!("{start} ... {} characters left out ... {end}", middle.len())
}

/// The bytes between double quotes and, on a line below, carets under those in
/// `wrong`. An empty range points at the place where something is missing.
/// Of what is long, the neighbourhood is shown.
pub fn mark(bytes: &[u8], wrong: Range<usize>) -> String {
    let start = wrong.start.min(bytes.len());
    let end = wrong.end.clamp(start, bytes.len());
    let left = fitting(bytes[..start].iter().rev(), NEAR);
    let right = fitting(bytes[end..].iter(), NEAR);
    let (from, to) = (start - left, end + right);

    let mut line = String::new();
    let mut carets = String::new();
    if from > 0 {
        line.push_str("... ");
    }
    line.push('"');
    carets.push_str(&" ".repeat(line.len()));
    for (index, byte) in bytes.iter().enumerate().take(to).skip(from) {
        let text = escape(*byte);
        let under = if (start..end).contains(&index) {
            "^"
        } else if index < start {
            " "
        } else {
            ""
        };
        carets.push_str(&under.repeat(text.len()));
        line.push_str(&text);
    }
    if start == end {
        carets.push('^');
    }
    line.push('"');
    if to < bytes.len() {
        line.push_str(" ...");
    }
    format!("{line}\n{carets}")
}

/// The index of the first byte in which the two differ: where one is the
/// beginning of the other, the length of the shorter.
pub fn difference(one: &[u8], other: &[u8]) -> Option<usize> {
    // A comparison as a whole is fast without optimization too, and the usual case.
    if one == other {
        return None;
    }
    let first = one.iter().zip(other).position(|(one, other)| one != other);
    first.or_else(|| (one.len() != other.len()).then(|| one.len().min(other.len())))
}

/// How many of the bytes fit into so many columns.
fn fitting<'a>(bytes: impl Iterator<Item = &'a u8>, columns: usize) -> usize {
    let mut left = columns;
    bytes
        .take_while(|byte| {
            let width = escape(**byte).len();
            let fits = width <= left;
            left = left.saturating_sub(width);
            fits
        })
        .count()
}
