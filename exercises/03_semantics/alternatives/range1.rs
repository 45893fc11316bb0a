//! # range1: byte ranges, as spans whose end is not included and bytes that may still be spent

use std::ops::Range;

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

/// What to send to a client that asks with this `Range` and this `If-Range`.
pub fn answer(range: Option<&[u8]>, if_range: Option<&[u8]>, file: &File<'_>) -> Answer {
    match range {
        Some(range) if file.length > 0 && may_be_continued(if_range, file) => {
            spans(range, file.length).map_or(Answer::Whole, |spans| told(&spans, file.length))
        }
        _ => Answer::Whole,
    }
}

fn told(spans: &[Range<u64>], length: u64) -> Answer {
    if spans.is_empty() {
        return Answer::Unsatisfiable {
            content_range: format!("bytes */{length}"),
        };
    }
    let mut left = length;
    let mut parts = Vec::new();
    for span in spans {
        match left.checked_sub(span.end - span.start) {
            Some(rest) => left = rest,
            None => return Answer::Whole,
        }
        let (first, last) = (span.start, span.end - 1);
        parts.push(Part {
            first,
            last,
            content_range: format!("bytes {first}-{last}/{length}"),
        });
    }
    Answer::Parts(parts)
}

fn may_be_continued(if_range: Option<&[u8]>, file: &File<'_>) -> bool {
    match if_range {
        None => true,
        Some(tag @ [b'"', ..]) => file.etag.map(str::as_bytes) == Some(tag),
        Some([b'W', b'/', ..]) => false,
        Some(date) => file.last_modified.map(str::as_bytes) == Some(date),
    }
}

/// What is asked for and is there, the ends not included; nothing where it is to be ignored.
fn spans(range: &[u8], length: u64) -> Option<Vec<Range<u64>>> {
    let text = str::from_utf8(range).ok()?;
    let (unit, set) = text.split_once('=')?;
    let items = set.split(',').map(|item| item.trim_matches([' ', '\t']));
    let items: Vec<&str> = items.filter(|item| !item.is_empty()).collect();
    if !unit.eq_ignore_ascii_case("bytes") || !(1..=16).contains(&items.len()) {
        return None;
    }
    let spans: Option<Vec<Range<u64>>> = items.iter().map(|item| span(item, length)).collect();
    Some(spans?.into_iter().filter(|span| !span.is_empty()).collect())
}

/// One range within the file, empty where the file has nothing there; nothing where it is malformed.
fn span(item: &str, length: u64) -> Option<Range<u64>> {
    let (from, to) = item.split_once('-')?;
    Some(match (number(from), number(to)) {
        (None, Some(count)) if from.is_empty() => length - count.min(length)..length,
        (Some(first), None) if to.is_empty() => first.min(length)..length,
        (Some(first), Some(last)) if first <= last => {
            first.min(length)..last.saturating_add(1).min(length)
        }
        _ => return None,
    })
}

fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // With nothing but digits in it, there is one way left to fail: being too large.
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}
