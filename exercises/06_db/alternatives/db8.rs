use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use rusqlite::Connection;

/// Opens a connection.
pub type Open = Box<dyn Fn() -> rusqlite::Result<Connection> + Send + Sync>;

/// Connections that are lent to threads.
///
/// Who has a permit may have a connection; where it comes from is another question, with a lock
/// of its own.
pub struct Pool {
    open: Open,
    permits: Mutex<usize>,
    permit_came_back: Condvar,
    idle: Mutex<Vec<Connection>>,
}

/// Why there is no connection.
#[derive(Debug)]
pub enum GetError {
    /// None came back in time.
    Timeout,
    /// A new one could not be opened.
    Open(rusqlite::Error),
}

/// The right to one connection, given back when it is dropped, whatever has happened.
struct Permit<'p>(&'p Pool);

/// A connection that is lent. Fields are dropped in this order: first the connection goes
/// back, then the permit.
pub struct Pooled<'p> {
    connection: Lent<'p>,
    _permit: Permit<'p>,
}

struct Lent<'p> {
    pool: &'p Pool,
    connection: Option<Connection>,
}

impl Pool {
    /// A pool of at most `limit` connections, 1 or more; none is open yet.
    pub fn new(limit: usize, open: Open) -> Self {
        Self {
            open,
            permits: Mutex::new(limit),
            permit_came_back: Condvar::new(),
            idle: Mutex::default(),
        }
    }

    /// Lends a connection, for which it waits no longer than `wait`.
    pub fn get(&self, wait: Duration) -> Result<Pooled<'_>, GetError> {
        let permits = self.permits.lock().unwrap();
        let (mut permits, _) = self
            .permit_came_back
            .wait_timeout_while(permits, wait, |permits| *permits == 0)
            .unwrap();
        if *permits == 0 {
            return Err(GetError::Timeout);
        }
        *permits -= 1;
        drop(permits);
        let permit = Permit(self);
        let idle = self.idle.lock().unwrap().pop();
        let connection = idle.map_or_else(&self.open, Ok).map_err(GetError::Open)?;
        Ok(Pooled {
            connection: Lent {
                pool: self,
                connection: Some(connection),
            },
            _permit: permit,
        })
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.permits.lock().unwrap() += 1;
        self.0.permit_came_back.notify_one();
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && (connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok())
        {
            self.pool.idle.lock().unwrap().push(connection);
        }
    }
}

impl Deref for Pooled<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.connection.as_ref().unwrap()
    }
}

impl DerefMut for Pooled<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.connection.as_mut().unwrap()
    }
}
