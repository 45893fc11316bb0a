//! # db8: the pool that ran dry
//!
//! Opening a connection for each request was slow, so somebody wrote a pool: at most eight
//! connections, lent to whoever needs one. On Sunday evening the shop stood still, and no error was
//! logged: all eight were lent, nobody had them any more, and everybody waited. And the morning
//! before, an order had appeared that its customer had cancelled in the middle.
//!
//! Rules. A pool lends connections to threads.
//! - `get` hands out a connection that is not lent: one that has come back, or, only if there is
//!   none, a new one while fewer than `limit` are open. When a `Pooled` is dropped, on whatever way (its end, `?`, a panic),
//!   its connection comes back and can be lent again.
//! - A connection that comes back has no transaction: what its last user began and did not commit is
//!   undone at once, not when somebody asks for it. (As long as it is open, it keeps all other
//!   writers waiting.) If that cannot be done, it is closed and no longer counts as open.
//! - If none is to be had, `get` waits until one comes back, or until there is room to open another
//!   one, but no longer than `wait` in all; then it is `GetError::Timeout`. Who waits sleeps until it
//!   is woken, and does not ask again and again. A `wait` of zero asks and does not wait. How long
//!   another thread waits makes no difference to that.
//! - If a connection cannot be opened, that is `GetError::Open`, at once, and it no longer counts as
//!   open.
//! - While one thread opens a connection, which may take seconds, others can lend and give back.
//!
//! What you need:
//! - A `Condvar` lets a thread sleep until it is woken: `wait_timeout` gives back the lock while it
//!   sleeps, `notify_one` wakes one. Who is woken must look again whether what it waits for is there
//!   (<https://doc.rust-lang.org/std/sync/struct.Condvar.html>).
//! - `Drop::drop` gets a `&mut self`, and nothing can be moved out of that. A field that is an
//!   `Option` can: `Option::take` leaves `None` behind
//!   (<https://doc.rust-lang.org/std/ops/trait.Drop.html>).
//! - `Connection::is_autocommit` of rusqlite is true where no transaction is open.
//!
//! What to do: mend the pool. `Pool::new`, `Pool::get`, `Pooled` and `GetError` keep their names and
//! signatures; what is inside is yours.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

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

/// A connection that is lent.
pub struct Pooled<'p> {
    pool: &'p Pool,
    connection: Connection,
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
        let mut state = self.state.lock().unwrap();
        while state.idle.is_empty() && state.opened == self.limit {
            if wait.is_zero() {
                return Err(GetError::Timeout);
            }
            state = self.returned.wait(state).unwrap();
        }
        let connection = match state.idle.pop() {
            Some(connection) => connection,
            None => {
                state.opened += 1;
                (self.open)().map_err(GetError::Open)?
            }
        };
        Ok(Pooled {
            pool: self,
            connection,
        })
    }
}

impl Pooled<'_> {
    /// Gives the connection back.
    pub fn release(self) {
        let mut state = self.pool.state.lock().unwrap();
        state.idle.push(self.connection);
        self.pool.returned.notify_one();
    }
}

impl Deref for Pooled<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Pooled<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
