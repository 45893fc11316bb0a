//! What price1 is checked for. Read it as the specification; edits here are undone.

// For the author: a check is a program that backlings compiles together with the learner's file and
// runs on every save. Learners can read it in their workspace. It lists its checks in the order in
// which a learner should meet them: the first that fails is shown in full, the others by name.
//
// Checks run one after another, in one process. Its current directory is empty, is also TMPDIR, and
// is removed afterwards: write there and nowhere else. All checks together have 10 seconds (or
// `time_limit`), 2 GiB of memory, 8 MiB of output and 256 MiB for a file. An endless loop or a crash
// is told with the name of the check it happened in.

// A `module` exercise: the check includes the learner's file like this.
#[path = "../price1.rs"]
mod price1;

use harness::{checks, fail, run};
use price1::{NotAPrice, cents};
use testkit::eq;

/// Real prices, with the cents that they are. From `checks/`, the way to the fixtures is this one.
const PRICES: &str = include_str!("../fixtures/price1/prices.txt");

// Four checks or more. A name is a sentence that is true of a right answer.
fn main() {
    run(checks![
        reads_every_price_of_the_list,
        cents_have_exactly_two_digits,
        what_is_no_price_is_refused,
        a_price_that_does_not_fit_is_refused,
    ]);
}

// A check that returns has passed, one that panics has failed; a panic in the learner's code is shown
// with its words and its place. A failure that teaches is made with `fail` of the harness (at the end
// of this file) or with a helper that calls it, such as `eq` of the testkit: what is wrong, what was
// given, expected and got, and why it matters outside of this exercise. `.part(LABEL, TEXT)` adds
// anything else. Never compare more than the rules of the brief decide.
fn reads_every_price_of_the_list() {
    let lines = PRICES.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let mut words = line.split_whitespace();
        let (Some(price), Some(Ok(right))) = (words.next(), words.next().map(str::parse)) else {
            panic!("prices.txt has a line that is not `PRICE CENTS NAME`: {line:?}");
        };
        eq(
            "a price of the list was not read correctly",
            quoted(price),
            &cents(price),
            &Ok(right),
            "an f64 has no exact 4.35: money is counted in whole cents, from the first step on",
        );
    }
}

fn cents_have_exactly_two_digits() {
    for text in ["4.5", "4.", "4.350", "4.355", "0.0", "4.05000"] {
        expect_refusal(
            "cents that are not two digits were taken for some",
            text,
            "a lost digit makes 4.50 of 4.05, and the other way round: refuse what can be read in two ways",
        );
    }
}

// This is the place for input that means harm, and for what the usual functions let through.
fn what_is_no_price_is_refused() {
    for (text, why) in [
        ("", "a price that is missing is not 0"),
        (".", "a price that is missing is not 0"),
        (
            ".50",
            "a price has a digit before the dot: without it, a digit may have been lost",
        ),
        ("-4.35", "a negative price pays the customer"),
        ("+4.35", "`parse` takes a `+` in front of a number"),
        ("4.+5", "`parse` takes a `+` here, too: this would be 4.05"),
        ("4.-5", "`parse` takes a sign, and what follows it is cents"),
        ("NaN", "`parse::<f64>` takes NaN, and `as` makes 0 of it"),
        ("inf", "`parse::<f64>` takes it, and it buys the bakery"),
        (
            "1e3",
            "`parse::<f64>` takes an exponent: this would be 1000.00",
        ),
        ("4,35", "another notation is a mistake to report"),
        ("4.35.10", "a price has one dot at most"),
        ("4.3a", "what follows the dot is two digits"),
        ("4a.35", "what comes before the dot is digits"),
        (
            " 4.35",
            "the rules allow no space, and a parser that trims hides broken input",
        ),
        (
            "4.35\n",
            "the rules allow no line end, and a parser that trims hides broken input",
        ),
        (
            "٤.٣٥",
            "digits are 0 to 9, and `char::is_numeric` is true of those of any script",
        ),
        ("4.é", "`é` is two bytes long and no digit"),
    ] {
        expect_refusal("a text that is no price was taken for one", text, why);
    }
}

fn a_price_that_does_not_fit_is_refused() {
    let largest = "42949672.95";
    eq(
        "the largest price was not read correctly",
        quoted(largest),
        &cents(largest),
        &Ok(u32::MAX),
        "a limit that is too low refuses what the rules allow",
    );
    for text in [
        "42949672.96",
        "42949673",
        "42949673.00",
        "4294967296",
        "99999999999999999999999999.00",
    ] {
        expect_refusal(
            "a price whose cents do not fit into a u32 was not refused",
            text,
            "arithmetic that wraps around or saturates makes another price of it: too much, or nothing",
        );
    }
}

#[track_caller]
fn expect_refusal(what: &str, text: &str, why: &str) {
    if let Ok(cents) = cents(text) {
        fail(what)
            .given(quoted(text))
            .expected(format!("Err({NotAPrice:?})"))
            .got(format!("Ok({cents})"))
            .because(why)
            .raise();
    }
}

/// The text as a call, so that spaces and line ends are seen.
fn quoted(text: &str) -> String {
    format!("cents({text:?})")
}
