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
    Ok(weight_of(offer, &sorted_ranges(accept)?))
}

/// The offer to send; `accept` is the value of the field, if the request has it. The offers stand
/// in the order in which the server prefers them.
pub fn choose<'a>(accept: Option<&str>, offers: &[&'a str]) -> Result<&'a str, Refusal> {
    let ranges = sorted_ranges(accept.unwrap_or("*/*"))?;
    let weighed = offers
        .iter()
        .map(|offer| (weight_of(offer, &ranges), *offer));
    let accepted = weighed.filter(|(weight, _)| *weight > 0);
    // Of equal ones `max_by_key` takes the last: so look from the end.
    let best = accepted.rev().max_by_key(|(weight, _)| *weight);
    best.map(|(_, offer)| offer).ok_or(Refusal::NotAcceptable)
}

/// The weight that the first range that matches gives.
fn weight_of(offer: &str, ranges: &[Range]) -> u16 {
    let mut parts = offer.split(';');
    let name = parts.next().unwrap_or_default();
    let parameters: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).collect();
    let kind = name.split('/').next();
    let is_named = |range: &Range| match range.name.strip_suffix("/*") {
        Some("*") => true,
        wanted @ Some(_) => wanted == kind,
        None => range.name == name,
    };
    let fits = |range: &&Range| {
        let mut wanted = range.parameters.iter();
        is_named(range) && wanted.all(|(name, value)| parameters.contains(&(name, value)))
    };
    ranges.iter().find(fits).map_or(0, |range| range.weight)
}

struct Range {
    /// `text/html`, `text/*` or `*/*`, in small letters.
    name: String,
    parameters: Vec<(String, String)>,
    weight: u16,
}

/// The ranges of a list, the most exact ones first.
fn sorted_ranges(accept: &str) -> Result<Vec<Range>, Refusal> {
    let parts = parts(accept).ok_or(Refusal::BadRequest)?;
    let members = parts.split(|part| *part == Part::Sign(','));
    let members = members.map(trimmed).filter(|member| !member.is_empty());
    let mut ranges: Vec<Range> = members.filter_map(range).collect();
    ranges.sort_by_key(|range| {
        let stars = range.name.split('/').filter(|part| *part == "*").count();
        (stars, usize::MAX - range.parameters.len())
    });
    Ok(ranges)
}

/// What a value is made of.
#[derive(PartialEq)]
enum Part {
    Token(String),
    Quoted(String),
    Sign(char),
    /// Spaces and tabs.
    Space,
}

fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(first) = chars.next() {
        parts.push(match first {
            ' ' | '\t' => {
                while chars.next_if(|next| matches!(next, ' ' | '\t')).is_some() {}
                Part::Space
            }
            ',' | ';' | '=' | '/' => Part::Sign(first),
            '"' => {
                let mut value = String::new();
                loop {
                    match chars.next()? {
                        '"' => break Part::Quoted(value),
                        '\\' => value.push(chars.next()?),
                        other => value.push(other),
                    }
                }
            }
            first if is_token_char(first) => {
                let mut token = String::from(first);
                while let Some(next) = chars.next_if(|next| is_token_char(*next)) {
                    token.push(next);
                }
                Part::Token(token)
            }
            _ => return None,
        });
    }
    Some(parts)
}

fn is_token_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(char)
}

/// The parts without the space at both ends.
fn trimmed(mut parts: &[Part]) -> &[Part] {
    while let [Part::Space, rest @ ..] | [rest @ .., Part::Space] = parts {
        parts = rest;
    }
    parts
}

/// The range that a member is.
fn range(member: &[Part]) -> Option<Range> {
    let mut pieces = member.split(|part| *part == Part::Sign(';')).map(trimmed);
    let [Part::Token(kind), Part::Sign('/'), Part::Token(subtype)] = pieces.next()? else {
        return None;
    };
    if kind == "*" && subtype != "*" {
        return None;
    }
    let mut range = Range {
        name: format!("{kind}/{subtype}").to_ascii_lowercase(),
        parameters: Vec::new(),
        weight: 1000,
    };
    for piece in pieces {
        match piece {
            [] => {}
            [Part::Token(q), Part::Sign('='), Part::Token(value)]
                if q.eq_ignore_ascii_case("q") =>
            {
                range.weight = weight(value.as_bytes())?;
            }
            [
                Part::Token(name),
                Part::Sign('='),
                Part::Token(value) | Part::Quoted(value),
            ] if !name.eq_ignore_ascii_case("q") => {
                let name = name.to_ascii_lowercase();
                range.parameters.push((name, value.clone()));
            }
            _ => return None,
        }
    }
    Some(range)
}

/// A weight in thousandths.
fn weight(text: &[u8]) -> Option<u16> {
    let (whole, digits) = match text {
        [whole] => (whole, &[][..]),
        [whole, b'.', digits @ ..] if digits.len() <= 3 => (whole, digits),
        _ => return None,
    };
    let mut weight = match whole {
        b'0' => 0,
        b'1' => 1000,
        _ => return None,
    };
    for (digit, worth) in digits.iter().zip([100, 10, 1]) {
        match digit {
            b'0'..=b'9' => weight += u16::from(digit - b'0') * worth,
            _ => return None,
        }
    }
    (weight <= 1000).then_some(weight)
}
