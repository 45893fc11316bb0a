//! fails: waits_no_longer_than_it_is_told
//! Who waits for a connection holds the lock, and others wait for the lock.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use rusqlite::Connection;

/// Opens a connection.
pub type Open = Box<dyn Fn() -> rusqlite::Result<Connection> + Send + Sync>;

/// Connections that are lent to threads.
pub struct Pool {
    open: Open,
    /// A place for each connection that may be open, with the connection if it is.
    places: Mutex<Receiver<Option<Connection>>>,
    back: Sender<Option<Connection>>,
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
        let (back, places) = mpsc::channel();
        for _ in 0..limit {
            back.send(None).expect("the receiver is here");
        }
        Self {
            open,
            places: Mutex::new(places),
            back,
        }
    }

    /// Lends a connection, for which it waits no longer than `wait`.
    pub fn get(&self, wait: Duration) -> Result<Pooled<'_>, GetError> {
        let place = self.places.lock().unwrap().recv_timeout(wait);
        let place = place.map_err(|_| GetError::Timeout)?;
        let connection = match place {
            Some(connection) => connection,
            None => (self.open)().map_err(|error| {
                let _ = self.back.send(None);
                GetError::Open(error)
            })?,
        };
        Ok(Pooled {
            pool: self,
            connection: Some(connection),
        })
    }
}

impl Drop for Pooled<'_> {
    fn drop(&mut self) {
        let clean = self.connection.take().filter(|connection| {
            connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok()
        });
        let _ = self.pool.back.send(clean);
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
