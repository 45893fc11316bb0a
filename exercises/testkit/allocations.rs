//! A global allocator that counts, so that memory can be judged without a clock: how
//! often the learner's code allocates, how much it holds at once, and the largest single
//! request, which is what a hostile length field would drive up.
//!
//! A check that counts installs the allocator in one line, beside its `main`:
//!
//! ```
//! testkit::count_allocations!();
//!
//! # fn main() {
//! use testkit::allocations::measure;
//!
//! let (text, did) = measure(|| "ab".repeat(50));
//! assert_eq!((text.len(), did.count, did.largest), (100, 1, 100));
//! # }
//! ```
//!
//! # Lengths that lie
//!
//! A message that announces a gigabyte and brings ten bytes must not make the reader
//! reserve a gigabyte. Judge [`Allocations::largest`] against the true length plus some
//! room. Memory that is reserved and never touched costs nothing, so the request is
//! counted and the check goes on; but keep announced lengths below the judge's limit on
//! address space (2 GiB), where a request fails and Rust ends the process.
//!
//! # What is not counted
//!
//! The judge links the standard library dynamically, and what is compiled into it (among it
//! how a `Vec<u8>` and a `String` grow) may allocate from the system and not from here.
//! What matters is measured with [`memory`](crate::memory), too.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

/// Installs [`Counting`] as the program's allocator. Once, outside of functions.
#[macro_export]
macro_rules! count_allocations {
    () => {
        #[global_allocator]
        static COUNTING: $crate::allocations::Counting = $crate::allocations::Counting;
    };
}

/// The system's allocator, counting. Install it with [`count_allocations!`](crate::count_allocations).
#[derive(Debug, Clone, Copy, Default)]
pub struct Counting;

/// What was allocated while something ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allocations {
    /// Requests: allocations, and changes of size (a `Vec` that grows).
    pub count: u64,
    /// Bytes asked for by all requests together. A change of size counts with its whole
    /// new size, since what is there may have to be copied.
    pub bytes: u64,
    /// The most bytes held at once, beyond what was held at the beginning.
    pub peak: u64,
    /// The largest single request, in bytes.
    pub largest: u64,
}

impl fmt::Display for Allocations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            count,
            bytes,
            peak,
            largest,
        } = self;
        write!(
            f,
            "{count} allocations, {bytes} bytes in all, {peak} at once, {largest} in the largest"
        )
    }
}

/// Calls `call` and says what the calling thread allocated meanwhile; other threads do
/// not count, those that `call` starts neither. It may be nested. Memory that comes from
/// or goes to another thread counts where it is asked for and where it is given back.
///
/// # Panics
///
/// When the program does not use [`Counting`]: a zero would pass for thrift.
#[track_caller]
pub fn measure<T>(call: impl FnOnce() -> T) -> (T, Allocations) {
    expect_installed();
    let outer = Outer(TALLY.get());
    let held = outer.0.held;
    TALLY.set(Tally {
        held,
        peak: held,
        ..Tally::ZERO
    });
    let value = call();
    let did = TALLY.get().since(held);
    drop(outer);
    (value, did)
}

/// Calls `call` and says what all threads of the program allocated meanwhile.
///
/// # Panics
///
/// When the program does not use [`Counting`], and when one such call is going on already.
#[track_caller]
pub fn measure_all<T>(call: impl FnOnce() -> T) -> (T, Allocations) {
    expect_installed();
    let running = Running::begin();
    let held = ALL.held.load(Relaxed);
    ALL.peak.store(held, Relaxed);
    for counter in [&ALL.count, &ALL.bytes, &ALL.largest] {
        counter.store(0, Relaxed);
    }
    let value = call();
    let did = Tally {
        count: ALL.count.load(Relaxed),
        bytes: ALL.bytes.load(Relaxed),
        largest: ALL.largest.load(Relaxed),
        held: ALL.held.load(Relaxed),
        peak: ALL.peak.load(Relaxed),
    };
    drop(running);
    (value, did.since(held))
}

#[track_caller]
fn expect_installed() {
    let before = TALLY.get();
    drop(black_box(Box::new(black_box(1_u8))));
    let counted = TALLY.replace(before).count > before.count;
    assert!(
        counted,
        "nothing counts allocations here: the check must say `testkit::count_allocations!();` beside its `main`"
    );
}

/// The counters of one thread. Signed where memory may be given back that was not held
/// when counting began, or was another thread's.
#[derive(Debug, Clone, Copy)]
struct Tally {
    count: u64,
    bytes: u64,
    largest: u64,
    held: i64,
    peak: i64,
}

impl Tally {
    const ZERO: Self = Self {
        count: 0,
        bytes: 0,
        largest: 0,
        held: 0,
        peak: 0,
    };

    fn since(self, held: i64) -> Allocations {
        Allocations {
            count: self.count,
            bytes: self.bytes,
            peak: u64::try_from(self.peak - held).unwrap_or(0),
            largest: self.largest,
        }
    }
}

/// What an outer measurement had counted. Dropped, also by a panic, it gets what the
/// inner one counted on top.
struct Outer(Tally);

impl Drop for Outer {
    fn drop(&mut self) {
        let inner = TALLY.get();
        TALLY.set(Tally {
            count: self.0.count + inner.count,
            bytes: self.0.bytes + inner.bytes,
            largest: self.0.largest.max(inner.largest),
            held: inner.held,
            peak: self.0.peak.max(inner.peak),
        });
    }
}

struct Running;

impl Running {
    #[track_caller]
    fn begin() -> Self {
        assert!(
            !IS_RUNNING.swap(true, Relaxed),
            "`measure_all` is running already, and there is one set of counters"
        );
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        IS_RUNNING.store(false, Relaxed);
    }
}

static IS_RUNNING: AtomicBool = AtomicBool::new(false);

/// The counters of all threads.
struct All {
    count: AtomicU64,
    bytes: AtomicU64,
    largest: AtomicU64,
    held: AtomicI64,
    peak: AtomicI64,
}

static ALL: All = All {
    count: AtomicU64::new(0),
    bytes: AtomicU64::new(0),
    largest: AtomicU64::new(0),
    held: AtomicI64::new(0),
    peak: AtomicI64::new(0),
};

thread_local! {
    // Constant and without a destructor: reading it neither allocates nor fails, not even
    // while the thread ends. The allocator relies on that.
    static TALLY: Cell<Tally> = const { Cell::new(Tally::ZERO) };
}

/// No object is larger than `isize::MAX` bytes (`Layout`), so nothing is lost.
fn signed(size: usize) -> i64 {
    size as i64
}

/// Counts a request, whether or not it succeeds.
fn requested(size: usize) {
    let bytes = size as u64;
    let mut tally = TALLY.get();
    tally.count += 1;
    tally.bytes += bytes;
    tally.largest = tally.largest.max(bytes);
    TALLY.set(tally);
    ALL.count.fetch_add(1, Relaxed);
    ALL.bytes.fetch_add(bytes, Relaxed);
    ALL.largest.fetch_max(bytes, Relaxed);
}

/// Counts what is held from now on, in bytes more than before, or fewer.
fn holds(more: i64) {
    let mut tally = TALLY.get();
    tally.held += more;
    tally.peak = tally.peak.max(tally.held);
    TALLY.set(tally);
    let held = ALL.held.fetch_add(more, Relaxed) + more;
    ALL.peak.fetch_max(held, Relaxed);
}

/// Counts a request for `size` bytes in the place of `before`, made by `call`.
fn counted(size: usize, before: usize, call: impl FnOnce() -> *mut u8) -> *mut u8 {
    requested(size);
    let place = call();
    // A refused request (`Vec::try_reserve` hands it to the caller) holds nothing more.
    if !place.is_null() {
        holds(signed(size) - signed(before));
    }
    place
}

// SAFETY: every call goes to the system's allocator as it came, and its answer comes back
// as it is. Counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`.
        counted(layout.size(), 0, || unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc_zeroed`.
        counted(layout.size(), 0, || unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `GlobalAlloc::realloc`.
        counted(size, layout.size(), || unsafe {
            System.realloc(place, layout, size)
        })
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        holds(-signed(layout.size()));
        // SAFETY: the caller keeps the contract of `GlobalAlloc::dealloc`.
        unsafe { System.dealloc(place, layout) }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::thread;

    use super::*;

    crate::count_allocations!();

    #[test]
    fn counts_requests_bytes_peak_and_the_largest() {
        let (kept, did) = measure(|| {
            drop(black_box(Vec::<u8>::with_capacity(1_000)));
            drop(black_box(vec![0_u8; 300]));
            black_box(Vec::<u8>::with_capacity(400))
        });
        let expected = Allocations {
            count: 3,
            bytes: 1_700,
            peak: 1_000,
            largest: 1_000,
        };
        assert_eq!(did, expected);
        let told = "3 allocations, 1700 bytes in all, 1000 at once, 1000 in the largest";
        assert_eq!(did.to_string(), told);
        let ((), did) = measure(|| drop(kept));
        assert_eq!(did, Allocations::default());
    }

    #[test]
    fn a_change_of_size_counts_with_its_new_size() {
        let (_kept, did) = measure(|| {
            let mut bytes = black_box(Vec::<u8>::with_capacity(100));
            bytes.reserve_exact(250);
            black_box(bytes)
        });
        let expected = Allocations {
            count: 2,
            bytes: 350,
            peak: 250,
            largest: 250,
        };
        assert_eq!(did, expected);
    }

    #[test]
    fn a_reserve_that_is_never_used_is_seen() {
        let claimed = 256 << 20;
        let ((), did) = measure(|| drop(black_box(Vec::<u8>::with_capacity(claimed))));
        assert_eq!(did.largest, claimed as u64);
    }

    #[test]
    fn a_refused_request_counts_and_holds_nothing() {
        let refused = isize::MAX as usize / 2;
        let (outcome, did) = measure(|| black_box(Vec::<u8>::new()).try_reserve_exact(refused));
        assert!(outcome.is_err());
        assert_eq!((did.count, did.largest, did.peak), (1, refused as u64, 0));
    }

    #[test]
    fn an_outer_measurement_holds_the_inner_one() {
        let (inner, outer) = measure(|| {
            drop(black_box(Vec::<u8>::with_capacity(10)));
            let caught = catch_unwind(|| {
                measure(|| {
                    drop(black_box(Vec::<u8>::with_capacity(5_000)));
                    std::panic::resume_unwind(Box::new(()));
                })
            });
            assert!(caught.is_err());
            measure(|| drop(black_box(Vec::<u8>::with_capacity(20)))).1
        });
        assert_eq!((inner.count, inner.largest), (1, 20));
        assert_eq!(outer.largest, 5_000);
        assert!(outer.peak >= 5_000 && outer.bytes >= 5_030, "{outer}");
    }

    #[test]
    fn only_the_calling_thread_counts_unless_all_are_asked_for() {
        let elsewhere =
            || thread::spawn(|| drop(black_box(Vec::<u8>::with_capacity(3 << 20)))).join();
        let (_, own) = measure(elsewhere);
        assert!(own.largest < 1 << 20, "{own}");
        // Other tests run at the same time and count as well.
        let (caught, all) = measure_all(|| {
            elsewhere().unwrap();
            catch_unwind(|| measure_all(|| ()))
        });
        assert!(all.largest >= 3 << 20 && all.peak >= 3 << 20, "{all}");
        assert!(caught.is_err());
        measure_all(|| ());
    }
}
