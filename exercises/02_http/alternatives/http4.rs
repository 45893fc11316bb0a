//! # http4: the target, read once from its beginning to its end

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

/// What is being read.
enum Place {
    Segment,
    Name { is_empty: bool },
    Value { name: String },
}

impl Target {
    /// Takes the target of a request line apart.
    pub fn parse(target: &str) -> Result<Target, BadRequest> {
        let mut bytes = target.bytes();
        if bytes.next() != Some(b'/') {
            return Err(BadRequest);
        }
        let mut reader = Reader {
            target: Target {
                segments: Vec::new(),
                query: Vec::new(),
            },
            place: Place::Segment,
            decoded: Vec::new(),
        };
        while let Some(byte) = bytes.next() {
            match byte {
                b'%' => {
                    let digits = [bytes.next(), bytes.next()];
                    reader.add(from_digits(digits).ok_or(BadRequest)?);
                }
                b'#' => return Err(BadRequest),
                b'!'..=b'~' => reader.take(byte)?,
                _ => return Err(BadRequest),
            }
        }
        reader.finish_part()?;
        Ok(reader.target)
    }
}

/// A target as far as it has been read.
struct Reader {
    target: Target,
    place: Place,
    decoded: Vec<u8>,
}

impl Reader {
    /// A byte that was sent as it is, so that it may divide something.
    fn take(&mut self, byte: u8) -> Result<(), BadRequest> {
        match (&self.place, byte) {
            (Place::Segment, b'/') => self.finish_part()?,
            (Place::Segment, b'?') | (Place::Name { .. } | Place::Value { .. }, b'&') => {
                self.finish_part()?;
                self.place = Place::Name { is_empty: true };
            }
            (Place::Name { .. }, b'=') => {
                let name = self.decoded_text()?;
                self.place = Place::Value { name };
            }
            (Place::Name { .. } | Place::Value { .. }, b'+') => self.add(b' '),
            _ => self.add(byte),
        }
        Ok(())
    }

    /// A byte that divides nothing.
    fn add(&mut self, byte: u8) {
        self.decoded.push(byte);
        if let Place::Name { is_empty } = &mut self.place {
            *is_empty = false;
        }
    }

    /// The segment or pair is complete.
    fn finish_part(&mut self) -> Result<(), BadRequest> {
        let text = self.decoded_text()?;
        match &mut self.place {
            Place::Segment => self.target.segments.push(text),
            Place::Name { is_empty: true } => {}
            Place::Name { is_empty: false } => self.target.query.push((text, String::new())),
            Place::Value { name } => self.target.query.push((std::mem::take(name), text)),
        }
        Ok(())
    }

    fn decoded_text(&mut self) -> Result<String, BadRequest> {
        let bytes = std::mem::take(&mut self.decoded);
        String::from_utf8(bytes).map_err(|_| BadRequest)
    }
}

/// The byte that two hexadecimal digits stand for.
fn from_digits(digits: [Option<u8>; 2]) -> Option<u8> {
    let [Some(high), Some(low)] = digits.map(|digit| char::from(digit?).to_digit(16)) else {
        return None;
    };
    u8::try_from(high << 4 | low).ok()
}
