//! How long a check waits for something that a right answer does at once.
//!
//! The first wait is long, so that a busy machine fails nobody. Once one has
//! run out, the exercise has failed, and the later ones are short: the learner
//! reads the first failure, and should not wait for the others.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

static LOST: AtomicBool = AtomicBool::new(false);

/// How long to wait for the next thing.
pub fn left() -> Duration {
    if LOST.load(Ordering::Relaxed) {
        Duration::from_millis(250)
    } else {
        Duration::from_secs(2)
    }
}

/// Says that a wait ran out.
pub fn lose() {
    LOST.store(true, Ordering::Relaxed);
}

/// A wait in words: `2 s`, `250 ms`.
pub fn in_words(wait: Duration) -> String {
    if wait.subsec_millis() == 0 {
        format!("{} s", wait.as_secs())
    } else {
        format!("{} ms", wait.as_millis())
    }
}
