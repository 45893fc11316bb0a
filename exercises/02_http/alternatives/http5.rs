//! # http5: a body in chunks, line by line

/// The most bytes of extensions that one body may have.
pub const MAX_EXTENSIONS: usize = 4096;
/// The most bytes of trailer lines that one body may have.
pub const MAX_TRAILERS: usize = 8192;

/// Why a body is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkError {
    /// 400: it is not a body in chunks.
    BadRequest,
    /// 413: it is longer than we take.
    TooLarge,
}

/// Takes the data out of a body in chunks.
#[derive(Debug)]
pub struct Decoder {
    limit: u64,
    decoded: u64,
    extensions: usize,
    trailers: Vec<u8>,
    /// The line that has begun and not ended yet.
    line: Vec<u8>,
    part: Part,
}

/// What is being read.
#[derive(Debug)]
enum Part {
    Size,
    Data {
        left: u64,
    },
    /// The line behind data, which must be empty.
    DataEnd,
    Trailers,
    Done,
}

impl Decoder {
    /// A decoder for a body of at most `limit` bytes.
    pub fn new(limit: u64) -> Decoder {
        Decoder {
            limit,
            decoded: 0,
            extensions: 0,
            trailers: Vec::new(),
            line: Vec::new(),
            part: Part::Size,
        }
    }

    /// Takes the next piece, appends the data in it to `body`, and returns how many bytes of the
    /// piece belong to the body in chunks.
    pub fn feed(&mut self, piece: &[u8], body: &mut Vec<u8>) -> Result<usize, ChunkError> {
        let mut used = 0;
        while used < piece.len() {
            let rest = &piece[used..];
            used += match self.part {
                Part::Done => break,
                Part::Data { left } => {
                    let count = left.min(rest.len() as u64);
                    let data = &rest[..count as usize];
                    body.extend_from_slice(data);
                    self.part = match left - count {
                        0 => Part::DataEnd,
                        left => Part::Data { left },
                    };
                    data.len()
                }
                Part::Size | Part::DataEnd | Part::Trailers => self.read_line(rest)?,
            };
        }
        Ok(used)
    }

    /// Whether the body has ended.
    pub fn is_done(&self) -> bool {
        matches!(self.part, Part::Done)
    }

    /// The trailer lines of a body that has ended, each with its CRLF.
    pub fn trailers(&self) -> &[u8] {
        &self.trailers
    }

    /// Collects a line, and looks at it when it has ended.
    fn read_line(&mut self, rest: &[u8]) -> Result<usize, ChunkError> {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let count = end.map_or(rest.len(), |end| end + 1);
        self.line.extend_from_slice(&rest[..count]);
        let longest = match self.part {
            Part::Size => 16 + MAX_EXTENSIONS - self.extensions + 2,
            Part::Trailers => (MAX_TRAILERS - self.trailers.len()).max(2),
            _ => 2,
        };
        let follows_data = matches!(self.part, Part::DataEnd);
        if self.line.len() > longest || follows_data && !b"\r\n".starts_with(&self.line) {
            return Err(ChunkError::BadRequest);
        }
        if end.is_some() {
            let line = std::mem::take(&mut self.line);
            let line = line.strip_suffix(b"\r\n").ok_or(ChunkError::BadRequest)?;
            if line.contains(&b'\r') {
                return Err(ChunkError::BadRequest);
            }
            self.end_line(line)?;
        }
        Ok(count)
    }

    fn end_line(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        match self.part {
            Part::Size => self.size(line),
            Part::Trailers if line.is_empty() => {
                self.part = Part::Done;
                Ok(())
            }
            Part::Trailers => {
                self.trailers.extend_from_slice(line);
                self.trailers.extend_from_slice(b"\r\n");
                Ok(())
            }
            _ if line.is_empty() => {
                self.part = Part::Size;
                Ok(())
            }
            _ => Err(ChunkError::BadRequest),
        }
    }

    fn size(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        let is_digit = |byte: &&u8| byte.is_ascii_hexdigit();
        let (digits, extensions) = line.split_at(line.iter().take_while(is_digit).count());
        if digits.is_empty() || digits.len() > 16 {
            return Err(ChunkError::BadRequest);
        }
        let is_wrong = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
        let first = extensions.iter().find(|byte| !b" \t".contains(byte));
        let begins_well = extensions.is_empty() || first == Some(&b';');
        self.extensions += extensions.len();
        if !begins_well || extensions.iter().any(is_wrong) || self.extensions > MAX_EXTENSIONS {
            return Err(ChunkError::BadRequest);
        }
        let digits = str::from_utf8(digits).map_err(|_| ChunkError::BadRequest)?;
        let size = u64::from_str_radix(digits, 16).map_err(|_| ChunkError::BadRequest)?;
        let decoded = self.decoded.checked_add(size);
        self.decoded = decoded
            .filter(|decoded| *decoded <= self.limit)
            .ok_or(ChunkError::TooLarge)?;
        self.part = match size {
            0 => Part::Trailers,
            left => Part::Data { left },
        };
        Ok(())
    }
}
