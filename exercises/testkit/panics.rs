//! The learner's code called so that a panic in it becomes a failure that teaches.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::Once;

use harness::fail;

/// A panic that was caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    /// What it said.
    pub text: String,
    /// File and line, such as `exercises/00_warmup/intro3.rs:14`; empty where that is not known.
    pub place: String,
}

/// Calls `call` and hands on its value; where it panics, fails with what was
/// given and expected, where it panicked and why that matters. What a check
/// raises inside passes through.
///
/// ```
/// let given = "978-0-14-043544-8,12";
/// let why = "one bad line must not stop the shop";
/// let length = testkit::no_panic(given, "the line's length", why, || given.len());
/// assert_eq!(length, 20);
/// ```
#[track_caller]
pub fn no_panic<T>(
    given: impl ToString,
    expected: impl ToString,
    why: &str,
    call: impl FnOnce() -> T,
) -> T {
    match catch(call) {
        Ok(value) => value,
        Err(panic) => fail("the code panicked")
            .given(given)
            .expected(expected)
            .got(format!("a panic: {}", panic.text))
            .part("panicked at", panic.place)
            .because(why)
            .raise(),
    }
}

/// Calls `call` and hands back its value, or the panic that ended it. Unwinding
/// that is no panic (a check's failure) passes through, and so does a `todo!()`.
pub fn catch<T>(call: impl FnOnce() -> T) -> Result<T, Panic> {
    watch();
    PLACE.with(|place| place.take());
    panic::catch_unwind(AssertUnwindSafe(call)).map_err(|payload| match text(payload.as_ref()) {
        // A `todo!()` is not a wrong answer but none yet: the judge says so, with its place.
        Some(text) if !text.starts_with("not yet implemented") => Panic {
            text,
            place: PLACE.with(|place| place.take()),
        },
        _ => panic::resume_unwind(payload),
    })
}

thread_local! {
    /// Where the last panic on this thread was.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Notes the place of every panic from now on, and does what was done before.
fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let noted = info.location().map_or_else(String::new, shown);
            PLACE.with(|place| place.replace(noted));
            before(info);
        }));
    });
}

/// The place as the learner knows it. A check includes its subject as
/// `../NAME.rs`, so the compiler knows that file as `checks/../NAME.rs`.
fn shown(place: &Location<'_>) -> String {
    format!("{}:{}", without_detour(place.file()), place.line())
}

fn without_detour(path: &str) -> String {
    path.replace("/checks/../", "/")
        .replace("\\checks\\../", "\\")
}

fn text(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_paths_that_the_learner_can_open() {
        let unix = "exercises/00_warmup/checks/../intro3.rs";
        assert_eq!(without_detour(unix), "exercises/00_warmup/intro3.rs");
        let windows = "exercises\\00_warmup\\checks\\../intro3.rs";
        assert_eq!(without_detour(windows), "exercises\\00_warmup\\intro3.rs");
        let check = "exercises/00_warmup/checks/intro3.rs";
        assert_eq!(without_detour(check), check);
    }

    #[test]
    fn a_panic_is_caught_with_its_text_and_place() {
        let panic = catch(|| panic!("no {}", "port")).unwrap_err();
        assert_eq!(panic.text, "no port");
        assert!(panic.place.contains("panics.rs:"), "{}", panic.place);
    }
}
