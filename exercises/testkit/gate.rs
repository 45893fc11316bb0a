//! A gate that holds a race window open, so that threads meet in it every time and not
//! by luck.
//!
//! A race is lost when two threads are both between a read and the write that relies on
//! it. The check's own fixture (a fake repository, a hook of the database) calls
//! [`Gate::pass`] there, and the gate keeps the first thread until the other has come:
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use testkit::gate::{Gate, race};
//!
//! // The fixture: what the learner's code reads from and writes to.
//! struct Stock {
//!     copies: Mutex<u32>,
//!     gate: Gate,
//! }
//! impl Stock {
//!     fn read(&self) -> u32 {
//!         let copies = *self.copies.lock().unwrap();
//!         self.gate.pass("after the read");
//!         copies
//!     }
//!     fn write(&self, copies: u32) {
//!         *self.copies.lock().unwrap() = copies;
//!     }
//! }
//!
//! // What a learner may write, and what is wrong with it.
//! fn sell(stock: &Stock) {
//!     let copies = stock.read();
//!     stock.write(copies - 1);
//! }
//!
//! let stock = Stock { copies: Mutex::new(2), gate: Gate::new(2) };
//! race(2, |_| sell(&stock));
//! assert_eq!(*stock.copies.lock().unwrap(), 1, "two were sold, one was counted");
//! ```
//!
//! # Right answers pass, wrong ones fail
//!
//! A right answer holds a lock around read and write, so that the second thread never
//! comes to the gate. The gate opens when nobody else can come: when every other thread
//! of the process has ended or sleeps, look after look (in a lock, a channel, a `join`).
//! A thread that is ready to run is waited for, however busy the machine is. One that
//! keeps running without coming (a spin lock) is given up after it has used
//! 300 ms of processor time, one that keeps waking up (a lock that is polled) after
//! 500 times; and there is a limit of 3 s for what is none of these.
//!
//! When the gate opens is no part of the verdict: the check looks at what the threads
//! did. A right answer does the same whenever the gate opens. A wrong one loses, since
//! the gate stays closed as long as its second thread is on the way. The exception is
//! code that really sleeps, 30 ms or more, before it comes.
//!
//! Look at the result, or at how many were in the window at once ([`Gate::together`]:
//! exactly 3 for a limit of 3), never at the time it took. Where a thread must be held
//! while others do all their work, use [`Gate::closed`].
//!
//! What other threads do is read from `/proc`, on Linux. Elsewhere the gate opens after
//! half a second, which is no more than very likely to be enough.
//!
//! Use one gate at a time: who waits at another one looks like somebody about to come.

use std::collections::HashMap;
use std::fs;
use std::panic;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use harness::fail;

use crate::panics;

/// How long to wait between two looks at the other threads.
const LOOK: Duration = Duration::from_millis(5);
/// In how many looks in a row nobody else may be on the way.
const QUIET_LOOKS: u32 = 6;
/// How much processor time makes a thread one that spins. A tick is 10 ms (`proc(5)`).
const SPINNING_TICKS: u64 = 30;
/// How many times of waking up make a thread one that polls.
const POLLING_SWITCHES: u64 = 500;
/// How long to wait for threads that are none of these.
const LONGEST: Duration = Duration::from_secs(3);
/// How long to wait where nothing is known about other threads.
const BLIND: Duration = Duration::from_millis(500);

/// A gate that threads pass. Its clones are handles to the same gate.
#[derive(Debug, Clone)]
pub struct Gate {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// How many must be there for the gate to open by itself.
    opens_at: Option<usize>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    open: bool,
    waiting: Vec<Task>,
    together: usize,
    /// Who passed, in the order in which they came.
    trail: Vec<(ThreadId, String)>,
}

impl Gate {
    /// A gate that opens when `count` threads wait at it, or when nobody else can come.
    /// Then it stays open.
    pub fn new(count: usize) -> Self {
        Self::make(Some(count))
    }

    /// A gate that keeps all until the check calls [`Gate::open`].
    ///
    /// ```
    /// # use std::thread;
    /// # use testkit::gate::Gate;
    /// # let (read, update) = (|gate: Gate| gate.pass("after the read"), || ());
    /// let gate = Gate::closed();
    /// thread::scope(|scope| {
    ///     let open = gate.open_on_drop(); // also when the check fails
    ///     scope.spawn(|| read(gate.clone()));
    ///     gate.settle(1); // the reader has read
    ///     scope.spawn(|| update());
    ///     gate.settle(usize::MAX); // the update is done, or waits for the reader
    ///     drop(open);
    /// });
    /// ```
    pub fn closed() -> Self {
        Self::make(None)
    }

    fn make(opens_at: Option<usize>) -> Self {
        Self {
            shared: Arc::new(Shared {
                opens_at,
                state: Mutex::default(),
                changed: Condvar::new(),
            }),
        }
    }

    /// Passes the gate, once it is open. `point` says in a few words where the thread is,
    /// for [`Gate::trail`].
    pub fn pass(&self, point: &str) {
        let mut state = self.lock();
        state.trail.push((thread::current().id(), point.to_owned()));
        if state.open {
            return;
        }
        state.waiting.push(Task::current());
        state.together = state.together.max(state.waiting.len());
        self.shared.changed.notify_all();
        match self.shared.opens_at {
            Some(count) if state.waiting.len() >= count => {
                drop(state);
                self.open();
            }
            // The first one looks out for the others.
            Some(count) if state.waiting.len() == 1 => {
                drop(state);
                self.settle(count);
                self.open();
            }
            _ => {
                let waited = self.shared.changed.wait_while(state, |state| !state.open);
                drop(waited.unwrap_or_else(PoisonError::into_inner));
            }
        }
    }

    /// Waits until `count` threads wait at the gate, or nobody else can come, or the gate
    /// is open; says how many wait. With `usize::MAX`: until all have done what they can.
    pub fn settle(&self, count: usize) -> usize {
        let own = Task::current();
        let mut watch = Watch::new();
        let mut state = self.lock();
        loop {
            if state.open || state.waiting.len() >= count {
                return state.waiting.len();
            }
            let waiting = state.waiting.clone();
            drop(state);
            let is_here = |task: &Task| *task == own || waiting.contains(task);
            let nobody_comes = watch.nobody_comes(waiting.len(), is_here);
            state = self.lock();
            // Somebody may have come while this thread looked.
            if nobody_comes && state.waiting.len() == waiting.len() {
                return waiting.len();
            }
            let waited = self.shared.changed.wait_timeout(state, LOOK);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Opens the gate for good.
    pub fn open(&self) {
        let mut state = self.lock();
        state.open = true;
        state.waiting.clear();
        self.shared.changed.notify_all();
    }

    /// Opens the gate when it is dropped. Hold it inside of [`std::thread::scope`]: the
    /// scope waits for its threads even when the check has failed.
    #[must_use = "dropped at once, it opens the gate at once"]
    pub fn open_on_drop(&self) -> OpenOnDrop {
        OpenOnDrop(self.clone())
    }

    /// The most threads that waited at once: how many the code let into the window
    /// together, up to what the gate opens at.
    pub fn together(&self) -> usize {
        self.lock().together
    }

    /// Who came where, in order, one a line: `thread 1: after the read`.
    pub fn trail(&self) -> String {
        let state = self.lock();
        let mut known: Vec<ThreadId> = Vec::new();
        let mut lines = Vec::new();
        for (id, point) in &state.trail {
            let index = known.iter().position(|known| known == id);
            let index = index.unwrap_or_else(|| {
                known.push(*id);
                known.len() - 1
            });
            lines.push(format!("thread {}: {point}", index + 1));
        }
        lines.join("\n")
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// See [`Gate::open_on_drop`].
#[derive(Debug)]
pub struct OpenOnDrop(Gate);

impl Drop for OpenOnDrop {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// Calls `call` on that many threads at the same time, with 0, 1, 2 and so on, and hands
/// back what each returned, in that order. When all have ended, fails the check where one
/// failed or panicked.
#[track_caller]
pub fn race<T: Send>(threads: usize, call: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let call = &call;
    let ended: Vec<_> = thread::scope(|scope| {
        let racing: Vec<_> = (0..threads)
            .map(|number| scope.spawn(move || panics::catch(|| call(number))))
            .collect();
        racing.into_iter().map(|thread| thread.join()).collect()
    });
    let mut values = Vec::new();
    for outcome in ended {
        match outcome {
            Ok(Ok(value)) => values.push(value),
            Ok(Err(panic)) => fail("the code panicked")
                .given(format!("{threads} threads at the same time"))
                .got(format!("a panic: {}", panic.text))
                .part("panicked at", panic.place)
                .because("what works alone must work beside others")
                .raise(),
            Err(payload) => panic::resume_unwind(payload),
        }
    }
    values
}

/// The number that the system gave to a thread; empty where it does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Task(String);

impl Task {
    fn current() -> Self {
        let link = fs::read_link("/proc/thread-self").unwrap_or_default();
        let name = link.file_name().unwrap_or_default();
        Self(name.to_string_lossy().into_owned())
    }
}

/// What `/proc` says about a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    asleep: bool,
    /// How often it went to sleep by itself.
    switches: u64,
    /// The processor time it has used.
    ticks: u64,
}

impl Seen {
    /// Reads the files `status` and `stat` of a thread (`proc(5)`).
    fn parse(status: &str, stat: &str) -> Option<Self> {
        // The name stands in parentheses, and may hold spaces and parentheses.
        let (_, stat) = stat.rsplit_once(')')?;
        let mut fields = stat.split_ascii_whitespace();
        // Field 3 is the state; 14 and 15 are the times in user and in system mode.
        let state = fields.next()?;
        let mut times = fields.skip(10).map(str::parse::<u64>);
        let ticks = times.next()?.ok()? + times.next()?.ok()?;
        let switches = status
            .lines()
            .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
        Some(Self {
            asleep: matches!(state, "S" | "T" | "t" | "Z" | "X"),
            switches: switches.trim().parse().ok()?,
            ticks,
        })
    }
}

/// All threads of this process; `None` where the system does not tell.
fn threads() -> Option<HashMap<Task, Seen>> {
    let mut threads = HashMap::new();
    for entry in fs::read_dir("/proc/self/task").ok()? {
        let place = entry.ok()?.path();
        let read = |file: &str| fs::read_to_string(place.join(file));
        // One that cannot be read has just ended.
        if let (Ok(status), Ok(stat)) = (read("status"), read("stat")) {
            let task = Task(place.file_name()?.to_string_lossy().into_owned());
            threads.insert(task, Seen::parse(&status, &stat)?);
        }
    }
    Some(threads)
}

/// Looks at the other threads again and again.
struct Watch {
    begun: Instant,
    first: HashMap<Task, Seen>,
    last: HashMap<Task, Seen>,
    arrived: usize,
    quiet: u32,
}

impl Watch {
    fn new() -> Self {
        Self {
            begun: Instant::now(),
            first: HashMap::new(),
            last: HashMap::new(),
            arrived: 0,
            quiet: 0,
        }
    }

    /// Takes a look; true when nobody can come any more, apart from those that are here.
    fn nobody_comes(&mut self, arrived: usize, is_here: impl Fn(&Task) -> bool) -> bool {
        let Some(mut now) = threads() else {
            return self.begun.elapsed() > BLIND;
        };
        now.retain(|task, _| !is_here(task));
        let still = arrived == self.arrived && now.iter().all(|seen| self.is_not_coming(seen));
        self.quiet = if still { self.quiet + 1 } else { 0 };
        self.arrived = arrived;
        self.last = now;
        self.quiet >= QUIET_LOOKS || self.begun.elapsed() > LONGEST
    }

    fn is_not_coming(&mut self, (task, now): (&Task, &Seen)) -> bool {
        let first = self.first.entry(task.clone()).or_insert(*now);
        let spins = now.ticks - first.ticks >= SPINNING_TICKS;
        let polls = now.switches - first.switches >= POLLING_SWITCHES;
        let sleeps = now.asleep
            && self
                .last
                .get(task)
                .is_some_and(|last| last.asleep && last.switches == now.switches);
        sleeps || spins || polls
    }
}

#[cfg(test)]
mod tests {
    use std::hint;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

    use harness::Failure;

    use super::*;

    /// Gates are used one at a time.
    static ONE: Mutex<()> = Mutex::new(());

    fn alone() -> MutexGuard<'static, ()> {
        ONE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    struct Counter {
        count: AtomicU32,
        gate: Gate,
    }

    impl Counter {
        fn new(gate: Gate) -> Self {
            let count = AtomicU32::new(0);
            Self { count, gate }
        }

        fn read_and_write(&self) {
            let count = self.count.load(SeqCst);
            self.gate.pass("after the read");
            self.count.store(count + 1, SeqCst);
        }

        fn count(&self) -> u32 {
            self.count.load(SeqCst)
        }
    }

    #[test]
    fn without_a_lock_an_update_is_always_lost() {
        let _alone = alone();
        for threads in [2, 3, 8] {
            for _ in 0..20 {
                let counter = Counter::new(Gate::new(threads));
                race(threads, |_| counter.read_and_write());
                assert_eq!(counter.count(), 1);
                assert_eq!(counter.gate.together(), threads);
            }
        }
    }

    #[test]
    fn a_late_thread_is_waited_for() {
        let _alone = alone();
        let counter = Counter::new(Gate::new(2));
        race(2, |number| {
            if number == 1 {
                // Longer than the looks take: it works, it is not blocked.
                let begun = Instant::now();
                while begun.elapsed() < 3 * QUIET_LOOKS * LOOK {
                    hint::spin_loop();
                }
            }
            counter.read_and_write();
        });
        assert_eq!(counter.count(), 1);
    }

    #[test]
    fn with_a_lock_no_update_is_lost() {
        let _alone = alone();
        for _ in 0..3 {
            let counter = Counter::new(Gate::new(2));
            let lock = Mutex::new(());
            race(2, |_| {
                let _held = lock.lock().unwrap();
                counter.read_and_write();
            });
            assert_eq!((counter.count(), counter.gate.together()), (2, 1));
        }
    }

    #[test]
    fn locks_that_spin_or_poll_lose_nothing_either() {
        let _alone = alone();
        for pause in [hint::spin_loop, || {
            thread::sleep(Duration::from_micros(100))
        }] {
            let counter = Counter::new(Gate::new(2));
            let taken = AtomicBool::new(false);
            race(2, |_| {
                while taken.swap(true, SeqCst) {
                    pause();
                }
                counter.read_and_write();
                taken.store(false, SeqCst);
            });
            assert_eq!((counter.count(), counter.gate.together()), (2, 1));
        }
    }

    #[test]
    fn says_how_many_were_let_in_together() {
        let _alone = alone();
        let (gate, free, changed) = (Gate::new(5), Mutex::new(3), Condvar::new());
        race(5, |_| {
            let mut left = changed
                .wait_while(free.lock().unwrap(), |free| *free == 0)
                .unwrap();
            *left -= 1;
            drop(left);
            gate.pass("inside");
            *free.lock().unwrap() += 1;
            changed.notify_one();
        });
        assert_eq!(gate.together(), 3);
    }

    #[test]
    fn a_closed_gate_holds_one_while_others_work() {
        let _alone = alone();
        let counter = Counter::new(Gate::closed());
        thread::scope(|scope| {
            let open = counter.gate.open_on_drop();
            scope.spawn(|| counter.read_and_write());
            assert_eq!(counter.gate.settle(1), 1);
            scope.spawn(|| counter.count.fetch_add(10, SeqCst));
            assert_eq!(counter.gate.settle(usize::MAX), 1);
            assert_eq!(counter.count(), 10);
            drop(open);
        });
        assert_eq!(counter.count(), 1);
        assert_eq!(counter.gate.settle(1), 0);
    }

    #[test]
    fn the_trail_names_threads_and_points_in_order() {
        let gate = Gate::new(1);
        gate.pass("a");
        thread::scope(|scope| scope.spawn(|| gate.pass("b")).join().unwrap());
        gate.pass("c");
        assert_eq!(gate.trail(), "thread 1: a\nthread 2: b\nthread 1: c");
    }

    #[test]
    fn a_race_hands_back_values_failures_and_panics() {
        assert_eq!(race(3, |number| number * 2), [0, 2, 4]);
        let failure = |call: fn(usize)| {
            let payload = catch_unwind(AssertUnwindSafe(|| race(2, call))).unwrap_err();
            format!("{:?}", payload.downcast::<Failure>().expect("a failure"))
        };
        let raised = failure(|number| {
            if number == 1 {
                fail("the second failed").raise()
            }
        });
        assert!(raised.contains("the second failed"), "{raised}");
        let panicked = failure(|number| assert_eq!(number, 0));
        assert!(panicked.contains("the code panicked"), "{panicked}");
        assert!(panicked.contains("gate.rs:"), "{panicked}");
    }

    #[test]
    fn tells_who_may_still_come_from_who_may_not() {
        let seen = |asleep, switches, ticks| Seen {
            asleep,
            switches,
            ticks,
        };
        let coming = |last: Seen, now: Seen| {
            let task = Task("7".into());
            let mut watch = Watch::new();
            watch.first.insert(task.clone(), seen(true, 100, 10));
            watch.last.insert(task.clone(), last);
            !watch.is_not_coming((&task, &now))
        };
        let before = seen(true, 110, 20);
        assert!(!coming(before, before), "asleep all the time");
        assert!(coming(before, seen(true, 111, 20)), "awake in between");
        assert!(coming(seen(false, 110, 20), before), "just fallen asleep");
        assert!(coming(before, seen(false, 110, 20)), "ready to run");
        assert!(coming(before, seen(false, 110, 39)), "working");
        assert!(!coming(before, seen(false, 110, 40)), "spinning");
        assert!(coming(before, seen(true, 599, 20)), "waking up");
        assert!(!coming(before, seen(true, 600, 20)), "polling");
        let new = (&Task("8".into()), &before);
        assert!(!Watch::new().is_not_coming(new), "seen once");
    }

    #[test]
    fn reads_what_proc_says() {
        let status = "Name:\ta b) (c\nState:\tS (sleeping)\nvoluntary_ctxt_switches:\t33\nnonvoluntary_ctxt_switches:\t6\n";
        let stat = "21280 (a b) (c) S 1 2 3 4 5 6 7 8 9 10 40 2 0 0 20 0 3 0 1";
        let seen = Seen {
            asleep: true,
            switches: 33,
            ticks: 42,
        };
        assert_eq!(Seen::parse(status, stat), Some(seen));
        let running = Seen::parse(status, &stat.replace(" S ", " R "));
        assert!(running.is_some_and(|seen| !seen.asleep));
        assert_eq!(Seen::parse("", stat), None);
        assert_eq!(Seen::parse(status, "1 (a) S 1"), None);
    }
}
