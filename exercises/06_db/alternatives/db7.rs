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
            name: "expand: title is the table's column, book a view of it that can be written",
            sql: "ALTER TABLE wishes RENAME COLUMN book TO title;
                  ALTER TABLE wishes ADD COLUMN book TEXT;
                  UPDATE wishes SET book = title;
                  CREATE TRIGGER inserted AFTER INSERT ON wishes BEGIN
                      UPDATE wishes
                      SET title = iif(new.book IS NULL, new.title, new.book),
                          book = coalesce(new.book, new.title)
                      WHERE id = new.id;
                  END;
                  CREATE TRIGGER updated AFTER UPDATE ON wishes BEGIN
                      UPDATE wishes
                      SET title = iif(new.book IS old.book, new.title, new.book),
                          book = iif(new.book IS old.book, new.title, new.book)
                      WHERE id = new.id AND (new.title IS NOT old.title OR new.book IS NOT old.book);
                  END;",
        },
        Migration {
            version: 3,
            name: "contract: a new table takes the place of the old one",
            sql: "CREATE TABLE new_wishes (
                      id INTEGER PRIMARY KEY, customer TEXT NOT NULL, title TEXT NOT NULL DEFAULT ''
                  ) STRICT;
                  INSERT INTO new_wishes SELECT id, customer, title FROM wishes;
                  DROP TABLE wishes;
                  ALTER TABLE new_wishes RENAME TO wishes;",
        },
    ]
}

/// Brings a database up to date and returns the versions that were applied.
///
/// All in one transaction that writes from its beginning, with a savepoint for each migration.
pub fn migrate(shop: &mut Connection, migrations: &[Migration]) -> Result<Vec<i64>, MigrateError> {
    shop.execute_batch("BEGIN IMMEDIATE")?;
    let mut done = Vec::new();
    let result = go_on(shop, migrations, &mut done);
    let committed = shop.execute_batch("COMMIT");
    if !shop.is_autocommit() {
        shop.execute_batch("ROLLBACK")?;
    }
    committed?;
    result.map(|()| done)
}

fn go_on(
    shop: &Connection,
    migrations: &[Migration],
    done: &mut Vec<i64>,
) -> Result<(), MigrateError> {
    shop.execute_batch("CREATE TABLE IF NOT EXISTS history (version INTEGER, checksum INTEGER)")?;
    let mut query = shop.prepare("SELECT version, checksum FROM history ORDER BY version")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let had: Vec<(i64, i64)> = rows.collect::<Result<_, _>>()?;
    let mut list = migrations.iter();
    for &(version, checksum) in &had {
        match list.next() {
            Some(next) if next.version == version && fnv(next.sql) == checksum => {}
            Some(next) if next.version == version => {
                return Err(MigrateError::Changed { version });
            }
            Some(next) if next.version < version => {
                let version = next.version;
                return Err(MigrateError::Late { version });
            }
            _ => return Err(MigrateError::Unknown { version }),
        }
    }
    for migration in list {
        let version = migration.version;
        shop.execute_batch("SAVEPOINT migration")?;
        if let Err(error) = shop.execute_batch(migration.sql) {
            shop.execute_batch("ROLLBACK TO migration")?;
            return Err(MigrateError::Failed { version, error });
        }
        shop.execute(
            "INSERT INTO history VALUES (?1, ?2)",
            params![version, fnv(migration.sql)],
        )?;
        shop.execute_batch("RELEASE migration")?;
        done.push(version);
    }
    Ok(())
}

/// FNV-1a: the same tomorrow and on every machine, which std's hasher does not promise.
fn fnv(text: &str) -> i64 {
    let start = 0xcbf2_9ce4_8422_2325_u64;
    let hash = text.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash.cast_signed()
}
