//! # price1: the price tag
//!
//! A price is a row of digits, the last two of which are cents: take out the dot and count.

// For the author: an alternative is a second right answer, built as differently as you can. It proves
// that the check asks for the rules and not for your way of following them. More than one is welcome:
// call them NAME_SOMETHING.rs. Learners never see them.

/// The text is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPrice;

/// A price in euros, such as `4.35`, in cents.
pub fn cents(text: &str) -> Result<u32, NotAPrice> {
    let digits = match text.as_bytes() {
        [euros @ .., b'.', tens, ones] => [euros, &[*tens, *ones]].concat(),
        euros => [euros, b"00"].concat(),
    };
    if digits.len() < 3 {
        return Err(NotAPrice);
    }
    let sum = digits.iter().try_fold(0_u32, |sum, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(digit)
    });
    sum.ok_or(NotAPrice)
}
