//! fails: does_not_panic_after_an_error

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
    state: State,
    failed: bool,
    /// How many digits of the size have come.
    digits: usize,
    /// The size, and then how much of it is still to come.
    left: u64,
    /// How many bytes of data the chunks to come may have.
    allowed: u64,
    /// How many bytes of extensions have come.
    extensions: usize,
    trailers: Vec<u8>,
}

/// What comes next. A piece may end behind any byte, so this is all that is remembered of where in
/// the grammar we are: no line is ever collected to be looked at later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size,
    /// Spaces and tabs that a `;` must follow.
    Space,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// The first byte of a trailer line, or the CR of the empty line.
    TrailerStart,
    Trailer,
    TrailerLf,
    LastLf,
    Done,
}

impl Decoder {
    /// A decoder for a body of at most `limit` bytes.
    pub fn new(limit: u64) -> Decoder {
        Decoder {
            state: State::Size,
            failed: false,
            digits: 0,
            left: 0,
            allowed: limit,
            extensions: 0,
            trailers: Vec::new(),
        }
    }

    /// Takes the next piece, appends the data in it to `body`, and returns how many bytes of the
    /// piece belong to the body in chunks.
    pub fn feed(&mut self, piece: &[u8], body: &mut Vec<u8>) -> Result<usize, ChunkError> {
        let mut rest = piece;
        while self.state != State::Done
            && let Some((byte, after)) = rest.split_first()
        {
            if self.state == State::Data {
                // Data is taken as a whole, as much of it as has come; the rest byte by byte.
                let count = rest.len().min(self.left.try_into().unwrap_or(usize::MAX));
                let (data, after) = rest.split_at(count);
                body.extend_from_slice(data);
                self.left -= count as u64;
                if self.left == 0 {
                    self.state = State::DataCr;
                }
                rest = after;
            } else {
                assert!(!self.failed, "a body that was refused gets no more bytes");
                match self.next(*byte) {
                    Ok(state) => self.state = state,
                    Err(error) => {
                        self.failed = true;
                        return Err(error);
                    }
                }
                rest = after;
            }
        }
        Ok(piece.len() - rest.len())
    }

    /// Whether the body has ended.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The trailer lines of a body that has ended, each with its CRLF.
    pub fn trailers(&self) -> &[u8] {
        &self.trailers
    }

    /// Takes a byte that is no data, and says what comes after it. Whatever is not named here is
    /// wrong.
    fn next(&mut self, byte: u8) -> Result<State, ChunkError> {
        match (self.state, byte) {
            (State::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => self.digit(byte),
            // Until there is a digit, there is no size that could end here.
            (State::Size, _) if self.digits == 0 => Err(ChunkError::BadRequest),
            (State::Size | State::Space, b' ' | b'\t') => self.extension(State::Space),
            (State::Size | State::Space, b';') => self.extension(State::Extension),
            (State::Size | State::Extension, b'\r') => Ok(State::SizeLf),
            (State::Extension, b'\t' | b' '..=b'~' | 0x80..) => self.extension(State::Extension),
            (State::SizeLf, b'\n') => self.end_of_size(),
            (State::DataCr, b'\r') => Ok(State::DataLf),
            (State::DataLf, b'\n') => Ok(State::Size),
            (State::TrailerStart, b'\r') => Ok(State::LastLf),
            (State::LastLf, b'\n') => Ok(State::Done),
            (State::Trailer, b'\r') => self.trailer(byte, State::TrailerLf),
            (State::TrailerLf, b'\n') => self.trailer(byte, State::TrailerStart),
            (State::TrailerStart | State::Trailer, _) if !matches!(byte, b'\r' | b'\n') => {
                self.trailer(byte, State::Trailer)
            }
            _ => Err(ChunkError::BadRequest),
        }
    }

    fn digit(&mut self, byte: u8) -> Result<State, ChunkError> {
        // 16 digits are 64 bits: so none is ever pushed out at the upper end.
        if self.digits == 16 {
            return Err(ChunkError::BadRequest);
        }
        let value = char::from(byte).to_digit(16);
        self.left = self.left << 4 | u64::from(value.ok_or(ChunkError::BadRequest)?);
        self.digits += 1;
        Ok(State::Size)
    }

    /// A byte between a size and its CRLF.
    fn extension(&mut self, next: State) -> Result<State, ChunkError> {
        // Counted over the whole body: a body of chunks of one byte, each with a long extension,
        // would make us read a thousand times what it brings.
        self.extensions += 1;
        if self.extensions > MAX_EXTENSIONS {
            return Err(ChunkError::BadRequest);
        }
        Ok(next)
    }

    fn end_of_size(&mut self) -> Result<State, ChunkError> {
        // The limit is counted down: a sum of sizes could overflow, a difference cannot.
        let allowed = self.allowed.checked_sub(self.left);
        self.allowed = allowed.ok_or(ChunkError::TooLarge)?;
        self.digits = 0;
        Ok(if self.left == 0 {
            State::TrailerStart
        } else {
            State::Data
        })
    }

    /// A byte of the trailer lines.
    fn trailer(&mut self, byte: u8, next: State) -> Result<State, ChunkError> {
        if self.trailers.len() == MAX_TRAILERS {
            return Err(ChunkError::BadRequest);
        }
        self.trailers.push(byte);
        Ok(next)
    }
}
