//! # etag1: conditional requests
//!
//! The phones of Marginalia's customers load every cover again each time the shop opens, though
//! they send along the tag of the copy that they have. Two clerks mended the same description on
//! one afternoon; the second save wiped out the first, though the form sends `If-Match`. And one
//! proxy shows empty covers since somebody taught the server to answer 304.
//!
//! Rules for entity tags (RFC 9110 §8.8.3, §5.6.1). Field values are bytes.
//! - An entity tag is an opaque tag, perhaps with `W/` in front of it: then it is weak, else
//!   strong. An opaque tag begins and ends with a double quote, and the quotes belong to it.
//!   Between them stand any bytes, or none, of 0x21, 0x23 to 0x7E and 0x80 to 0xFF. A backslash is
//!   a byte like any other.
//! - A list is entity tags divided by commas, with any spaces and tabs around each. Between two
//!   commas, and before the first and after the last, there may also be no tag.
//! - `If-Match` and `If-None-Match` hold either `*` alone or a list. What is neither matches
//!   nothing at all, not even by those of its tags that are right. An empty value is a list without
//!   tags. Whether white space may stand around `*` is left open.
//! - Strong comparison: both tags are strong, and their bytes are equal. Weak comparison: their
//!   opaque tags have equal bytes, whether weak or strong (§8.8.3.2).
//!
//! Rules for `decide` (§13.1, §13.2.2). `current` is what the path has now; `None` means nothing,
//! as before the first `PUT`. Upper and lower case of a method differ.
//! 1. Where there is `If-Match`: it is false unless it is `*` and something is there, or one of its
//!    tags equals the current tag by strong comparison. False is `PreconditionFailed`.
//! 2. Where there is no `If-Match`, but `If-Unmodified-Since`: false is a last change after that
//!    time, and `PreconditionFailed`.
//! 3. Then, where there is `If-None-Match`: it is false where it is `*` and something is there, or
//!    one of its tags equals the current tag by weak comparison. False is `NotModified` for `GET`
//!    and `HEAD`, and `PreconditionFailed` for all other methods.
//! 4. Where there is no `If-None-Match`, but `If-Modified-Since`, and the method is `GET` or
//!    `HEAD`: a last change at that time or earlier is `NotModified`.
//! 5. Else it is `Perform`.
//! - A field that is there rules out the time that goes with it, also where it matches nothing.
//! - A time says nothing where no time of the last change is known, or where nothing is there. A
//!   list matches nothing where there is no current tag.
//!
//! Rules for `not_modified` (§15.4.5). It makes a 304 from the 200 that would have been sent: the
//! status, no body, and its fields, unchanged and in order, without those that tell of a body:
//! `Content-Encoding`, `Content-Language`, `Content-Length` and `Content-Type`, in any case. (A
//! `Content-Length: 0` tells caches that the cover is empty now.) All others stay, above all
//! `Cache-Control`, `Content-Location`, `Date`, `ETag`, `Expires` and `Vary`. Whether
//! `Last-Modified` and `Transfer-Encoding` stay is left open.
//!
//! What to do: mend `decide` and `not_modified`.

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
    let Some(current) = current else {
        return Decision::Perform;
    };
    let is_read = method == "GET" || method == "HEAD";
    if let Some(value) = conditions.if_match
        && !matches(value, current.etag)
    {
        return Decision::PreconditionFailed;
    }
    if let Some(time) = conditions.if_unmodified_since
        && current.last_modified.is_some_and(|changed| changed > time)
    {
        return Decision::PreconditionFailed;
    }
    if let Some(value) = conditions.if_none_match
        && matches(value, current.etag)
    {
        return Decision::NotModified;
    }
    if let Some(time) = conditions.if_modified_since
        && is_read
        && current.last_modified.is_some_and(|changed| changed <= time)
    {
        return Decision::NotModified;
    }
    Decision::Perform
}

fn matches(value: &[u8], etag: Option<&[u8]>) -> bool {
    let value = String::from_utf8_lossy(value);
    let etag = String::from_utf8_lossy(etag.unwrap_or_default());
    let mut tags = value.split(',');
    tags.any(|tag| tag.trim() == "*" || tag.trim().trim_matches('"') == etag.trim_matches('"'))
}

/// The 304 that is sent in place of a 200.
pub fn not_modified(full: Response) -> Response {
    let mut fields = full.fields;
    fields.retain(|(name, _)| name != "Content-Length");
    fields.push(("Content-Length".to_owned(), "0".to_owned()));
    Response {
        status: 304,
        fields,
        body: full.body,
    }
}
