//! # http2: the header fields
//!
//! Three complaints in one week. The app sends `content-type` in small letters, and Marginalia
//! answers that the type is missing. Customers with two `Accept-Language` lines get the wrong
//! language, and those who get two cookies lose one. And a stranger sent `Content-Length : 30`,
//! with a space before the colon: the proxy ignored that line, the server did not, and the two
//! disagreed where the next request began.
//!
//! Rules (RFC 9110 §5, RFC 9112 §5). `parse` gets the field lines of a message, each ended by
//! CRLF; the empty line that ends them is not among them.
//! - A line is a name, a colon and a value. A name is a token: one or more ASCII letters, digits
//!   or bytes of ``!#$%&'*+-.^_`|~``. So there is no white space before the colon.
//! - Spaces and tabs around the value are no part of it. What is left may be empty.
//! - A value is bytes, and stays as it was sent: those from 0x80 up may be of any encoding. Of the
//!   control bytes (0x00 to 0x1F, 0x7F), the tab is the only one it may hold; so a CR or LF that
//!   does not end a line is wrong.
//! - A line that begins with a space or tab (it once continued the line before) is wrong, and so is
//!   an empty line, and a last line without its CRLF.
//! - What is wrong makes the whole message a bad request; no part of it is used.
//! - `values` finds a field whatever the case of its name. Where a field has several lines, their
//!   values are one, in order, joined by a comma and a space. Only `Set-Cookie` is not a list:
//!   there each line is a value of its own. What an empty value adds to a list is left open.
//!
//! What to do: mend `Headers`. Its field is private; keep in it what you like.

use std::collections::HashMap;

/// The header fields of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    fields: HashMap<String, String>,
}

/// The message is refused: 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRequest;

impl Headers {
    /// Reads field lines, each ended by CRLF.
    pub fn parse(section: &[u8]) -> Result<Headers, BadRequest> {
        let text = String::from_utf8_lossy(section);
        let mut fields = HashMap::new();
        for line in text.lines() {
            let (name, value) = line.split_once(':').ok_or(BadRequest)?;
            fields.insert(name.trim().to_owned(), value.trim().to_owned());
        }
        Ok(Headers { fields })
    }

    /// What the message says in a field: nothing where it lacks the field, one value where it has
    /// it; of `Set-Cookie` a value for each line.
    pub fn values(&self, name: &str) -> Vec<Vec<u8>> {
        let value = self.fields.get(name);
        value
            .map(|value| value.clone().into_bytes())
            .into_iter()
            .collect()
    }
}
