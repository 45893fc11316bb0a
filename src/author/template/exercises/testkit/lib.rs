//! What the checks of this course share.
//!
//! For the author: put something here as soon as two checks need it, or when it is machinery that
//! would hide what a check demands. What only one check needs stays in that check, where learners
//! read it as the specification. A course without shared helpers needs no testkit at all.
//!
//! The testkit stands on the standard library and on `harness`, which comes with backlings. A module
//! that needs a crate of `[crates]` stands behind `#[cfg(feature = "NAME")]`: it is there for the
//! exercises that name the crate. Every change here means that all exercises are proven again.

use std::fmt::Debug;

use harness::fail;

pub mod program;

/// Expects `got` to be `expected`, and shows both as `{:?}` where it is not.
///
/// `what` says in the learner's words what is wrong, `given` what the learner's code was given, and
/// `why` why it matters outside of this exercise.
// `track_caller`: the failure names the line of the check, not a line in here.
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
