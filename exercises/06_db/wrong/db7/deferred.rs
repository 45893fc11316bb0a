//! fails: applies_each_once_when_two_start_at_once
//! Reads first and writes then, in a transaction that is a reader until it is too late.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

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
            name: "title comes beside book",
            sql: "ALTER TABLE wishes ADD COLUMN title TEXT NOT NULL DEFAULT '';
                  UPDATE wishes SET title = book;

                  CREATE TRIGGER old_insert AFTER INSERT ON wishes WHEN new.title = ''
                  BEGIN
                      UPDATE wishes SET title = new.book WHERE id = new.id;
                  END;
                  CREATE TRIGGER new_insert AFTER INSERT ON wishes WHEN new.book = ''
                  BEGIN
                      UPDATE wishes SET book = new.title WHERE id = new.id;
                  END;
                  CREATE TRIGGER old_update AFTER UPDATE OF book ON wishes
                  WHEN new.book <> new.title
                  BEGIN
                      UPDATE wishes SET title = new.book WHERE id = new.id;
                  END;
                  CREATE TRIGGER new_update AFTER UPDATE OF title ON wishes
                  WHEN new.book <> new.title
                  BEGIN
                      UPDATE wishes SET book = new.title WHERE id = new.id;
                  END;",
        },
        Migration {
            version: 3,
            name: "book goes",
            sql: "DROP TRIGGER old_insert;
                  DROP TRIGGER new_insert;
                  DROP TRIGGER old_update;
                  DROP TRIGGER new_update;
                  ALTER TABLE wishes DROP COLUMN book;",
        },
    ]
}

/// Brings a database up to date and returns the versions that were applied.
pub fn migrate(shop: &mut Connection, migrations: &[Migration]) -> Result<Vec<i64>, MigrateError> {
    let mut applied = Vec::new();
    loop {
        // A writer before it reads: what it finds is still so when it writes, whoever else
        // has started meanwhile. A migration has a transaction of its own.
        let transaction = shop.transaction()?;
        let had = read_history(&transaction)?;
        let Some(next) = first_missing(&had, migrations)? else {
            transaction.commit()?;
            return Ok(applied);
        };
        let version = next.version;
        apply(&transaction, next)
            .and_then(|()| transaction.commit())
            .map_err(|error| MigrateError::Failed { version, error })?;
        applied.push(version);
    }
}

/// The versions that the database has had, with their texts.
fn read_history(shop: &Connection) -> rusqlite::Result<BTreeMap<i64, String>> {
    shop.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (
             version    INTEGER PRIMARY KEY,
             name       TEXT NOT NULL,
             sql        TEXT NOT NULL,
             applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
         ) STRICT",
    )?;
    let mut query = shop.prepare("SELECT version, sql FROM migrations")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
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

fn apply(shop: &Connection, migration: &Migration) -> rusqlite::Result<()> {
    shop.execute_batch(migration.sql)?;
    shop.execute(
        "INSERT INTO migrations (version, name, sql) VALUES (?1, ?2, ?3)",
        params![migration.version, migration.name, migration.sql],
    )?;
    Ok(())
}
