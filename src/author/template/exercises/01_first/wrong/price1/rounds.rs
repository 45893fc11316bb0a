//! fails: cents_have_exactly_two_digits

// For the author: a wrong answer is what a learner may plausibly write next. It compiles, and its
// first line names the check that must catch it. Write at least three, and so that every check is
// failed by one of them or by the untouched file. Learners never see them.

/// The text is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAPrice;

/// A price in euros, such as `4.35`, in cents.
pub fn cents(text: &str) -> Result<u32, NotAPrice> {
    let euros: f64 = text.parse().map_err(|_| NotAPrice)?;
    Ok((euros * 100.0).round() as u32)
}
