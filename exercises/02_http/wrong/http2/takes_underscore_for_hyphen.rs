//! fails: finds_a_field_by_its_whole_name
//! Treats `_` as `-`, as CGI variables do.

/// The header fields of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    /// Name and value of each line, in order. A list, not a map: lines may repeat, and requests
    /// have so few of them that looking at all is fast.
    fields: Vec<(String, Vec<u8>)>,
}

/// The message is refused: 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRequest;

impl Headers {
    /// Reads field lines, each ended by CRLF.
    pub fn parse(section: &[u8]) -> Result<Headers, BadRequest> {
        let mut fields = Vec::new();
        // Cut at LF alone: a CR that is missing before it is noticed when it is taken off, and one
        // that stands elsewhere is a control byte in a name or a value.
        for line in section.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r\n").ok_or(BadRequest)?;
            fields.push(field(line)?);
        }
        Ok(Headers { fields })
    }

    /// What the message says in a field: nothing where it lacks the field, one value where it has
    /// it; of `Set-Cookie` a value for each line.
    pub fn values(&self, name: &str) -> Vec<Vec<u8>> {
        let lines = self.fields.iter();
        let lines = lines.filter(|(this, _)| {
            this.replace('_', "-")
                .eq_ignore_ascii_case(&name.replace('_', "-"))
        });
        let values: Vec<&[u8]> = lines.map(|(_, value)| value.as_slice()).collect();
        // The date in a cookie has a comma in it: joined, the lines could not be told apart again.
        if values.is_empty() || name.eq_ignore_ascii_case("Set-Cookie") {
            values.into_iter().map(<[u8]>::to_vec).collect()
        } else {
            vec![values.join(&b", "[..])]
        }
    }
}

/// Name and value of one line.
fn field(line: &[u8]) -> Result<(String, Vec<u8>), BadRequest> {
    // The first colon: a value may hold more of them.
    let colon = line.iter().position(|byte| *byte == b':');
    let (name, value) = line.split_at(colon.ok_or(BadRequest)?);
    // One rule does it all: a space before the colon, a space at the beginning of the line and a
    // CR in the name are no bytes of a token. Nothing is trimmed off a name.
    if name.is_empty() || !name.iter().copied().all(is_token_byte) {
        return Err(BadRequest);
    }
    let value = trimmed(&value[1..]);
    if value
        .iter()
        .any(|byte| byte.is_ascii_control() && *byte != b'\t')
    {
        return Err(BadRequest);
    }
    // A token is ASCII, so nothing is lost here.
    let name = String::from_utf8_lossy(name).into_owned();
    Ok((name, value.to_vec()))
}

/// The value without the spaces and tabs around it. `trim_ascii` would take CR, LF and FF, too.
fn trimmed(value: &[u8]) -> &[u8] {
    let is_visible = |byte: &u8| !matches!(byte, b' ' | b'\t');
    match (
        value.iter().position(is_visible),
        value.iter().rposition(is_visible),
    ) {
        (Some(first), Some(last)) => &value[first..=last],
        _ => b"",
    }
}

/// A byte of a token (RFC 9110 §5.6.2).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
