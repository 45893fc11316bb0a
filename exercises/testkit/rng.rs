//! Random input that comes again: a seeded generator, and properties tried on many inputs.
//!
//! The generator is SplitMix64 (Steele, Lea and Flood, "Fast Splittable
//! Pseudorandom Number Generators", OOPSLA 2014; the constants are those of
//! Sebastiano Vigna's <https://prng.di.unimi.it/splitmix64.c>):
//!
//! ```
//! let mut rng = testkit::rng::Rng::new(1_234_567);
//! assert_eq!(rng.next_u64(), 6_457_827_717_110_365_317);
//! assert_eq!(rng.next_u64(), 3_203_168_211_198_807_973);
//! assert_eq!(rng.next_u64(), 9_817_491_932_198_370_423);
//! ```
//!
//! A property is a closure that makes an input, tries it and raises a failure
//! when it is wrong. [`for_all`] calls it again and again; what fails is made
//! smaller before it is shown:
//!
//! ```
//! use testkit::rng::for_all;
//!
//! for_all("reversing twice changes nothing", 100, |rng| {
//!     let given = rng.unicode(0..=12);
//!     let twice: String = given.chars().rev().collect::<Vec<_>>().into_iter().rev().collect();
//!     testkit::eq("the text came back changed", &given, &twice, &given, "a round trip");
//! });
//! ```
//!
//! What varies in number is best made with [`Rng::many`] and what stands on it
//! (texts, bytes): an example made so shrinks to the few things that matter.

use std::any::Any;
use std::env;
use std::ops::{Bound, RangeBounds};
use std::panic::{self, Location};
use std::path::Path;
use std::time::{Duration, Instant};

use harness::{Failure, fail};

use crate::panics;

/// The seed where `BACKLINGS_SEED` is not set: the same input on every run.
pub const FIXED_SEED: u64 = u64::from_be_bytes(*b"Marginal");

/// A small seeded generator. Two of the same seed give the same values for ever.
#[derive(Debug, Clone)]
pub struct Rng {
    seed: u64,
    state: u64,
    tape: Tape,
}

/// What a generator remembers, so that a failing case can be made smaller.
#[derive(Debug, Clone)]
enum Tape {
    Off,
    Record(Vec<u64>),
    Replay { draws: Vec<u64>, next: usize },
}

impl Rng {
    /// A generator with a seed of your choice.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            state: seed,
            tape: Tape::Off,
        }
    }

    /// A generator seeded with `BACKLINGS_SEED` where that is set (a number,
    /// decimal or `0x` and hexadecimal), else with [`FIXED_SEED`].
    pub fn from_env() -> Self {
        let Ok(text) = env::var("BACKLINGS_SEED") else {
            return Self::new(FIXED_SEED);
        };
        let number = match text.strip_prefix("0x") {
            Some(hexadecimal) => u64::from_str_radix(hexadecimal, 16),
            None => text.parse(),
        };
        match number {
            Ok(seed) => Self::new(seed),
            Err(_) => fail("`BACKLINGS_SEED` is not a number")
                .given(text)
                .expected("a number from 0 to 18446744073709551615, or none")
                .because("it chooses the random input of this run")
                .raise(),
        }
    }

    /// The seed it began with.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        if let Tape::Replay { draws, next } = &mut self.tape {
            let Some(draw) = draws.get(*next) else {
                panic::resume_unwind(Box::new(TapeEnded));
            };
            *next += 1;
            return *draw;
        }
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        if let Tape::Record(draws) = &mut self.tape {
            draws.push(z);
        }
        z
    }

    /// A number of any integer type: `rng.range(1..=6)`, `rng.range(..)`.
    ///
    /// # Panics
    ///
    /// When the range is empty.
    #[track_caller]
    pub fn range<T: Integer>(&mut self, range: impl RangeBounds<T>) -> T {
        let low = match range.start_bound() {
            Bound::Included(low) => low.widen(),
            Bound::Excluded(low) => low.widen() + 1,
            Bound::Unbounded => T::LOWEST.widen(),
        };
        let high = match range.end_bound() {
            Bound::Included(high) => high.widen(),
            Bound::Excluded(high) => high.widen() - 1,
            Bound::Unbounded => T::HIGHEST.widen(),
        };
        assert!(low <= high, "the range from {low} to {high} is empty");
        // Of 2^64 draws, each value gets as many as any other, give or take one.
        let count = (high - low).cast_unsigned() + 1;
        let offset = (u128::from(self.next_u64()) * count) >> 64;
        T::narrow(low + offset.cast_signed())
    }

    /// True in `part` of `whole` cases.
    ///
    /// # Panics
    ///
    /// When `whole` is 0.
    pub fn chance(&mut self, part: u32, whole: u32) -> bool {
        // The upper end, so that a draw of zero, the simplest, is a no.
        self.range(0..whole) >= whole.saturating_sub(part)
    }

    /// One of the items.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[track_caller]
    pub fn choose<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.range(0..items.len())]
    }

    /// Brings the items into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            // A draw of zero leaves the item where it is.
            items.swap(last, last - self.range(0..=last));
        }
    }

    /// As many things as the range of lengths allows, each made by `make`.
    /// What is made this way shrinks best: things can be left out one by one.
    pub fn many<T>(
        &mut self,
        length: impl RangeBounds<usize>,
        mut make: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let low = match length.start_bound() {
            Bound::Included(low) => *low,
            Bound::Excluded(low) => low + 1,
            Bound::Unbounded => 0,
        };
        let high = match length.end_bound() {
            Bound::Included(high) => *high,
            Bound::Excluded(high) => high.saturating_sub(1),
            Bound::Unbounded => low + 16,
        };
        // No length is drawn, "one more?" is asked each time: so the draws of one
        // thing can be left out without a change to what the others mean.
        let span = u32::try_from(high.saturating_sub(low)).unwrap_or(u32::MAX - 1);
        let mut things = Vec::new();
        while things.len() < high && (things.len() < low || self.chance(span, span + 1)) {
            things.push(make(self));
        }
        things
    }

    /// Random bytes.
    pub fn bytes(&mut self, length: impl RangeBounds<usize>) -> Vec<u8> {
        self.many(length, |rng| rng.range(..))
    }

    /// Text of characters from `alphabet`, the first of which counts as the simplest.
    ///
    /// # Panics
    ///
    /// When the alphabet is empty.
    #[track_caller]
    pub fn text_of(&mut self, alphabet: &str, length: impl RangeBounds<usize>) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        assert!(!alphabet.is_empty(), "the alphabet is empty");
        self.many(length, |rng| *rng.choose(&alphabet))
            .into_iter()
            .collect()
    }

    /// Small letters `a` to `z`.
    pub fn word(&mut self, length: impl RangeBounds<usize>) -> String {
        self.text_of("abcdefghijklmnopqrstuvwxyz", length)
    }

    /// Printable ASCII, the space included (U+0020 to U+007E).
    pub fn ascii(&mut self, length: impl RangeBounds<usize>) -> String {
        let letters = ('a'..='z').chain(' '..='`').chain('{'..='~');
        self.text_of(&letters.collect::<String>(), length)
    }

    /// Text that breaks what takes a byte for a character: characters of one to
    /// four bytes, some that combine, some written from right to left, some
    /// whose length changes with their case. `length` counts characters.
    pub fn unicode(&mut self, length: impl RangeBounds<usize>) -> String {
        self.text_of("abz A09éßİǅж本日א\u{301}\u{200d}\u{feff}🦀📚👩", length)
    }

    /// The bytes cut into pieces, none of them empty: what a socket may deliver.
    pub fn pieces<'a>(&mut self, mut bytes: &'a [u8]) -> Vec<&'a [u8]> {
        let mut pieces = Vec::new();
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(bytes.len() - self.range(0..bytes.len()));
            pieces.push(piece);
            bytes = rest;
        }
        pieces
    }
}

/// Integers that [`Rng::range`] can make.
pub trait Integer: Copy {
    /// The type's smallest value.
    const LOWEST: Self;
    /// The type's largest value.
    const HIGHEST: Self;
    /// Into the type in which ranges are counted.
    fn widen(self) -> i128;
    /// Back from it.
    fn narrow(wide: i128) -> Self;
}

macro_rules! integers {
    ($($name:ident)*) => {$(
        impl Integer for $name {
            const LOWEST: Self = Self::MIN;
            const HIGHEST: Self = Self::MAX;
            fn widen(self) -> i128 {
                self as i128
            }
            fn narrow(wide: i128) -> Self {
                wide as Self
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

/// Tries `property` on `cases` inputs, each made from a generator of its own.
///
/// A property that raises a failure or panics ends the check. Before that its
/// input is made smaller while it keeps failing, and the failure gets a part
/// that names the seed of the case and the command that repeats it: with
/// `BACKLINGS_SEED` set to the seed, that case is the first one tried.
///
/// Making smaller repeats the property on fewer and lower draws, a few hundred
/// times, or not at all where one try takes long. It changes the example that
/// is shown, never the verdict.
#[track_caller]
pub fn for_all(name: &str, cases: usize, mut property: impl FnMut(&mut Rng)) {
    let exercise = exercise(Location::caller().file());
    let mut seeds = Rng::from_env();
    let mut seed = seeds.seed();
    for case in 1..=cases {
        let begun = Instant::now();
        let mut rng = Rng {
            tape: Tape::Record(Vec::new()),
            ..Rng::new(seed)
        };
        if let Some(found) = attempt(&mut property, &mut rng) {
            let Tape::Record(draws) = rng.tape else {
                unreachable!("it was recording")
            };
            let left = LONGEST_SHRINK.saturating_sub(begun.elapsed());
            let mut search = Search {
                property,
                draws,
                found,
                tries: 3_000,
                until: begun + left,
            };
            search.run();
            let failure = match search.found {
                Found::Failure(failure) => failure,
                Found::Panic(panic) => fail(format!("the code panicked: {}", panic.text))
                    .part("panicked at", panic.place)
                    .because(format!("{name}, whatever the input")),
            };
            failure
                .part(
                    "seed",
                    format!(
                        "case {case} of {cases}; to try it first:\n\
                         BACKLINGS_SEED={seed} backlings run {exercise}"
                    ),
                )
                .raise();
        }
        seed = seeds.next_u64();
    }
}

/// The exercise whose check is this file: `algo1` for `.../checks/algo1.rs`.
fn exercise(check: &str) -> &str {
    let path = Path::new(check);
    let is_check = path
        .parent()
        .is_some_and(|parent| parent.ends_with("checks"));
    let name = path.file_stem().and_then(|stem| stem.to_str());
    name.filter(|_| is_check).unwrap_or("NAME")
}

const LONGEST_SHRINK: Duration = Duration::from_millis(400);

/// Unwinds where the tape has ended: the case was cut too short to be one.
struct TapeEnded;

/// How a property failed.
enum Found {
    Failure(Failure),
    Panic(panics::Panic),
}

fn attempt(property: &mut impl FnMut(&mut Rng), rng: &mut Rng) -> Option<Found> {
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        panics::catch(|| property(rng)).err().map(Found::Panic)
    }));
    outcome.unwrap_or_else(
        |payload: Box<dyn Any + Send>| match payload.downcast::<Failure>() {
            Ok(failure) => Some(Found::Failure(*failure)),
            Err(payload) if payload.is::<TapeEnded>() => None,
            Err(payload) => panic::resume_unwind(payload),
        },
    )
}

/// The search for a smaller input that fails too: the draws from which an input
/// was made are left out and lowered, and the property makes of them what it does.
struct Search<P> {
    property: P,
    draws: Vec<u64>,
    found: Found,
    tries: u32,
    until: Instant,
}

impl<P: FnMut(&mut Rng)> Search<P> {
    fn run(&mut self) {
        loop {
            let before = self.draws.clone();
            self.leave_out();
            self.lower();
            if self.draws == before || self.is_over() {
                return;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.tries == 0 || Instant::now() >= self.until
    }

    fn leave_out(&mut self) {
        for size in (1..=16).rev() {
            let mut end = self.draws.len();
            while end >= size {
                let mut fewer = self.draws.clone();
                fewer.drain(end - size..end);
                end -= if self.still_fails(fewer) { size } else { 1 };
                end = end.min(self.draws.len());
            }
        }
    }

    fn lower(&mut self) {
        let mut at = 0;
        while at < self.draws.len() {
            let (mut passes, mut fails) = (0, self.draws[at]);
            if fails > 0 && !self.with(at, 0) {
                for _ in 0..12 {
                    let middle = passes + (fails - passes) / 2;
                    if at >= self.draws.len() || middle == passes {
                        break;
                    }
                    if self.with(at, middle) {
                        fails = middle;
                    } else {
                        passes = middle;
                    }
                }
            }
            at += 1;
        }
    }

    fn with(&mut self, at: usize, draw: u64) -> bool {
        let mut lower = self.draws.clone();
        lower[at] = draw;
        self.still_fails(lower)
    }

    /// Whether the property fails on these draws too; then they are the best so far.
    fn still_fails(&mut self, draws: Vec<u64>) -> bool {
        if self.is_over() {
            return false;
        }
        self.tries -= 1;
        let mut rng = Rng {
            tape: Tape::Replay { draws, next: 0 },
            ..Rng::new(0)
        };
        let Some(found) = attempt(&mut self.property, &mut rng) else {
            return false;
        };
        if let Tape::Replay { mut draws, next } = rng.tape {
            draws.truncate(next);
            self.draws = draws;
            self.found = found;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn gives_the_known_answers() {
        let mut rng = Rng::new(0);
        assert_eq!(
            [rng.next_u64(), rng.next_u64()],
            [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]
        );
    }

    #[test]
    fn ranges_reach_both_ends_and_no_further() {
        let mut rng = Rng::new(7);
        let mut seen = [false; 6];
        (0..1_000).for_each(|_| seen[rng.range(0..6)] = true);
        assert_eq!(seen, [true; 6]);
        assert_eq!(rng.range(-3..=-3), -3);
        assert!((0..1_000).all(|_| (i64::MAX - 1..).contains(&rng.range(i64::MAX - 1..))));
        let wide: Vec<u64> = (0..100).map(|_| rng.range(..)).collect();
        assert!(wide.iter().any(|wide| *wide > u64::MAX / 2));
    }

    #[test]
    fn lengths_reach_both_ends() {
        let mut rng = Rng::new(7);
        let lengths: Vec<usize> = (0..1_000).map(|_| rng.ascii(2..=9).len()).collect();
        assert_eq!(
            (lengths.iter().min(), lengths.iter().max()),
            (Some(&2), Some(&9))
        );
    }

    #[test]
    fn pieces_and_shuffles_lose_nothing() {
        let mut rng = Rng::new(7);
        let bytes = rng.bytes(100..=100);
        let pieces = rng.pieces(&bytes);
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| !piece.is_empty()));
        assert_eq!(pieces.concat(), bytes);
        let mut shuffled: Vec<usize> = (0..50).collect();
        rng.shuffle(&mut shuffled);
        assert!(!shuffled.is_sorted());
        shuffled.sort_unstable();
        assert!(shuffled.into_iter().eq(0..50));
    }

    #[test]
    fn shows_the_smallest_failing_case_and_its_seed() {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            for_all("no list holds 100 or more", 500, |rng| {
                let list = rng.many(0..=20, |rng| rng.range(0..200));
                if list.iter().any(|number| *number >= 100) {
                    fail("too large").given(format!("{list:?}")).raise();
                }
            });
        }));
        let failure = *outcome
            .unwrap_err()
            .downcast::<Failure>()
            .expect("a failure");
        let text = format!("{failure:?}");
        assert!(text.contains("(\"given\", \"[100]\")"), "{text}");
        assert!(text.contains("BACKLINGS_SEED="), "{text}");
        assert!(text.contains("backlings run NAME"), "{text}");
    }

    #[test]
    fn names_the_exercise_of_a_check() {
        assert_eq!(exercise("exercises/00_warmup/checks/algo1.rs"), "algo1");
        assert_eq!(exercise("exercises/testkit/rng.rs"), "NAME");
        assert_eq!(exercise(""), "NAME");
    }

    #[test]
    fn turns_a_panic_into_a_failure() {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            for_all("indexing works", 50, |rng| {
                let index: usize = rng.range(..);
                let _ = [1, 2, 3][index];
            });
        }));
        let failure = *outcome
            .unwrap_err()
            .downcast::<Failure>()
            .expect("a failure");
        let text = format!("{failure:?}");
        assert!(text.contains("index is 3"), "{text}");
        assert!(text.contains("rng.rs:"), "{text}");
    }
}
