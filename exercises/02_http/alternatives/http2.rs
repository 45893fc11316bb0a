//! # http2: the header fields, in a map that is made ready for reading

use std::collections::BTreeMap;

/// The header fields of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    /// By the name in small letters: the values as `values` hands them out.
    fields: BTreeMap<String, Vec<Vec<u8>>>,
}

/// The message is refused: 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRequest;

impl Headers {
    /// Reads field lines, each ended by CRLF.
    pub fn parse(section: &[u8]) -> Result<Headers, BadRequest> {
        let mut headers = Headers {
            fields: BTreeMap::new(),
        };
        let mut rest = section;
        while !rest.is_empty() {
            let end = rest.windows(2).position(|two| two == b"\r\n");
            let (line, after) = rest.split_at(end.ok_or(BadRequest)?);
            headers.add(line)?;
            rest = &after[2..];
        }
        Ok(headers)
    }

    fn add(&mut self, line: &[u8]) -> Result<(), BadRequest> {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (Some(name), Some(mut value)) = (parts.next(), parts.next()) else {
            return Err(BadRequest);
        };
        while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
            value = rest;
        }
        if !value
            .iter()
            .all(|byte| matches!(byte, b'\t' | b' '..=b'~' | 0x80..))
        {
            return Err(BadRequest);
        }
        let name = lower_case_token(name).ok_or(BadRequest)?;
        let is_list = name != "set-cookie";
        let values = self.fields.entry(name).or_default();
        match values.first_mut() {
            Some(first) if is_list => {
                first.extend_from_slice(b", ");
                first.extend_from_slice(value);
            }
            _ => values.push(value.to_vec()),
        }
        Ok(())
    }

    /// What the message says in a field: nothing where it lacks the field, one value where it has
    /// it; of `Set-Cookie` a value for each line.
    pub fn values(&self, name: &str) -> Vec<Vec<u8>> {
        let values = self.fields.get(&name.to_ascii_lowercase());
        values.cloned().unwrap_or_default()
    }
}

/// The token in small letters, where it is one.
fn lower_case_token(bytes: &[u8]) -> Option<String> {
    let small = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => Some(char::from(byte.to_ascii_lowercase())),
        byte if b"!#$%&'*+-.^_`|~".contains(byte) => Some(char::from(*byte)),
        _ => None,
    };
    let token: String = bytes.iter().map(small).collect::<Option<_>>()?;
    (!token.is_empty()).then_some(token)
}
