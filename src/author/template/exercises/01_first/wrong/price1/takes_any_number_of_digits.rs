//! fails: cents_have_exactly_two_digits

/// The text is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPrice;

/// A price in euros, such as `4.35`, in cents.
pub fn cents(text: &str) -> Result<u32, NotAPrice> {
    let (euros, cents) = text.split_once('.').unwrap_or((text, "0"));
    number(euros)?
        .checked_mul(100)
        .and_then(|whole| whole.checked_add(number(cents).ok()?))
        .ok_or(NotAPrice)
}

fn number(digits: &str) -> Result<u32, NotAPrice> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAPrice);
    }
    digits.parse().map_err(|_| NotAPrice)
}
