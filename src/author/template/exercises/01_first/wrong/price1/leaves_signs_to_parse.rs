//! fails: what_is_no_price_is_refused

/// The text is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPrice;

/// A price in euros, such as `4.35`, in cents.
pub fn cents(text: &str) -> Result<u32, NotAPrice> {
    let (euros, cents) = text.split_once('.').unwrap_or((text, "00"));
    if cents.len() != 2 {
        return Err(NotAPrice);
    }
    let euros: u32 = euros.parse().map_err(|_| NotAPrice)?;
    let cents: u32 = cents.parse().map_err(|_| NotAPrice)?;
    euros
        .checked_mul(100)
        .and_then(|whole| whole.checked_add(cents))
        .ok_or(NotAPrice)
}
