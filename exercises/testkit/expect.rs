//! Expectations whose failures say what was given, expected and got, and why it matters.

use std::fmt::Debug;

use harness::fail;

/// Expects `got` to be `expected`.
#[track_caller]
pub fn eq<T: Debug + PartialEq + ?Sized>(
    what: &str,
    given: impl ToString,
    got: &T,
    expected: &T,
    why: &str,
) {
    if got != expected {
        fail(what)
            .given(given)
            .expected(format!("{expected:?}"))
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
}

/// Expects success and hands its value on.
#[track_caller]
pub fn ok<T, E: Debug>(what: &str, given: impl ToString, got: Result<T, E>, why: &str) -> T {
    match got {
        Ok(value) => value,
        Err(error) => fail(what)
            .given(given)
            .expected("Ok(...)")
            .got(format!("Err({error:?})"))
            .because(why)
            .raise(),
    }
}

/// Expects an error and hands it on.
#[track_caller]
pub fn err<T: Debug, E>(what: &str, given: impl ToString, got: Result<T, E>, why: &str) -> E {
    match got {
        Err(error) => error,
        Ok(value) => fail(what)
            .given(given)
            .expected("an error")
            .got(format!("Ok({value:?})"))
            .because(why)
            .raise(),
    }
}
