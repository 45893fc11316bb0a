//! # std: query strings
//!
//! The shop's search takes its parameters from the target of a request:
//! `/books?title=tea%20time&page=2`. Take such a target apart.

use std::collections::BTreeMap;

/// A target, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What stands before the question mark, decoded.
    pub path: String,
    /// Each parameter's values, in the order in which they came.
    pub parameters: BTreeMap<String, Vec<String>>,
}

/// Why a target is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It does not begin with a slash.
    NotAPath,
    /// A percent sign without two hexadecimal digits behind it.
    BadEscape,
    /// What was decoded is not UTF-8.
    NotText,
}

impl Target {
    /// Takes a target apart.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if !text.starts_with('/') {
            return Err(Refusal::NotAPath);
        }
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(&name.replace('+', " "))?;
            let value = decode(&value.replace('+', " "))?;
            parameters.entry(name).or_default().push(value);
        }
        Ok(Self {
            path: decode(path)?,
            parameters,
        })
    }

    /// The first value of a parameter.
    pub fn first(&self, name: &str) -> Option<&str> {
        let values = self.parameters.get(name)?;
        values.first().map(String::as_str)
    }

    /// The page that is asked for, counted from 1; the first where none is named.
    pub fn page(&self) -> Option<u32> {
        match self.first("page") {
            None => Some(1),
            Some(text) => text.parse().ok().filter(|page| *page > 0),
        }
    }
}

/// Replaces `%20` and its like by the bytes they stand for.
fn decode(text: &str) -> Result<String, Refusal> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next(), rest.next()];
        let [Some(high), Some(low)] = digits.map(|digit| digit.and_then(hexadecimal)) else {
            return Err(Refusal::BadEscape);
        };
        bytes.push(high << 4 | low);
    }
    String::from_utf8(bytes).map_err(|_| Refusal::NotText)
}

/// The value of a hexadecimal digit.
fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A'),
        _ => None,
    }
}
