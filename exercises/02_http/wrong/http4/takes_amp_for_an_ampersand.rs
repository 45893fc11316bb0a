//! fails: takes_path_and_query_apart

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

impl Target {
    /// Takes the target of a request line apart.
    pub fn parse(target: &str) -> Result<Target, BadRequest> {
        let is_allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
        if !target.bytes().all(is_allowed) {
            return Err(BadRequest);
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        // Without its first slash, `split` gives the segments and nothing before them.
        let path = path.strip_prefix('/').ok_or(BadRequest)?;
        // Cut first: a slash that is decoded later divides nothing any more.
        let segments = path.split('/').map(decode);
        let query = query.replace("&amp;", "&");
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(pair);
        // A list of results becomes the result of a list: the first error ends it.
        Ok(Target {
            segments: segments.collect::<Result<_, _>>()?,
            query: pairs.collect::<Result<_, _>>()?,
        })
    }
}

/// Name and value of one pair.
fn pair(text: &str) -> Result<(String, String), BadRequest> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    // Before decoding: afterwards nobody could tell a `+` from what was `%2B`.
    let part = |text: &str| decode(&text.replace('+', " "));
    Ok((part(name)?, part(value)?))
}

/// The text with all that is percent-encoded in it decoded.
fn decode(text: &str) -> Result<String, BadRequest> {
    // Bytes, not chars: `é` is two of them, %C3%A9, and only together they mean something.
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [b'%', high, low, after @ ..] => {
                decoded.push(16 * hex(*high)? + hex(*low)?);
                after
            }
            // The end came before two digits did.
            [b'%', ..] => return Err(BadRequest),
            [byte, after @ ..] => {
                decoded.push(*byte);
                after
            }
            [] => return String::from_utf8(decoded).map_err(|_| BadRequest),
        }
    }
}

/// The value of one hexadecimal digit. (`from_str_radix` would take `+5` for two of them.)
fn hex(digit: u8) -> Result<u8, BadRequest> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(BadRequest),
    }
}
