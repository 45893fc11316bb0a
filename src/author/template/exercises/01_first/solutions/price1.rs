//! # price1: the price tag
//!
//! Euros and cents are two whole numbers with a dot between them. They are read as such: nothing
//! has to be rounded, because nothing is ever a fraction.

// For the author: the solution is shown to learners once theirs passes. Write what they can learn
// from: idiomatic, and with the reasons for what one would not guess. It must pass without a warning.

/// The text is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPrice;

/// A price in euros, such as `4.35`, in cents.
pub fn cents(text: &str) -> Result<u32, NotAPrice> {
    let (euros, cents) = match text.split_once('.') {
        Some((euros, cents)) if cents.len() == 2 => (euros, number(cents)?),
        Some(_) => return Err(NotAPrice),
        None => (text, 0),
    };
    // The checked operations give `None` where `*` and `+` would panic or wrap around.
    number(euros)?
        .checked_mul(100)
        .and_then(|whole| whole.checked_add(cents))
        .ok_or(NotAPrice)
}

/// Digits as a number. `parse` refuses an empty text and a number that is too large for its type,
/// but it takes a `+` in front, which is why the digits are looked at first.
fn number(digits: &str) -> Result<u32, NotAPrice> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAPrice);
    }
    digits.parse().map_err(|_| NotAPrice)
}
