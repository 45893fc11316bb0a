//! # http4: the target
//!
//! Who searches Marginalia for `R&B` gets what is found for `R`, and who searches for `café` is
//! told that there is nothing about `cafÃ©`. The cover `/covers/c++.jpg` is missing, the author
//! `AC/DC` has no page (the link says `/authors/AC%2FDC`), and a link that ends in `100%` makes the
//! server panic. All five come from the function that takes the target of a request apart.
//!
//! Rules (RFC 3986 §2.1, §2.4, §3.3; RFC 9112 §3.2; for the query the form-urlencoded parser of the
//! URL standard, except that we refuse what it repairs):
//! - A target is visible ASCII (0x21 to 0x7E) without `#`, and begins with `/`. Anything else is
//!   refused. (Of a target that is a whole URL, the caller passes only what follows the host.) A
//!   limit for its length, of 8,000 bytes or more, is left open.
//! - The path goes up to the first `?`. What follows that `?` is the query; more `?` in it are
//!   bytes like any other. A target without `?` has an empty query.
//! - Segments are what is left of the path when it is cut at each `/` and the nothing before its
//!   first `/` is left out. Empty ones are kept: `/` has one segment, `/a//b/` has four. `.` and
//!   `..` are segments like any other here.
//! - Pairs are what is left of the query when it is cut at each `&`. Where nothing stands between
//!   two cuts, there is no pair. A pair is cut at its first `=` into name and value; without one,
//!   all of it is the name and the value is empty. Order and repeated names are kept.
//! - All cutting comes first. Then each segment, name and value is decoded, once: `%` and two
//!   hexadecimal digits (either case) are the byte of that number, and any other byte is itself.
//!   Only in names and values, a `+` is a space.
//! - So `%2F` is a slash that divides no segments, `%26` an `&` that divides no pairs, and `%2B` a
//!   plus sign. What was decoded may hold any character, also `/` and NUL.
//! - A `%` that two hexadecimal digits do not follow is refused.
//! - The bytes of each decoded segment, name and value must be UTF-8. If they are not, they are
//!   refused, not replaced by something else.
//! - What is wrong makes the whole target a bad request (400). No text whatever causes a panic.
//!
//! What to do: mend `parse` and `decode`. `decode` is yours: change it as you like.

use std::collections::BTreeMap;

/// A target, taken apart and decoded. To make a file name of its segments, look at them again: one
/// that is `..` or holds a `/` leads out of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The segments of the path: `["books", "42"]` of `/books/42?page=2`.
    pub segments: Vec<String>,
    /// Names and values of the query: `[("page", "2")]` of `/books/42?page=2`.
    pub query: Vec<(String, String)>,
}

/// The target is refused: 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRequest;

impl Target {
    /// Takes the target of a request line apart.
    pub fn parse(target: &str) -> Result<Target, BadRequest> {
        let target = decode(target);
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        if !path.starts_with('/') {
            return Err(BadRequest);
        }
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let segments = segments.map(str::to_owned).collect();
        let mut pairs = BTreeMap::new();
        for pair in query.split('&') {
            if let Some((name, value)) = pair.split_once('=') {
                pairs.insert(name.to_owned(), value.to_owned());
            }
        }
        let query = pairs.into_iter().collect();
        Ok(Target { segments, query })
    }
}

/// The text with all that is percent-encoded in it decoded.
fn decode(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some(place) = rest.find('%') {
        decoded.push_str(&rest[..place]);
        let digits = &rest[place + 1..place + 3];
        match u8::from_str_radix(digits, 16) {
            Ok(byte) => decoded.push(char::from(byte)),
            Err(_) => decoded.push_str(&rest[place..place + 3]),
        }
        rest = &rest[place + 3..];
    }
    decoded.push_str(rest);
    decoded.replace('+', " ")
}
