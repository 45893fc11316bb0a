//! A clock that moves only when the check says so, so that code which waits, expires
//! or retries is judged without waiting and without luck.
//!
//! The learner's code needs nothing of this module. It takes the time as a value:
//!
//! ```
//! use std::time::Duration;
//! use testkit::clock::Clock;
//!
//! // What a learner writes: generic over how to tell the time.
//! struct Cache<N> {
//!     now: N,
//!     kept_until: Duration,
//! }
//!
//! impl<N: Fn() -> Duration> Cache<N> {
//!     fn is_fresh(&self) -> bool {
//!         (self.now)() < self.kept_until
//!     }
//! }
//!
//! let clock = Clock::new();
//! let cache = Cache { now: clock.now_fn(), kept_until: Duration::from_secs(60) };
//! assert!(cache.is_fresh());
//! clock.advance(Duration::from_secs(60));
//! assert!(!cache.is_fresh());
//! ```
//!
//! Where the exercise has a trait of its own, the check implements it for [`Clock`];
//! inherent methods come first, so that the calls below do not call themselves:
//!
//! ```
//! # mod subject {
//! #     use std::time::Duration;
//! #     pub trait Timer { fn now(&self) -> Duration; fn sleep(&self, time: Duration); }
//! # }
//! use std::time::Duration;
//! use testkit::clock::Clock;
//!
//! impl subject::Timer for Clock {
//!     fn now(&self) -> Duration {
//!         self.now()
//!     }
//!     fn sleep(&self, time: Duration) {
//!         self.sleep(time);
//!     }
//! }
//! ```
//!
//! # Which clock
//!
//! - [`Clock::skipping`] for code on one thread, such as a retry: a sleep returns at once
//!   and the clock has moved by as much. [`Clock::sleeps`] says what was asked for.
//! - [`Clock::new`] for code on other threads: a sleep lasts until the check has moved the
//!   clock far enough. Wait for the sleepers first ([`Clock::wait_for_sleepers`]), then
//!   move it: `advance` before a thread sleeps and after are different things.
//!
//! ```
//! # use std::{thread, time::Duration};
//! # use testkit::clock::Clock;
//! let clock = Clock::new();
//! thread::scope(|scope| {
//!     let _end = clock.end_on_drop(); // a check that fails here waits for nobody
//!     let sleep = clock.sleep_fn();
//!     let worker = scope.spawn(move || sleep(Duration::from_secs(3600)));
//!     clock.wait_for_sleepers(1, "the worker pauses for an hour");
//!     clock.advance(Duration::from_secs(3600));
//!     worker.join().unwrap();
//! });
//! ```

use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use harness::{Failure, fail};

use crate::patience;

/// A virtual clock. Its clones are handles to the same clock, for other threads.
#[derive(Debug, Clone)]
pub struct Clock {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// What [`Clock::instant`] counts from: an `Instant` cannot be made out of nothing.
    origin: Instant,
    skips: bool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    now: Duration,
    ended: bool,
    /// The deadlines of those who sleep, with a number for each.
    sleeping: Vec<(Duration, u64)>,
    /// Those who may return, but have not yet.
    waking: Vec<u64>,
    next_number: u64,
    /// How long each sleep asked for, in the order of asking.
    asked: Vec<Duration>,
}

impl State {
    fn earliest(&self) -> Option<Duration> {
        self.sleeping.iter().map(|(deadline, _)| *deadline).min()
    }

    /// Takes the sleeper out whose turn it is: the earliest deadline, then who came first.
    fn pop_due(&mut self) -> Option<u64> {
        let due = self.sleeping.iter().enumerate();
        let (index, _) = due
            .filter(|(_, (deadline, _))| *deadline <= self.now)
            .min_by_key(|(_, sleeper)| **sleeper)?;
        Some(self.sleeping.remove(index).1)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock {
    /// A clock that stands at zero and moves by [`Clock::advance`] alone.
    pub fn new() -> Self {
        Self::make(Duration::ZERO, false)
    }

    /// A clock at zero on which a sleep returns at once and moves the clock by its length.
    pub fn skipping() -> Self {
        Self::make(Duration::ZERO, true)
    }

    /// The same kind of clock, but standing at `now`: for code that subtracts from the
    /// time and would go below zero, or that takes it for time since 1970.
    #[must_use = "the clock it is called on stays as it is"]
    pub fn starting_at(self, now: Duration) -> Self {
        Self::make(now, self.shared.skips)
    }

    fn make(now: Duration, skips: bool) -> Self {
        let state = State {
            now,
            ..State::default()
        };
        Self {
            shared: Arc::new(Shared {
                origin: Instant::now(),
                skips,
                state: Mutex::new(state),
                changed: Condvar::new(),
            }),
        }
    }

    /// The time since the clock's zero.
    pub fn now(&self) -> Duration {
        self.lock().now
    }

    /// The time as an [`Instant`], for code that insists on one.
    ///
    /// # Panics
    ///
    /// When the clock is further from zero than an `Instant` can be from now.
    pub fn instant(&self) -> Instant {
        self.shared.origin + self.now()
    }

    /// [`Clock::now`] as a closure, for code that takes `impl Fn() -> Duration`.
    pub fn now_fn(&self) -> impl Fn() -> Duration + Clone + Send + Sync + 'static {
        let clock = self.clone();
        move || clock.now()
    }

    /// [`Clock::instant`] as a closure, for code that takes `impl Fn() -> Instant`.
    pub fn instant_fn(&self) -> impl Fn() -> Instant + Clone + Send + Sync + 'static {
        let clock = self.clone();
        move || clock.instant()
    }

    /// [`Clock::sleep`] as a closure, for code that takes `impl Fn(Duration)`.
    pub fn sleep_fn(&self) -> impl Fn(Duration) + Clone + Send + Sync + 'static {
        let clock = self.clone();
        move |time| clock.sleep(time)
    }

    /// Returns when the clock has moved by `time`. No time at all returns at once.
    pub fn sleep(&self, time: Duration) {
        let state = self.lock();
        let deadline = state.now.saturating_add(time);
        self.wait(state, time, deadline);
    }

    /// Returns when the clock shows `deadline` or later; at once where that is past.
    pub fn sleep_until(&self, deadline: Duration) {
        let state = self.lock();
        let time = deadline.saturating_sub(state.now);
        self.wait(state, time, deadline);
    }

    fn wait(&self, mut state: MutexGuard<'_, State>, time: Duration, deadline: Duration) {
        state.asked.push(time);
        if self.shared.skips {
            state.now = state.now.max(deadline);
        } else if deadline > state.now && !state.ended {
            let number = state.next_number;
            state.next_number += 1;
            state.sleeping.push((deadline, number));
            self.shared.changed.notify_all();
            let asleep = |state: &mut State| !state.ended && !state.waking.contains(&number);
            let waited = self.shared.changed.wait_while(state, asleep);
            state = waited.unwrap_or_else(PoisonError::into_inner);
            state.waking.retain(|waking| *waking != number);
            self.shared.changed.notify_all();
        }
    }

    /// Moves the clock by `by`.
    ///
    /// It stops at each deadline on the way: there the sleeper whose deadline it is
    /// returns from its sleep, and only then the clock goes on, so that sleepers return in
    /// the order of their deadlines, and those of one deadline in the order in which they
    /// came. What a thread does after its sleep is not waited for: where it sleeps again
    /// and the order matters, use [`Clock::step`] and [`Clock::wait_for_sleepers`].
    pub fn advance(&self, by: Duration) {
        let mut state = self.lock();
        let target = state.now.saturating_add(by);
        while let Some(deadline) = state.earliest().filter(|deadline| *deadline <= target) {
            state.now = state.now.max(deadline);
            state = self.wake_due(state);
        }
        // Another thread may have moved it meanwhile.
        state.now = state.now.max(target);
    }

    /// Moves the clock to the earliest deadline, wakes whose deadline it is and says how
    /// far the clock moved; `None` where nobody sleeps.
    pub fn step(&self) -> Option<Duration> {
        let mut state = self.lock();
        let deadline = state.earliest()?;
        let moved = deadline.saturating_sub(state.now);
        state.now = state.now.max(deadline);
        drop(self.wake_due(state));
        Some(moved)
    }

    /// Lets all return whose time has come, one after another.
    fn wake_due<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        while let Some(number) = state.pop_due() {
            state.waking.push(number);
            self.shared.changed.notify_all();
            let leaving = |state: &mut State| !state.ended && state.waking.contains(&number);
            let waited = self.shared.changed.wait_while(state, leaving);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    /// How many threads sleep.
    pub fn sleepers(&self) -> usize {
        self.lock().sleeping.len()
    }

    /// Waits, in real time, until `count` threads or more sleep. Fails the check where
    /// they do not come, and says `why` they should; then every sleep on this clock ends.
    #[track_caller]
    pub fn wait_for_sleepers(&self, count: usize, why: &str) {
        if let Err(failure) = self.sleepers_within(patience::left(), count, why) {
            patience::lose();
            failure.raise();
        }
    }

    #[track_caller]
    fn sleepers_within(&self, wait: Duration, count: usize, why: &str) -> Result<(), Failure> {
        let too_few = |state: &mut State| state.sleeping.len() < count;
        let changed = &self.shared.changed;
        let waited = changed.wait_timeout_while(self.lock(), wait, too_few);
        let (state, out) = waited.unwrap_or_else(PoisonError::into_inner);
        if !out.timed_out() {
            return Ok(());
        }
        let (now, mut sleeping) = (state.now, state.sleeping.clone());
        drop(state);
        self.end();
        sleeping.sort_unstable();
        let mut got = format!("{} after {}", sleeping.len(), patience::in_words(wait));
        for (deadline, _) in sleeping {
            _ = write!(got, "\none until {deadline:?}");
        }
        Err(fail("the code does not wait for the clock it was given")
            .given(format!("a clock that shows {now:?}"))
            .expected(format!("{count} sleeping on it"))
            .got(got)
            .because(why))
    }

    /// How long each sleep asked for, in the order of asking; zero for one whose deadline
    /// was past.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.lock().asked.clone()
    }

    /// Fails the check where the sleeps asked for are not the expected ones, each from
    /// its least to its most time, both allowed: `d..=d` where it must be exact, the range
    /// of the jitter where it may vary.
    #[track_caller]
    pub fn expect_sleeps(
        &self,
        given: impl ToString,
        expected: &[RangeInclusive<Duration>],
        why: &str,
    ) {
        let asked = self.sleeps();
        let fits = |(asked, range): (&Duration, &RangeInclusive<Duration>)| range.contains(asked);
        if asked.len() == expected.len() && asked.iter().zip(expected).all(fits) {
            return;
        }
        fail("the pauses are not the expected ones")
            .given(given)
            .expected(numbered(expected.iter().map(in_words)))
            .got(numbered(asked.iter().enumerate().map(
                |(index, asked)| match expected.get(index) {
                    Some(range) if asked < range.start() => format!("{asked:?}: too short"),
                    Some(range) if asked > range.end() => format!("{asked:?}: too long"),
                    Some(_) => format!("{asked:?}"),
                    None => format!("{asked:?}: one too many"),
                },
            )))
            .because(why)
            .raise()
    }

    /// Ends every sleep, now and later, whatever the clock shows.
    pub fn end(&self) {
        self.lock().ended = true;
        self.shared.changed.notify_all();
    }

    /// Calls [`Clock::end`] when it is dropped. Hold it inside of [`std::thread::scope`]:
    /// the scope waits for its threads even when the check has failed.
    #[must_use = "dropped at once, it ends every sleep at once"]
    pub fn end_on_drop(&self) -> EndOnDrop {
        EndOnDrop(self.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// See [`Clock::end_on_drop`].
#[derive(Debug)]
pub struct EndOnDrop(Clock);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn in_words(range: &RangeInclusive<Duration>) -> String {
    let (least, most) = (range.start(), range.end());
    if least == most {
        format!("{least:?}")
    } else {
        format!("{least:?} to {most:?}")
    }
}

fn numbered(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = (1..)
        .zip(lines)
        .map(|(number, line)| format!("{number}. {line}"))
        .collect();
    if lines.is_empty() {
        "none".into()
    } else {
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    const fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn text_of_failure(call: impl FnOnce()) -> String {
        let payload = catch_unwind(AssertUnwindSafe(call)).expect_err("a failure");
        format!("{:?}", payload.downcast::<Failure>().expect("a failure"))
    }

    #[test]
    fn stands_still_and_moves_as_told() {
        let clock = Clock::new().starting_at(seconds(5));
        let (now, instant) = (clock.now_fn(), clock.instant_fn());
        let before = instant();
        assert_eq!(now(), seconds(5));
        clock.advance(seconds(2));
        assert_eq!((now(), instant() - before), (seconds(7), seconds(2)));
        clock.advance(Duration::MAX);
        assert_eq!(now(), Duration::MAX);
    }

    #[test]
    fn a_skipping_clock_moves_by_what_is_slept() {
        let clock = Clock::skipping().starting_at(seconds(1));
        clock.sleep_fn()(seconds(2));
        clock.sleep_until(seconds(10));
        clock.sleep_until(seconds(4));
        assert_eq!(clock.now(), seconds(10));
        assert_eq!(clock.sleeps(), [seconds(2), seconds(7), seconds(0)]);
    }

    #[test]
    fn what_is_past_is_not_slept_for() {
        let clock = Clock::new().starting_at(seconds(1));
        clock.sleep(Duration::ZERO);
        clock.sleep_until(seconds(1));
        assert_eq!(clock.sleeps(), [Duration::ZERO; 2]);
    }

    #[test]
    fn sleepers_return_in_the_order_of_their_deadlines() {
        let clock = Clock::new();
        thread::scope(|scope| {
            let _end = clock.end_on_drop();
            for (count, deadline) in (1..).zip([30, 10, 20, 10]) {
                let sleeping = clock.clone();
                scope.spawn(move || sleeping.sleep(seconds(deadline)));
                wait(&clock, count);
            }
            assert_eq!(clock.step(), Some(seconds(10)));
            assert_eq!((clock.sleepers(), clock.now()), (2, seconds(10)));
            clock.advance(seconds(9));
            assert_eq!(clock.sleepers(), 2);
            clock.advance(seconds(1));
            assert_eq!(clock.sleepers(), 1);
            clock.advance(seconds(100));
            assert_eq!((clock.sleepers(), clock.step()), (0, None));
        });
        assert_eq!(clock.now(), seconds(120));
        assert_eq!(clock.sleeps(), [30, 10, 20, 10].map(seconds));
    }

    #[test]
    fn of_one_deadline_who_came_first_returns_first() {
        let mut state = State {
            now: seconds(10),
            sleeping: [(10, 1), (10, 0), (5, 2), (11, 3)]
                .map(|(deadline, number)| (seconds(deadline), number))
                .to_vec(),
            ..State::default()
        };
        let order = [(); 4].map(|()| state.pop_due());
        assert_eq!(order, [Some(2), Some(0), Some(1), None]);
    }

    #[test]
    fn the_clock_shows_each_deadline_on_the_way() {
        let clock = Clock::new();
        thread::scope(|scope| {
            let _end = clock.end_on_drop();
            for deadline in [5, 3] {
                let clock = clock.clone();
                scope.spawn(move || clock.sleep_until(seconds(deadline)));
            }
            wait(&clock, 2);
            assert_eq!(
                [clock.step(), clock.step()].map(Option::unwrap),
                [seconds(3), seconds(2)]
            );
        });
    }

    #[test]
    fn a_thread_that_sleeps_again_is_led_step_by_step() {
        let clock = Clock::new();
        let (sender, ticks) = mpsc::channel();
        thread::scope(|scope| {
            let _end = clock.end_on_drop();
            let ticking = clock.clone();
            scope.spawn(move || {
                for _ in 0..3 {
                    ticking.sleep(seconds(60));
                    sender.send(ticking.now()).unwrap();
                }
            });
            for _ in 0..3 {
                wait(&clock, 1);
                clock.advance(seconds(60));
            }
        });
        assert_eq!(
            ticks.iter().collect::<Vec<_>>(),
            [60, 120, 180].map(seconds)
        );
    }

    #[test]
    fn a_sleeper_that_does_not_come_fails_and_holds_nobody() {
        let clock = Clock::new();
        let text = text_of_failure(|| {
            thread::scope(|scope| {
                let sleeping = clock.clone();
                scope.spawn(move || sleeping.sleep(seconds(7)));
                wait(&clock, 1);
                // Not the public way, after which every other test would wait less.
                let wait = Duration::from_millis(20);
                let outcome = clock.sleepers_within(wait, 2, "both workers pause");
                outcome.unwrap_or_else(|failure| failure.raise());
            });
        });
        assert!(text.contains("2 sleeping on it"), "{text}");
        assert!(text.contains("one until 7s"), "{text}");
        assert!(text.contains("both workers pause"), "{text}");
    }

    #[test]
    fn a_failing_check_ends_the_sleeps() {
        let clock = Clock::new();
        let text = text_of_failure(|| {
            thread::scope(|scope| {
                let _end = clock.end_on_drop();
                scope.spawn(|| clock.sleep(seconds(7)));
                fail("something else").raise();
            });
        });
        assert!(text.contains("something else"), "{text}");
        clock.sleep(seconds(1));
    }

    #[test]
    fn pauses_are_compared_one_by_one() {
        let clock = Clock::skipping();
        for pause in [1, 2, 9, 1] {
            clock.sleep(seconds(pause));
        }
        let exact = [1, 2, 9, 1].map(|pause| seconds(pause)..=seconds(pause));
        clock.expect_sleeps("", &exact, "");
        let jittered = [0..=1, 3..=4, 5..=8].map(|r| seconds(*r.start())..=seconds(*r.end()));
        let text = text_of_failure(|| clock.expect_sleeps("4 failures", &jittered, "backoff"));
        assert!(text.contains(r"1. 0ns to 1s\n2. 3s to 4s"), "{text}");
        let told = r"1. 1s\n2. 2s: too short\n3. 9s: too long\n4. 1s: one too many";
        assert!(text.contains(told), "{text}");
        let text = text_of_failure(|| Clock::new().expect_sleeps("", &exact, ""));
        assert!(text.contains(r#"("got", "none")"#), "{text}");
    }

    fn wait(clock: &Clock, count: usize) {
        clock.wait_for_sleepers(count, "the test's own threads sleep");
    }
}
