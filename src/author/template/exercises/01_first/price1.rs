//! # price1: the price tag
//!
//! The bakery's till reads prices from a list and counts in cents. Since the rye loaf costs 4.35,
//! each loaf sold is one cent short, and on Saturday evening nobody could say where the money was.
//!
//! Rules:
//! - A price is in euros: one or more digits, and then, if it has cents, a dot and exactly two
//!   digits. `4.35` is 435 cents, `12` is 1200 cents. Zeros in front are allowed.
//! - Digits are 0 to 9. There is nothing else in a price: no sign, no space, no exponent.
//! - What is no price is `Err(NotAPrice)`, and so is a price whose cents do not fit into a `u32`.
//! - `cents` never panics, whatever the text contains.
//!
//! What to do: find out what `cents` makes of 4.35, and why. Then make it follow the rules.

// For the author: the `//!` comment above is the exercise's brief. Its first paragraph after the
// heading (who needs what, and what goes wrong today) is shown when the learner gets here. The rules
// must decide every case that the check asks about: learners cannot guess what you meant.
//
// Below stands what the learner begins with. As `starts = "failing"` in info.toml says, it compiles
// and looks right. Remove these comments from your own exercises: learners see this file.

/// The text is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPrice;

/// A price in euros, such as `4.35`, in cents.
pub fn cents(text: &str) -> Result<u32, NotAPrice> {
    let euros: f64 = text.parse().map_err(|_| NotAPrice)?;
    Ok((euros * 100.0) as u32)
}
