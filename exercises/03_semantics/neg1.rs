//! # neg1: which form the client gets
//!
//! `/books/978014043` has a page for people, JSON for the app and plain text for the screen in the
//! shop. The screen says `text/html;q=0, */*` and gets HTML, which it cannot show. The app
//! prefers JSON and gets HTML, since the code takes the first range of the list that fits. And a
//! partner who sends `q=nan` brought the server down.
//!
//! Rules for `Accept` (RFC 9110 §12.5.1, §12.4.2, §5.6). It is a list of ranges, divided by commas;
//! between two commas, before the first and after the last there may be nothing.
//! - A range is `type/subtype`, `type/*` or `*/*`, then its parameters. Type and subtype are
//!   tokens: one or more ASCII letters, digits or bytes of ``!#$%&'*+-.^_`|~`` (`is_token`, below).
//!   A `*` in a range is a wildcard only as shown; `*/html` and `*` alone are wrong. What a `*`
//!   inside of a longer token means (`te*t`) is left open.
//! - A parameter is a semicolon and `name=value`, where the name is a token and the value a token
//!   or a quoted string. After a semicolon there may also be nothing.
//! - A quoted string is what stands between double quotes: any characters, also commas. `\` and one
//!   more stand for that one, be it a quote or a `\`. `"fixed"` is the same value as `fixed`.
//! - Spaces and tabs may stand around commas and semicolons and at both ends, nowhere else outside
//!   of quotes.
//! - A parameter with the name `q`, wherever it stands, is no parameter of the range but its
//!   weight: `0` or `1`, then perhaps a point and up to three digits, after `1.` only zeros. It is
//!   not quoted. Without it the weight is 1. Whether a range may have two is left open.
//! - Upper and lower case of types, subtypes and names (`Q`, too) are the same. The case of values
//!   is left open.
//! - A value that breaks one of these rules is a `BadRequest` (400), whatever else is in it.
//!
//! Rules for `quality`, the weight of an offer in thousandths.
//! - A range matches an offer if its type and subtype do, and the offer has all of its parameters.
//!   More parameters of the offer do no harm.
//! - Of the ranges that match, the most exact one gives the weight, and no other: `type/subtype`
//!   before `type/*` before `*/*`; among those of one kind, the one with more parameters. Where
//!   none matches, the weight is 0. (You may count on it that equally exact ones have equal
//!   weights.)
//!
//! Rules for `choose`.
//! - The offer with the highest weight is chosen; of equal ones, the first. 0 is never chosen:
//!   where all have it, the answer is `NotAcceptable` (406).
//! - Without the field, all offers are equal. What a value without any range means is left open.
//! - There is an offer, and offers are right: `type/subtype`, perhaps followed by `;name=value`,
//!   once or more; values are tokens, there is no `*`, no space, no capital letter and no name `q`.
//!
//! What to do: mend `quality` and `choose`. Two functions at the end are there for you: `is_token`
//! and `split_outside_quotes`. So `a/b;x="1,2";q=0, */*` falls into two members at its commas, and
//! the first of these into `a/b`, `x="1,2"` and `q=0` at its semicolons.

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
    for range in split_outside_quotes(accept, ',') {
        let (range, q) = range.split_once(";q=").unwrap_or((range, "1"));
        let q: f32 = q.trim().parse().unwrap();
        let kind = range.trim().trim_end_matches('*').trim_end_matches('/');
        if offer.starts_with(kind) {
            return Ok((q * 1000.0) as u16);
        }
    }
    Ok(0)
}

/// The offer to send; `accept` is the value of the field, if the request has it. The offers stand
/// in the order in which the server prefers them.
pub fn choose<'a>(accept: Option<&str>, offers: &[&'a str]) -> Result<&'a str, Refusal> {
    let mut best = (0, offers[0]);
    for offer in offers {
        let quality = quality(accept.unwrap_or("*/*"), offer)?;
        if quality >= best.0 {
            best = (quality, offer);
        }
    }
    Ok(best.1)
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
