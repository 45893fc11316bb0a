//! # neg1: which form the client gets

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
    let offer = range(offer).ok_or(Refusal::BadRequest)?;
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

/// All members of a list; one that is wrong makes it `None`.
fn ranges(accept: &str) -> Option<Vec<Range>> {
    let members = split_outside_quotes(accept, ',').into_iter().map(trimmed);
    members
        .filter(|member| !member.is_empty())
        .map(range)
        .collect()
}

fn range(member: &str) -> Option<Range> {
    let mut parts = split_outside_quotes(member, ';').into_iter().map(trimmed);
    let (kind, subtype) = parts.next()?.split_once('/')?;
    if !is_token(kind) || !is_token(subtype) || kind == "*" && subtype != "*" {
        return None;
    }
    let concrete = |token: &str| (token != "*").then(|| token.to_ascii_lowercase());
    let mut range = Range {
        kind: concrete(kind),
        subtype: concrete(subtype),
        parameters: Vec::new(),
        weight: 1000,
    };
    // Nothing may follow a semicolon.
    for part in parts.filter(|part| !part.is_empty()) {
        let (name, written) = part.split_once('=')?;
        if !is_token(name) {
            return None;
        }
        if name.eq_ignore_ascii_case("q") {
            range.weight = weight(written)?;
        } else {
            let name = name.to_ascii_lowercase();
            range.parameters.push((name, value(written)?));
        }
    }
    Some(range)
}

/// The value of a parameter: a token, or what a quoted string stands for.
fn value(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        return is_token(text).then(|| text.to_owned());
    };
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            // Nothing may follow the quote that ends it.
            '"' => return chars.next().is_none().then_some(value),
            '\\' => value.push(chars.next()?),
            other => value.push(other),
        }
    }
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

/// Without the spaces and tabs at both ends.
fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Whether a text is a token. It is right, and yours to use.
fn is_token(text: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// The parts of a text between these signs, as `split` gives them, but signs in quoted strings do
/// not divide. It judges nothing: quotes may stand at a wrong place, and the last one may be open.
/// It is right, too.
fn split_outside_quotes(text: &str, sign: char) -> Vec<&str> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    let divides = |char: char| {
        let divides = char == sign && !is_quoted;
        if char == '"' && !is_escaped {
            is_quoted = !is_quoted;
        }
        is_escaped = is_quoted && char == '\\' && !is_escaped;
        divides
    };
    text.split(divides).collect()
}
