//! fails: one_wrong_range_spoils_the_list

/// Why no form can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 400: `Accept` breaks its grammar.
    BadRequest,
    /// 406: the client takes none of the offers.
    NotAcceptable,
}

/// How much the client likes an offer, in thousandths: 1000 is all, 0 is never.
pub fn quality(accept: &str, offer: &str) -> Result<u16, Refusal> {
    let ranges = ranges(accept).ok_or(Refusal::BadRequest)?;
    // An offer is written like a range, so the same code takes it apart.
    let (offer, _) = range(offer).ok_or(Refusal::BadRequest)?;
    let matching = ranges.iter().filter(|range| range.matches(&offer));
    let most_exact = matching.max_by_key(|range| range.exactness());
    Ok(most_exact.map_or(0, |range| range.weight))
}

/// The offer to send; `accept` is the value of the field, if the request has it. The offers stand
/// in the order in which the server prefers them.
pub fn choose<'a>(accept: Option<&str>, offers: &[&'a str]) -> Result<&'a str, Refusal> {
    let mut best = None;
    let mut highest = 0;
    for offer in offers {
        let weight = quality(accept.unwrap_or("*/*"), offer)?;
        // Greater, not equal: so the first of equal ones stays, and 0 is never chosen.
        if weight > highest {
            highest = weight;
            best = Some(*offer);
        }
    }
    best.ok_or(Refusal::NotAcceptable)
}

/// One member of `Accept`. A wildcard is `None`.
struct Range {
    kind: Option<String>,
    subtype: Option<String>,
    /// Names and values.
    parameters: Vec<(String, String)>,
    /// In thousandths.
    weight: u16,
}

impl Range {
    fn matches(&self, offer: &Range) -> bool {
        let fits = |wanted: &Option<String>, offered: &Option<String>| {
            wanted.is_none() || wanted == offered
        };
        fits(&self.kind, &offer.kind)
            && fits(&self.subtype, &offer.subtype)
            && self
                .parameters
                .iter()
                .all(|parameter| offer.parameters.contains(parameter))
    }

    /// Sorts by kind first, then by the number of parameters, as tuples do.
    fn exactness(&self) -> (bool, bool, usize) {
        let (kind, subtype) = (self.kind.is_some(), self.subtype.is_some());
        (kind, subtype, self.parameters.len())
    }
}

/// All members of a list.
fn ranges(mut rest: &str) -> Option<Vec<Range>> {
    let mut ranges = Vec::new();
    // Read from the front, not cut at commas: quoted strings may hold them.
    loop {
        rest = without_space(rest);
        if !rest.is_empty() && !rest.starts_with(',') {
            let (range, after) = range(rest)?;
            ranges.push(range);
            rest = without_space(after);
        }
        if rest.is_empty() {
            return Some(ranges);
        }
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Some(ranges),
        }
    }
}

/// The range at the beginning of a text, and what follows it.
fn range(text: &str) -> Option<(Range, &str)> {
    let (kind, rest) = token(text)?;
    let (subtype, mut rest) = token(rest.strip_prefix('/')?)?;
    if kind == "*" && subtype != "*" {
        return None;
    }
    let concrete = |token: &str| (token != "*").then(|| token.to_ascii_lowercase());
    let mut range = Range {
        kind: concrete(kind),
        subtype: concrete(subtype),
        parameters: Vec::new(),
        weight: 1000,
    };
    while let Some(after) = without_space(rest).strip_prefix(';') {
        rest = without_space(after);
        // Nothing may follow a semicolon; what is no parameter is found out by who reads on.
        let Some((name, after)) = token(rest) else {
            continue;
        };
        let name = name.to_ascii_lowercase();
        let after = after.strip_prefix('=')?;
        if name == "q" {
            let (value, after) = token(after)?;
            range.weight = weight(value)?;
            rest = after;
        } else {
            let (value, after) = value(after)?;
            range.parameters.push((name, value));
            rest = after;
        }
    }
    Some((range, rest))
}

/// The token or quoted string at the beginning of a text, without quotes, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = token(text)?;
        return Some((value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(chars.next()?),
            other => value.push(other),
        }
    }
}

/// The token at the beginning of a text, and what follows it.
fn token(text: &str) -> Option<(&str, &str)> {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let end = text.bytes().position(|byte| !is_token_byte(byte));
    // A byte that is no token byte begins a char: all before it are ASCII.
    let (token, rest) = text.split_at(end.unwrap_or(text.len()));
    (!token.is_empty()).then_some((token, rest))
}

/// A weight in thousandths. No floating point: it would take `nan`, `1e-1` and `+1` as well.
fn weight(text: &str) -> Option<u16> {
    let (whole, digits) = match text.split_once('.') {
        Some((whole, digits)) => (whole, digits),
        None => (text, ""),
    };
    let is_number = digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return None;
    }
    let thousandths: u16 = format!("{digits:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", thousandths) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

fn without_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}
