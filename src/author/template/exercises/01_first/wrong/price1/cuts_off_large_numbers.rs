//! fails: a_price_that_does_not_fit_is_refused

/// The text is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPrice;

/// A price in euros, such as `4.35`, in cents.
pub fn cents(text: &str) -> Result<u32, NotAPrice> {
    let (euros, cents) = text.split_once('.').unwrap_or((text, "00"));
    if cents.len() != 2 {
        return Err(NotAPrice);
    }
    Ok((number(euros)?
        .saturating_mul(100)
        .saturating_add(number(cents)?)) as u32)
}

fn number(digits: &str) -> Result<u64, NotAPrice> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAPrice);
    }
    digits.parse().map_err(|_| NotAPrice)
}
