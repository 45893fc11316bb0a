//! fails: a_broken_list_matches_nothing

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
    let is_read = ["GET", "HEAD"].contains(&method);
    let changed = current.and_then(|current| current.last_modified);
    let may_go_on = match (conditions.if_match, conditions.if_unmodified_since) {
        (Some(value), _) => names(value, current, false),
        (None, Some(time)) => changed.is_none_or(|changed| changed <= time),
        (None, None) => true,
    };
    if !may_go_on {
        return Decision::PreconditionFailed;
    }
    let is_there = match (conditions.if_none_match, conditions.if_modified_since) {
        (Some(value), _) => names(value, current, true),
        (None, Some(time)) => is_read && changed.is_some_and(|changed| changed <= time),
        (None, None) => false,
    };
    if !is_there {
        Decision::Perform
    } else if is_read {
        Decision::NotModified
    } else {
        Decision::PreconditionFailed
    }
}

/// Where one is in a list of entity tags.
#[derive(Clone, Copy)]
enum Place {
    /// Where a tag may begin; spaces and commas may come, too.
    Before,
    /// After a W, after its slash.
    W,
    Slash,
    /// Inside of a tag that began there, at its opening quote.
    Inside {
        from: usize,
        is_weak: bool,
    },
    /// After a tag: only spaces may come until the comma.
    After,
}

/// Whether the value of a field names what is there now; it may be weak, too, or may not.
fn names(value: &[u8], current: Option<&Current>, weak_too: bool) -> bool {
    let Some(current) = current else {
        return false;
    };
    if value == b"*" {
        return true;
    }
    let Some(etag) = current.etag else {
        return false;
    };
    let own = etag.strip_prefix(b"W/").unwrap_or(etag);
    let own_is_weak = own.len() != etag.len();
    let mut place = Place::Before;
    for (at, byte) in value.iter().enumerate() {
        place = match (place, byte) {
            (Place::Before, b' ' | b'\t' | b',') => Place::Before,
            (Place::Before, b'W') => Place::W,
            (Place::W, b'/') => Place::Slash,
            (Place::Before, b'"') => Place::Inside {
                from: at,
                is_weak: false,
            },
            (Place::Slash, b'"') => Place::Inside {
                from: at,
                is_weak: true,
            },
            (Place::Inside { from, is_weak }, b'"') => {
                let is_fit = weak_too || !is_weak && !own_is_weak;
                if is_fit && value[from..=at] == *own {
                    return true;
                }
                Place::After
            }
            (Place::Inside { .. }, b'!'..=b'~' | 0x80..) => place,
            (Place::After, b' ' | b'\t') => Place::After,
            (Place::After, b',') => Place::Before,
            _ => return false,
        };
    }
    false
}

/// The 304 that is sent in place of a 200.
pub fn not_modified(mut full: Response) -> Response {
    full.status = 304;
    full.body.clear();
    full.fields
        .retain(|(name, _)| match name.to_ascii_lowercase().as_str() {
            "content-encoding" | "content-language" | "content-length" | "content-type" => false,
            _ => true,
        });
    full
}
