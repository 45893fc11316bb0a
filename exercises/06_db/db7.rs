//! # db7: the column that changed its name
//!
//! Marginalia's wish list calls a column `book`, and from the next release on it is to be `title`.
//! Last time such a change was typed in by hand, on two servers of three. This time the
//! program brings the database up to date when it starts; it runs on three servers, which are
//! restarted one after the other, so for some minutes old programs and new ones run side by side.
//!
//! Rules for `migrate`. A list of migrations comes in ascending order of their versions.
//! - It applies those that the database has not had yet, in order, and returns their versions.
//!   Which ones it has had, the database itself remembers, in a table that `migrate` makes and that is
//!   yours. Called again it changes nothing and returns no versions.
//! - A migration is applied whole, and remembered, or not at all. If SQLite refuses it: `Failed` with its
//!   version and SQLite's error. Those before it stay, those after it are not tried, and the next
//!   call goes on there.
//! - Before anything is applied: if one that the database has had is missing in the list, that is
//!   `Unknown` (this program is older than the database). If its `sql` is not the same text any more,
//!   `Changed`. If one that it has not had comes before one that it has had, `Late`. If several of
//!   these hold, any one of them is told.
//! - Several programs may start at the same moment. Each migration is applied once, and none of the
//!   programs fails for that. The connection has a busy timeout, leave that alone.
//! - On no way out a transaction is left open. Errors of SQLite that belong to no migration are
//!   `Database`.
//!
//! Rules for `migrations`. A new name in three steps is "expand and contract"
//! (<https://martinfowler.com/bliki/ParallelChange.html>):
//! - 1 stays as it is: it is out there.
//! - 2 expands: `title` comes beside `book`, with what is there. From now on the old program reads and
//!   writes `book` and the new one `title`: they SELECT, INSERT and UPDATE their own column and know
//!   nothing of the other. What the one writes the other reads, at once.
//! - 3 contracts, when all servers have the new program: `book` is gone, and so is what kept the
//!   two alike. No wish is lost on the way.
//!
//! What keeps two columns alike is a trigger (<https://sqlite.org/lang_createtrigger.html>): a
//! statement that SQLite runs after another one. This is one of those you need; when the old program
//! inserts, `title` has its default:
//!
//!     CREATE TRIGGER old_insert AFTER INSERT ON wishes WHEN new.title = ''
//!     BEGIN
//!         UPDATE wishes SET title = new.book WHERE id = new.id;
//!     END;
//!
//! What to do: write `migrate`, and mend `migrations`. `first_missing`, which compares what the
//! database has had with the list, is right as it is. (ALTER TABLE:
//! <https://sqlite.org/lang_altertable.html>; a transaction holds for changes of tables, too.)

use std::collections::BTreeMap;

use rusqlite::Connection;

/// A change of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Its place in the order, above 0; there may be gaps.
    pub version: i64,
    /// What it does, for people.
    pub name: &'static str,
    /// One statement or several.
    pub sql: &'static str,
}

/// Why a database could not be brought up to date.
#[derive(Debug)]
pub enum MigrateError {
    /// The database has had a migration that is not in the list.
    Unknown { version: i64 },
    /// A migration that the database has had has another text now.
    Changed { version: i64 },
    /// The database has had a later one than this, and not this.
    Late { version: i64 },
    /// SQLite refuses this migration.
    Failed {
        version: i64,
        error: rusqlite::Error,
    },
    /// SQLite refuses something else.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for MigrateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// The wish list's migrations. In the end its column is `title`.
pub fn migrations() -> Vec<Migration> {
    vec![
        Migration {
            version: 1,
            name: "the wish list",
            sql: "CREATE TABLE wishes (
                      id       INTEGER PRIMARY KEY,
                      customer TEXT NOT NULL,
                      book     TEXT NOT NULL DEFAULT ''
                  ) STRICT;",
        },
        Migration {
            version: 2,
            name: "book becomes title",
            sql: "ALTER TABLE wishes RENAME COLUMN book TO title;",
        },
    ]
}

/// Brings a database up to date and returns the versions that were applied.
pub fn migrate(shop: &mut Connection, migrations: &[Migration]) -> Result<Vec<i64>, MigrateError> {
    // The versions that the database has had, with the text of each.
    let had = BTreeMap::new();
    let next = first_missing(&had, migrations)?;
    todo!("apply {next:?} to {shop:?}")
}

/// The migration that comes next, if the history fits the list.
fn first_missing<'m>(
    had: &BTreeMap<i64, String>,
    migrations: &'m [Migration],
) -> Result<Option<&'m Migration>, MigrateError> {
    for (&version, sql) in had {
        match migrations.iter().find(|known| known.version == version) {
            None => return Err(MigrateError::Unknown { version }),
            Some(known) if known.sql != sql => return Err(MigrateError::Changed { version }),
            Some(_) => {}
        }
    }
    let next = migrations
        .iter()
        .find(|migration| !had.contains_key(&migration.version));
    let last = had.keys().next_back();
    match next {
        Some(&Migration { version, .. }) if Some(&version) < last => {
            Err(MigrateError::Late { version })
        }
        next => Ok(next),
    }
}
