//! fails: takes_back_the_place_when_opening_fails
//! Woken once, and not looked again: neither for a connection nor for a place.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// Opens a connection.
pub type Open = Box<dyn Fn() -> rusqlite::Result<Connection> + Send + Sync>;

/// Connections that are lent to threads.
pub struct Pool {
    open: Open,
    limit: usize,
    state: Mutex<State>,
    returned: Condvar,
}

struct State {
    /// Those that are not lent.
    idle: Vec<Connection>,
    /// How many are open, lent or not.
    opened: usize,
}

/// Why there is no connection.
#[derive(Debug)]
pub enum GetError {
    /// None came back in time.
    Timeout,
    /// A new one could not be opened.
    Open(rusqlite::Error),
}

/// A connection that is lent; it comes back when this is dropped.
pub struct Pooled<'p> {
    pool: &'p Pool,
    /// There until it is dropped.
    connection: Option<Connection>,
}

impl Pool {
    /// A pool of at most `limit` connections, 1 or more; none is open yet.
    pub fn new(limit: usize, open: Open) -> Self {
        Self {
            open,
            limit,
            state: Mutex::new(State {
                idle: Vec::new(),
                opened: 0,
            }),
            returned: Condvar::new(),
        }
    }

    /// Lends a connection, for which it waits no longer than `wait`.
    pub fn get(&self, wait: Duration) -> Result<Pooled<'_>, GetError> {
        let begun = Instant::now();
        let mut state = self.lock();
        {
            if let Some(connection) = state.idle.pop() {
                return Ok(self.lend(connection));
            }
            if state.opened < self.limit {
                // Counted before the lock is given up, so that nobody opens one too many.
                state.opened += 1;
                drop(state);
                return self.open_one();
            }
            let left = wait.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(GetError::Timeout);
            }
            let woken = self.returned.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
            return match state.idle.pop() {
                Some(connection) => Ok(self.lend(connection)),
                None => Err(GetError::Timeout),
            };
        }
    }

    /// Opens a connection that has been counted, without the lock.
    fn open_one(&self) -> Result<Pooled<'_>, GetError> {
        match (self.open)() {
            Ok(connection) => Ok(self.lend(connection)),
            Err(error) => {
                self.lock().opened -= 1;
                // Who waits for this one may try to open another.
                self.returned.notify_one();
                Err(GetError::Open(error))
            }
        }
    }

    fn lend(&self, connection: Connection) -> Pooled<'_> {
        Pooled {
            pool: self,
            connection: Some(connection),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pooled<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        let is_clean = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        let mut state = self.pool.lock();
        if is_clean {
            state.idle.push(connection);
        } else {
            state.opened -= 1;
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}

impl Deref for Pooled<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("there until the drop")
    }
}

impl DerefMut for Pooled<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("there until the drop")
    }
}
