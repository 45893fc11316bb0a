//! # range1: byte ranges
//!
//! A customer's audiobook broke off at 412 of 430 megabytes, and her player had to start again: the
//! shop's server knows no ranges. A first attempt sent one byte too many with every part and glued
//! the end of a new recording to the beginning of an old one. Then a stranger asked for the whole
//! file 1300 times in one request, and got it.
//!
//! Rules (RFC 9110 §14, §15.3.7, §15.5.17). `answer` gets the values of `Range` and `If-Range` as
//! bytes, and what is known of the file.
//! - `Range` is `bytes`, in any case, then `=`, then ranges divided by commas. `2-5` asks for the
//!   bytes 2 to 5, both included, counted from 0; `2-` for all from 2 to the end; `-5` for the last
//!   five. A number is one or more ASCII digits, however many: none is malformed for its size.
//! - Spaces and tabs on either side of a comma do not count, and where nothing stands between two
//!   commas, or before the first or after the last, it is skipped. There is no other white space.
//! - All else is malformed: no range at all, another form, a last byte before the first (`5-2`).
//! - A range may go beyond the end: it is cut there. `-5` of a file of 3 bytes is all of it.
//! - A range that begins at or beyond the end cannot be satisfied, and neither can `-0`. It is left
//!   out. Where none is left, the answer is `Unsatisfiable` (416), with `bytes */LENGTH`.
//! - Otherwise the answer is a part for each range that is left, in the order asked, not merged,
//!   also where there is only one. Each has its `Content-Range`: `bytes FIRST-LAST/LENGTH`.
//!
//! The range is ignored, and the answer is `Whole`, where
//! - there is no `Range`, its unit is another one, or anything in it is malformed;
//! - the file is empty: no `Content-Range` can name zero bytes (§14.2 allows it);
//! - more than 16 ranges are asked for, each counted, also those that cannot be satisfied;
//! - the parts together have more bytes than the file (§14.2 and §17.15: this is an attack);
//! - there is an `If-Range` that does not hold. It holds only where it is, byte for byte, the file's
//!   `etag` and that is strong (a weak one begins with `W/`), or, byte for byte, its
//!   `last_modified` (§13.1.5). A later date does not hold, nor does a list, nor `*`.
//!
//! Left open: white space right after the `=` and at either end of the value; which of two numbers
//! is larger where no `u64` holds either of them; an `If-Range` that writes the same time in
//! another format.
//!
//! What to do: write `answer`. The static file server at the end of this chapter will include your
//! file. It asks only for `GET`, and only where it would otherwise send a 200.

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
    todo!("answer {range:?} and {if_range:?} of {file:?}")
}
