//! A key that counts how often it is compared or hashed, so that work can be
//! judged without a clock.
//!
//! Code that is generic over its key type is called with [`Counted`] keys
//! inside [`work`]. Nested loops compare every key with every other, a hash map
//! hashes each key a few times, a sort or a `BTreeMap` compares each key with
//! about log2(n) others: [`Work::total`] at n and at 4n tells them apart.

use std::cell::Cell;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A value whose comparisons and hashes are counted on the thread that makes them.
#[derive(Debug, Clone, Copy)]
pub struct Counted<T>(pub T);

/// What was done with [`Counted`] values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Calls of `==` and `!=`.
    pub equal: u64,
    /// Calls of `cmp`, `<` and the like.
    pub order: u64,
    /// Calls of `hash`.
    pub hash: u64,
}

impl Work {
    /// All calls together.
    pub fn total(self) -> u64 {
        self.equal + self.order + self.hash
    }
}

/// Calls `call` and says what it did with [`Counted`] values on this thread.
///
/// ```
/// use testkit::counted::{Counted, work};
///
/// let (found, work) = work(|| [1, 2, 3].map(Counted).contains(&Counted(3)));
/// assert!(found);
/// assert_eq!(work.equal, 3);
/// ```
pub fn work<T>(call: impl FnOnce() -> T) -> (T, Work) {
    let before = DONE.get();
    let value = call();
    let after = DONE.get();
    let work = Work {
        equal: after.equal - before.equal,
        order: after.order - before.order,
        hash: after.hash - before.hash,
    };
    (value, work)
}

thread_local! {
    static DONE: Cell<Work> = const { Cell::new(Work { equal: 0, order: 0, hash: 0 }) };
}

fn count(one: impl FnOnce(&mut Work)) {
    let mut done = DONE.get();
    one(&mut done);
    DONE.set(done);
}

impl<T: PartialEq> PartialEq for Counted<T> {
    fn eq(&self, other: &Self) -> bool {
        count(|work| work.equal += 1);
        self.0 == other.0
    }
}

impl<T: Eq> Eq for Counted<T> {}

impl<T: Ord> PartialOrd for Counted<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> Ord for Counted<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        count(|work| work.order += 1);
        self.0.cmp(&other.0)
    }
}

impl<T: Hash> Hash for Counted<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        count(|work| work.hash += 1);
        self.0.hash(state);
    }
}
