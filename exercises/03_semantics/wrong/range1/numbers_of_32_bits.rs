//! fails: reads_numbers_of_any_size

/// What is known of the file.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// How many bytes it has.
    pub length: u64,
    /// Its `ETag`, as it is sent: `"v7"` with the quotes, or `W/"v7"`, which is weak.
    pub etag: Option<&'a str>,
    /// Its `Last-Modified`, as it is sent. The caller leaves it out where the file may have changed
    /// twice in that second: then the date is no strong validator (§8.8.2.2).
    pub last_modified: Option<&'a str>,
}

/// What to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 200, with all of the file.
    Whole,
    /// 206, with these parts of it, one or more.
    Parts(Vec<Part>),
    /// 416, with this `Content-Range` and nothing of the file.
    Unsatisfiable { content_range: String },
}

/// A part of the file, from its first byte to its last, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub first: u64,
    pub last: u64,
    /// `bytes 2-5/10`
    pub content_range: String,
}

/// More ranges than this in one request are no player's wish.
const MOST_RANGES: usize = 16;

/// What to send to a client that asks with this `Range` and this `If-Range`.
pub fn answer(range: Option<&[u8]>, if_range: Option<&[u8]>, file: &File<'_>) -> Answer {
    let holds = if_range.is_none_or(|validator| is_current(validator, file));
    let asked = range.filter(|_| holds && file.length > 0).and_then(parse);
    let Some(asked) = asked else {
        return Answer::Whole;
    };
    let parts: Vec<Part> = asked
        .iter()
        .filter_map(|asked| asked.part(file.length))
        .collect();
    let bytes: u128 = parts
        .iter()
        .map(|part| u128::from(part.last - part.first) + 1)
        .sum();
    if parts.is_empty() {
        let content_range = format!("bytes */{}", file.length);
        Answer::Unsatisfiable { content_range }
    } else if bytes > u128::from(file.length) {
        Answer::Whole
    } else {
        Answer::Parts(parts)
    }
}

/// Whether the client's old part and ours are of the same file, to the byte.
fn is_current(validator: &[u8], file: &File<'_>) -> bool {
    let strong = file.etag.filter(|etag| !etag.starts_with("W/"));
    let equals = |own: Option<&str>| own.is_some_and(|own| own.as_bytes() == validator);
    equals(strong) || equals(file.last_modified)
}

/// One range as it was asked for.
enum Asked {
    /// `2-5`
    Between(u64, u64),
    /// `2-`
    From(u64),
    /// `-5`
    Last(u64),
}

impl Asked {
    /// The part of a file that has at least one byte, where it has one there.
    fn part(&self, length: u64) -> Option<Part> {
        let end = length - 1;
        let (first, last) = match *self {
            Asked::Between(first, last) => (first, last.min(end)),
            Asked::From(first) => (first, end),
            Asked::Last(count) => (length.saturating_sub(count), end),
        };
        (first <= end).then(|| Part {
            first,
            last,
            content_range: format!("bytes {first}-{last}/{length}"),
        })
    }
}

/// The ranges, where all of them are in order and they are not too many.
fn parse(range: &[u8]) -> Option<Vec<Asked>> {
    let (unit, set) = cut(range, b'=')?;
    if !unit.eq_ignore_ascii_case(b"bytes") {
        return None;
    }
    let mut asked = Vec::new();
    for item in set.split(|byte| *byte == b',').map(trimmed) {
        if item.is_empty() {
            continue;
        }
        if asked.len() == MOST_RANGES {
            return None;
        }
        asked.push(match cut(item, b'-')? {
            (b"", count) => Asked::Last(number(count)?),
            (first, b"") => Asked::From(number(first)?),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                if last < first {
                    return None;
                }
                Asked::Between(first, last)
            }
        });
    }
    (!asked.is_empty()).then_some(asked)
}

/// What is before the first such byte, and what is behind it.
fn cut(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|byte| *byte == at)?;
    Some((&bytes[..place], &bytes[place + 1..]))
}

/// Digits, and nothing but digits (`parse` would take a `+`). A number that is too large for a u64
/// becomes the largest: no file has so many bytes.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0_u64, |number, digit| {
        number
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'))
            .min(u32::MAX.into())
    }))
}

/// Without the spaces and tabs at both ends.
fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}
