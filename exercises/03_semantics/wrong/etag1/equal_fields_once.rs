//! fails: a_304_keeps_all_other_fields

/// The fields of a request that make it conditional.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conditions<'a> {
    /// The value of `If-Match`; several lines are joined by commas already.
    pub if_match: Option<&'a [u8]>,
    /// The value of `If-None-Match`, likewise.
    pub if_none_match: Option<&'a [u8]>,
    /// In seconds since 1970. None also where the field holds no valid date.
    pub if_modified_since: Option<u64>,
    /// In seconds since 1970. None also where the field holds no valid date.
    pub if_unmodified_since: Option<u64>,
}

/// What the server knows of the representation that it has now.
#[derive(Debug, Clone, Copy)]
pub struct Current<'a> {
    /// A well-formed entity tag, quotes and all.
    pub etag: Option<&'a [u8]>,
    /// When it was changed last, in seconds since 1970.
    pub last_modified: Option<u64>,
}

/// What to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// What it asks for, as if it had no conditions.
    Perform,
    /// Nothing: 304, the client has it.
    NotModified,
    /// Nothing: 412, it is not what the client thinks.
    PreconditionFailed,
}

/// A response to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// Names and values.
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What to do with a request that would be answered with a 2xx if it had no conditions.
pub fn decide(method: &str, conditions: &Conditions, current: Option<&Current>) -> Decision {
    let is_read = matches!(method, "GET" | "HEAD");
    let last_modified = current.and_then(|current| current.last_modified);
    // First: may this be done at all? A field before the time that goes with it, never both.
    let is_refused = if let Some(value) = conditions.if_match {
        !matches(value, current, strongly_equal)
    } else if let (Some(time), Some(changed)) = (conditions.if_unmodified_since, last_modified) {
        changed > time
    } else {
        false
    };
    if is_refused {
        return Decision::PreconditionFailed;
    }
    // Then: does it still need to be done?
    let is_known = if let Some(value) = conditions.if_none_match {
        matches(value, current, weakly_equal)
    } else if let (Some(time), Some(changed)) = (conditions.if_modified_since, last_modified) {
        is_read && changed <= time
    } else {
        false
    };
    match (is_known, is_read) {
        (false, _) => Decision::Perform,
        (true, true) => Decision::NotModified,
        (true, false) => Decision::PreconditionFailed,
    }
}

/// Whether the value of `If-Match` or `If-None-Match` speaks of what is there.
fn matches(value: &[u8], current: Option<&Current>, equal: fn(Tag, Tag) -> bool) -> bool {
    let Some(current) = current else {
        return false;
    };
    if value == b"*" {
        return true;
    }
    let Some((etag, _)) = current.etag.and_then(tag) else {
        return false;
    };
    // The whole list is read before one tag is believed.
    list(value).is_some_and(|tags| tags.into_iter().any(|tag| equal(tag, etag)))
}

/// An entity tag; `opaque` is with its quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Tag<'a> {
    is_weak: bool,
    opaque: &'a [u8],
}

fn strongly_equal(one: Tag, other: Tag) -> bool {
    one == other && !one.is_weak
}

fn weakly_equal(one: Tag, other: Tag) -> bool {
    one.opaque == other.opaque
}

/// The tags of a list; `None` where it is no list.
fn list(mut rest: &[u8]) -> Option<Vec<Tag<'_>>> {
    let mut tags = Vec::new();
    // Cut at commas, it would fall to pieces where a comma stands inside quotes. So it is read from
    // the front: perhaps a tag, then a comma or the end.
    loop {
        rest = without_space(rest);
        if let Some((tag, after)) = tag(rest) {
            tags.push(tag);
            rest = without_space(after);
        }
        rest = match rest {
            [] => return Some(tags),
            [b',', after @ ..] => after,
            _ => return None,
        };
    }
}

/// The entity tag at the beginning of a text, and what follows it.
fn tag(text: &[u8]) -> Option<(Tag<'_>, &[u8])> {
    let opaque = text.strip_prefix(b"W/");
    let is_weak = opaque.is_some();
    let opaque = opaque.unwrap_or(text);
    let inside = opaque.strip_prefix(b"\"")?;
    let length = inside.iter().position(|byte| !is_tag_byte(*byte))?;
    if inside[length] != b'"' {
        return None;
    }
    let (opaque, rest) = opaque.split_at(length + 2);
    Some((Tag { is_weak, opaque }, rest))
}

/// A byte that may stand between the quotes.
fn is_tag_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x7e | 0x80..)
}

fn without_space(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

/// What tells of a body, which a 304 has not. A list by name: `Content-Location` has to stay.
const OF_THE_BODY: [&str; 4] = [
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Type",
];

/// The 304 that is sent in place of a 200.
pub fn not_modified(full: Response) -> Response {
    let mut fields = full.fields;
    fields.retain(|(name, _)| {
        let mut names = OF_THE_BODY.iter();
        !names.any(|left_out| left_out.eq_ignore_ascii_case(name))
    });
    fields.dedup();
    Response {
        status: 304,
        fields,
        body: Vec::new(),
    }
}
