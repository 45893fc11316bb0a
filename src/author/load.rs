//! A machine that is busy, on purpose: verdicts must not depend on its speed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// Threads that keep all cores busy while somebody wants them to.
#[derive(Debug)]
pub struct Load {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// The same as `wanted > 0`, to be looked at without a lock.
    busy: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    wanted: usize,
    ended: bool,
}

/// As long as it is there, the machine is busy.
#[derive(Debug)]
pub struct Busy<'a>(&'a Shared);

impl Load {
    /// Threads for each of `cores` cores, idle at first.
    pub fn new(cores: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let work = |_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.work())
        };
        let threads = (0..cores).map(work).collect();
        Self { shared, threads }
    }

    /// Keeps the machine busy until the result is dropped.
    pub fn on(&self) -> Busy<'_> {
        self.shared.want(1);
        Busy(&self.shared)
    }
}

impl Shared {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn want(&self, change: isize) {
        let mut state = self.state();
        state.wanted = state.wanted.saturating_add_signed(change);
        self.busy.store(state.wanted > 0, Ordering::Relaxed);
        self.changed.notify_all();
    }

    fn work(&self) {
        loop {
            let mut state = self.state();
            while state.wanted == 0 && !state.ended {
                state = self
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            if state.ended {
                return;
            }
            drop(state);
            while self.busy.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        }
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.want(-1);
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.ended = true;
        state.wanted = 0;
        drop(state);
        self.shared.busy.store(false, Ordering::Relaxed);
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // It does nothing that could panic.
            let _ = thread.join();
        }
    }
}
