//! What db7 is checked for. Read it as the specification; edits here are undone.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use testkit::table::{Order, Table, Value, diff};
use testkit::{checks, fail, sql};

#[path = "../db7.rs"]
mod db7;

use db7::{MigrateError, Migration, migrate, migrations};

fn main() {
    testkit::run(checks![
        applies_all_in_order,
        applies_each_migration_once,
        keeps_nothing_of_a_migration_that_fails,
        refuses_a_migration_whose_text_has_changed,
        refuses_what_does_not_fit_the_list,
        hands_on_a_commit_that_fails,
        leaves_no_transaction_open,
        says_that_the_database_is_busy,
        applies_each_once_when_two_start_at_once,
        lets_the_old_program_go_on_after_the_second_step,
        shows_each_program_what_the_other_writes,
        keeps_every_wish_on_the_way,
        drops_the_old_name_in_the_end,
    ]);
}

/// The path of a database that nobody has used yet.
fn new_path() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    format!("shop{}.db", NUMBER.fetch_add(1, Ordering::Relaxed))
}

fn connect(path: &str) -> Connection {
    let conn = Connection::open(path).expect("the scratch directory can be written");
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
        .expect("the file can have a log");
    conn.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON")
        .expect("settings of the connection");
    // Here nobody waits by the clock: who would have to wait is told so at once.
    conn.busy_timeout(Duration::ZERO)
        .expect("a setting of the connection");
    conn
}

const fn migration(version: i64, sql: &'static str) -> Migration {
    let name = "a change";
    Migration { version, name, sql }
}

const A: Migration = migration(
    3,
    "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('three');",
);
const B: Migration = migration(20, "INSERT INTO notes VALUES ('twenty');");
const C: Migration = migration(
    100,
    "ALTER TABLE notes ADD COLUMN day TEXT; INSERT INTO notes VALUES ('hundred', '2025-03-01');",
);
const D: Migration = migration(
    20_250_301,
    "INSERT INTO notes (text) VALUES ('it''s the last; really')",
);

/// `3, 20, 100`.
fn versions(migrations: &[Migration]) -> String {
    let versions = migrations.iter().map(|one| one.version.to_string());
    versions.collect::<Vec<_>>().join(", ")
}

fn listed(migrations: &[Migration]) -> String {
    let lines = migrations
        .iter()
        .map(|one| format!("{}: {}", one.version, one.sql));
    lines.collect::<Vec<_>>().join("\n")
}

/// Calls `migrate` and expects it to have applied these versions.
#[track_caller]
fn applies(conn: &mut Connection, list: &[Migration], expected: &[i64], given: &str, why: &str) {
    let got = migrate(conn, list);
    if got.as_ref().ok().map(Vec::as_slice) != Some(expected) {
        fail("migrate does not return the versions that it had to apply")
            .given(given)
            .expected(format!("Ok({expected:?})"))
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
}

/// Expects `notes` to hold these texts, in this order.
#[track_caller]
fn notes_are(conn: &Connection, texts: &[&str], given: &str, why: &str) {
    let mut expected = Table::new(["text"]);
    for text in texts {
        expected.push(vec![(*text).into()]);
    }
    let there = "SELECT count(*) FROM sqlite_schema WHERE name = 'notes'";
    let got = if sql::select(conn, there).cell(0, 0).same(&0.into()) {
        Table::new(["text"])
    } else {
        sql::select(conn, "SELECT text FROM notes ORDER BY rowid")
    };
    if let Some(difference) = diff(&expected, &got, Order::Exact) {
        fail(format!(
            "what the migrations write to `notes` is wrong: {}",
            difference.what
        ))
        .given(given)
        .expected(difference.expected)
        .got(difference.got)
        .because(why)
        .raise();
    }
}

/// The calls so far, as a failure shows them.
fn after(lists: &[&[Migration]]) -> String {
    let lines = lists
        .iter()
        .map(|list| format!("migrate with the versions {}", versions(list)));
    let all = lists.last().map_or_else(String::new, |list| listed(list));
    format!("{}\n{all}", lines.collect::<Vec<_>>().join("\n"))
}

fn applies_all_in_order() {
    const WHY: &str = "a later migration stands on the earlier ones: they are applied in the order of the list, all of them";
    let mut conn = connect(&new_path());
    let list = [A, B, C];
    let given = after(&[&list]);
    applies(&mut conn, &list, &[3, 20, 100], &given, WHY);
    notes_are(&conn, &["three", "twenty", "hundred"], &given, WHY);
    let mut empty = connect(&new_path());
    applies(&mut empty, &[], &[], "migrate with an empty list", WHY);
}

fn applies_each_migration_once() {
    const WHY: &str = "the program starts many times: the database must remember what it has had, and another connection must find it";
    let path = new_path();
    let mut conn = connect(&path);
    applies(&mut conn, &[A, B], &[3, 20], &after(&[&[A, B]]), WHY);
    applies(&mut conn, &[A, B], &[], &after(&[&[A, B], &[A, B]]), WHY);
    drop(conn);
    let mut conn = connect(&path);
    let given = after(&[&[A, B], &[A, B], &[A, B, C, D]]);
    applies(&mut conn, &[A, B, C, D], &[100, 20_250_301], &given, WHY);
    applies(&mut conn, &[A, B, C, D], &[], &given, WHY);
    let texts = ["three", "twenty", "hundred", "it's the last; really"];
    notes_are(&conn, &texts, &given, WHY);
}

fn keeps_nothing_of_a_migration_that_fails() {
    const WHY: &str = "half a migration is a state that nobody has ever seen: put it and the note that it was applied into one transaction, each migration into its own";
    const BROKEN: Migration = migration(
        20,
        "INSERT INTO notes VALUES ('half'); CREATE TABLE half (x); INSERT INTO no_such_table VALUES (1);",
    );
    let mut conn = connect(&new_path());
    let list = [A, BROKEN, C];
    let given = after(&[&list]);
    let got = migrate(&mut conn, &list);
    if !matches!(&got, Err(MigrateError::Failed { version: 20, .. })) {
        fail("a migration that SQLite refuses is not told")
            .given(&given)
            .expected("Err(Failed { version: 20, error: no such table: no_such_table })")
            .got(format!("{got:?}"))
            .because("whoever is called at night needs to know which one it was")
            .raise();
    }
    if !conn.is_autocommit() {
        // Judged by a check of its own.
        conn.execute_batch("ROLLBACK")
            .expect("a transaction to end");
    }
    notes_are(&conn, &["three"], &given, WHY);
    let half = sql::select(&conn, "SELECT name FROM sqlite_schema WHERE name = 'half'");
    if !half.is_empty() {
        fail("a table of a migration that failed is there")
            .given(&given)
            .expected("no table `half`")
            .got("the table `half`")
            .because("in SQLite a transaction holds for CREATE and ALTER, too")
            .raise();
    }
    let mended = [A, B, C];
    let given = format!("{given}\nthen, mended: {}", listed(&mended));
    applies(
        &mut conn,
        &mended,
        &[20, 100],
        &given,
        "the next call goes on where the last one stopped: what came before the failure stays",
    );
    notes_are(&conn, &["three", "twenty", "hundred"], &given, WHY);
}

/// Expects `migrate` to refuse the list and to change nothing.
#[track_caller]
fn refuses(
    had: &[Migration],
    list: &[Migration],
    expected: &str,
    is: fn(&MigrateError) -> bool,
    why: &str,
) {
    let mut conn = connect(&new_path());
    let given = format!(
        "a database that has had {}\n{}\nthen migrate with {}\n{}",
        versions(had),
        listed(had),
        versions(list),
        listed(list)
    );
    if let Err(error) = migrate(&mut conn, had) {
        fail("migrate fails")
            .given(listed(had))
            .expected("Ok")
            .got(format!("{error:?}"))
            .because("this list must be applied before the next one can be refused")
            .raise();
    }
    let before = sql::select(&conn, "SELECT text FROM notes ORDER BY rowid");
    let got = migrate(&mut conn, list);
    if !got.as_ref().is_err_and(is) {
        fail("migrate takes a list that does not fit the database")
            .given(&given)
            .expected(format!("Err({expected})"))
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
    let after = sql::select(&conn, "SELECT text FROM notes ORDER BY rowid");
    if before != after {
        fail("migrate has applied something before it refused the list")
            .given(&given)
            .expected(before)
            .got(after)
            .because("first look at all of the list, then begin")
            .raise();
    }
}

fn refuses_a_migration_whose_text_has_changed() {
    const WHY: &str = "this database has had the old text, a new one will have the new text: from then on they differ, and nobody knows. Remember the text, or a checksum of it";
    // Of the same length, and in one place only.
    const OTHER_B: Migration = migration(20, "INSERT INTO notes VALUES ('Twenty');");
    const OTHER_A: Migration = migration(3, "CREATE TABLE notes (text TEXT, day TEXT);");
    let is: fn(&MigrateError) -> bool =
        |error| matches!(error, MigrateError::Changed { version: 20 });
    refuses(&[A, B], &[A, OTHER_B], "Changed { version: 20 }", is, WHY);
    refuses(
        &[A, B],
        &[A, OTHER_B, C],
        "Changed { version: 20 }",
        is,
        WHY,
    );
    let is: fn(&MigrateError) -> bool =
        |error| matches!(error, MigrateError::Changed { version: 3 });
    refuses(&[A, B], &[OTHER_A, B, C], "Changed { version: 3 }", is, WHY);
    let list = migrations();
    let first = list.first().map(|first| {
        (
            first.version,
            first.sql.split_whitespace().collect::<Vec<_>>().join(" "),
        )
    });
    let expected = "CREATE TABLE wishes ( id INTEGER PRIMARY KEY, customer TEXT NOT NULL, book TEXT NOT NULL DEFAULT '' ) STRICT;";
    if first != Some((1, expected.to_owned())) {
        fail("the first migration of the wish list is not what it was")
            .expected(format!("1: {expected}"))
            .got(format!("{first:?}"))
            .because("it has been applied on every server: a change must come as a new migration")
            .raise();
    }
}

fn refuses_what_does_not_fit_the_list() {
    let is: fn(&MigrateError) -> bool =
        |error| matches!(error, MigrateError::Unknown { version: 100 });
    refuses(
        &[A, B, C],
        &[A, B],
        "Unknown { version: 100 }",
        is,
        "the database is ahead of this program, which may not know its tables any more: an old program must not go on as if nothing were",
    );
    let is: fn(&MigrateError) -> bool = |error| {
        matches!(
            error,
            MigrateError::Unknown { version: 20 } | MigrateError::Late { .. }
        )
    };
    refuses(
        &[A, B],
        &[A, C],
        "Unknown { version: 20 }",
        is,
        "the list lacks one that the database has had: it comes from another branch",
    );
    let is: fn(&MigrateError) -> bool = |error| matches!(error, MigrateError::Unknown { .. });
    refuses(
        &[A, B],
        &[],
        "Unknown { version: 3 }",
        is,
        "a program that knows of no migration is older than any database that has had one",
    );
    const EARLY: Migration = migration(1, "SELECT 1;");
    for (list, version) in [([A, B, C], 20), ([EARLY, A, C], 1)] {
        let is: fn(&MigrateError) -> bool =
            |error| matches!(error, MigrateError::Late { version: 1 | 20 });
        refuses(
            &[A, C],
            &list,
            &format!("Late {{ version: {version} }}"),
            is,
            "on this database it would be applied after later ones, on a new one before them: the two would not be the same",
        );
    }
}

fn hands_on_a_commit_that_fails() {
    let mut conn = connect(&new_path());
    sql::fail_at_commit(&conn);
    let got = migrate(&mut conn, &[A, B]);
    sql::heal(&conn);
    if got.is_ok() {
        fail("a COMMIT that fails is reported as success")
            .given("the disk is full at each COMMIT; migrate with the versions 3, 20")
            .expected("Err with SQLite's error")
            .got(format!("{got:?}"))
            .because("the program goes on with tables that are not there")
            .raise();
    }
    notes_are(
        &conn,
        &[],
        "the disk is full at each COMMIT",
        "nothing was committed",
    );
    // When its own tables are there already, the first COMMIT is that of a migration.
    let mut conn = connect(&new_path());
    if migrate(&mut conn, &[A]).is_err() {
        return; // Judged by the first check.
    }
    sql::fail_at_commit(&conn);
    let got = migrate(&mut conn, &[A, B]);
    sql::heal(&conn);
    if got.is_ok() {
        fail("a COMMIT that fails is reported as success")
            .given("the database has had 3; the disk is full at each COMMIT; migrate with the versions 3, 20")
            .expected("Err with SQLite's error")
            .got(format!("{got:?}"))
            .because("the program goes on with tables that are not there")
            .raise();
    }
}

fn leaves_no_transaction_open() {
    const WHY: &str =
        "the program's next BEGIN would fail, and all other writers would wait for it";
    const BROKEN: Migration = migration(20, "INSERT INTO no_such_table VALUES (1);");
    const OTHER_A: Migration = migration(3, "CREATE TABLE others (x);");
    let mut conn = connect(&new_path());
    for list in [
        &[A, BROKEN][..],
        &[A, B],
        &[OTHER_A, B],
        &[B],
        &[A, B, C],
        &[],
    ] {
        let _ = migrate(&mut conn, list);
        sql::expect_no_transaction(&conn, WHY);
    }
    let mut conn = connect(&new_path());
    sql::fail_at_commit(&conn);
    let _ = migrate(&mut conn, &[A, B]);
    sql::expect_no_transaction(&conn, WHY);
}

fn says_that_the_database_is_busy() {
    let path = new_path();
    let (mut ours, theirs) = (connect(&path), connect(&path));
    theirs
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");
    let got = migrate(&mut ours, &[A, B]);
    let busy = |error: &rusqlite::Error| {
        error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
    };
    let told = match &got {
        Err(MigrateError::Database(error) | MigrateError::Failed { error, .. }) => busy(error),
        _ => false,
    };
    if !told {
        fail("a database that stays busy is not told")
            .given("another program writes and does not end; migrate with the versions 3, 20")
            .expected("Err(Database(database is locked))")
            .got(format!("{got:?}"))
            .because("the program must not start on tables that may be the old ones, and the list is not to blame")
            .raise();
    }
    sql::expect_no_transaction(&ours, "a program that gives up must not hold anything");
}

thread_local! {
    /// What another program does after a statement of ours.
    static OTHER: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
}

fn applies_each_once_when_two_start_at_once() {
    const LIST: [Migration; 3] = [A, B, C];
    for had in [&LIST[..0], &LIST[..1]] {
        // After each statement there is, until there are no more.
        for moment in 1..=60 {
            if !race_at(moment, had, &LIST) {
                break;
            }
        }
    }
}

/// Lets another program start after a statement of ours, and compares all that comes of it;
/// false where there was no such statement.
fn race_at(moment: i32, had: &[Migration], list: &'static [Migration]) -> bool {
    const WHY: &str = "three servers start at the same moment. What one has read is old when it writes, unless it is the writer before it reads: BEGIN IMMEDIATE, then look, then apply";
    let path = new_path();
    let (mut ours, mut theirs) = (connect(&path), connect(&path));
    if migrate(&mut ours, had).is_err() {
        return false; // Judged by the first check.
    }
    let statements = Cell::new(0);
    let done = Rc::new(RefCell::new(None));
    let told = done.clone();
    OTHER.set(Some(Box::new(move || {
        statements.set(statements.get() + 1);
        if statements.get() == moment {
            told.replace(Some(migrate(&mut theirs, list)));
        }
    })));
    ours.trace_v2(
        TraceEventCodes::SQLITE_TRACE_PROFILE,
        Some(|event| {
            if let TraceEvent::Profile(..) = event {
                // Taken out meanwhile: what it does may lead here again.
                let Some(mut act) = OTHER.take() else { return };
                act();
                OTHER.set(Some(act));
            }
        }),
    );
    let got = migrate(&mut ours, list);
    ours.trace_v2(TraceEventCodes::empty(), None);
    OTHER.take();
    let theirs = done.take();
    let given = format!(
        "two programs start with the versions {}, the database has had {}; after statement {moment} of the one, all of the other's migrate runs and returns {}",
        versions(list),
        if had.is_empty() {
            "none".to_owned()
        } else {
            versions(had)
        },
        theirs.as_ref().map_or_else(
            || "nothing: there was no such statement".to_owned(),
            |theirs| format!("{theirs:?}")
        )
    );
    let Ok(mut applied) = got else {
        fail("one of two programs that start at once fails")
            .given(given)
            .expected("Ok with the versions that it has applied itself")
            .got(format!("{got:?}"))
            .because(WHY)
            .raise()
    };
    let mut all = applied.clone();
    match &theirs {
        Some(Ok(others)) => all.extend(others),
        // The busy timeout is over at once here.
        Some(Err(MigrateError::Database(error) | MigrateError::Failed { error, .. }))
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {}
        Some(Err(error)) => fail("one of two programs that start at once fails")
            .given(given)
            .expected("that the other one has applied the rest, or finds the database busy")
            .got(format!("Err({error:?})"))
            .because(WHY)
            .raise(),
        None => {}
    }
    drop(ours);
    let conn = connect(&path);
    notes_are(&conn, &["three", "twenty", "hundred"], &given, WHY);
    all.sort_unstable();
    let expected: Vec<i64> = list[had.len()..].iter().map(|one| one.version).collect();
    if all != expected {
        applied.sort_unstable();
        fail("two programs have not told who applied what")
            .given(given)
            .expected(format!(
                "each of the versions {expected:?} returned by one of the two"
            ))
            .got(format!(
                "Ok({applied:?}) from the one whose statement it was"
            ))
            .because(
                "each program returns what it has applied itself, and nothing that the other has",
            )
            .raise();
    }
    theirs.is_some()
}

/// What one of the two programs does with the wish list; `column` is what it calls it.
struct Program {
    name: &'static str,
    column: &'static str,
}

const OLD: Program = Program {
    name: "the old program",
    column: "book",
};
const NEW: Program = Program {
    name: "the new program",
    column: "title",
};

impl Program {
    fn inserts(&self, conn: &Connection, customer: &str, text: &str) {
        let column = self.column;
        self.runs(
            conn,
            &format!("INSERT INTO wishes (customer, {column}) VALUES ('{customer}', '{text}')"),
        );
    }

    fn updates(&self, conn: &Connection, customer: &str, text: &str) {
        let column = self.column;
        self.runs(
            conn,
            &format!("UPDATE wishes SET {column} = '{text}' WHERE customer = '{customer}'"),
        );
    }

    fn runs(&self, conn: &Connection, statement: &str) {
        if let Err(error) = conn.execute_batch(statement) {
            fail(format!("{} cannot write any more", self.name))
                .given(statement)
                .expected("no error")
                .got(format!("SQLite says: {}", sql::said(&error)))
                .because("it runs on servers that have not been restarted yet, or already have: for a while both must work as they are")
                .raise();
        }
    }

    #[track_caller]
    fn reads(&self, conn: &Connection, expected: &[(&str, &str)], given: &str, why: &str) {
        let query = format!(
            "SELECT customer, {} FROM wishes ORDER BY customer",
            self.column
        );
        let mut table = Table::new(["customer", self.column]);
        for (customer, text) in expected {
            table.push(vec![Value::from(*customer), Value::from(*text)]);
        }
        let got = match conn.prepare(&query) {
            Ok(_) => sql::select(conn, &query),
            Err(error) => fail(format!("{} cannot read any more", self.name))
                .given(format!("{given}\n{query}"))
                .expected(table)
                .got(format!("SQLite says: {}", sql::said(&error)))
                .because("it runs on servers that have not been restarted yet, or already have")
                .raise(),
        };
        if let Some(difference) = diff(&table, &got, Order::Any) {
            fail(format!(
                "{} reads something else: {}",
                self.name, difference.what
            ))
            .given(format!("{given}\n{query}"))
            .expected(difference.expected)
            .got(difference.got)
            .because(why)
            .raise();
        }
    }
}

/// The wish list after the migrations up to `last`, with two wishes from before the second.
/// The check applies them by itself: it must not depend on `migrate`.
fn wishes(last: i64) -> Connection {
    let conn = connect(&new_path());
    let list = migrations();
    if list.len() < 3 || !list.iter().map(|one| one.version).eq(1..=list.len() as i64) {
        fail("the wish list does not change in three steps")
            .expected("migrations with the versions 1, 2 and 3")
            .got(format!("the versions {}", versions(&list)))
            .because("in one step the old programs stop in the middle of what they do. First both names, then the new one alone")
            .raise();
    }
    for migration in list.iter().filter(|one| one.version <= last) {
        if migration.version == 2 {
            OLD.inserts(&conn, "ana", "Emma");
            OLD.inserts(&conn, "bo", "Dune");
        }
        if let Err(error) = conn.execute_batch(migration.sql) {
            fail(format!("SQLite refuses migration {} of the wish list", migration.version))
                .given(migration.sql)
                .expected("no error")
                .got(format!("SQLite says: {}", sql::said(&error)))
                .because("a column on which a trigger stands cannot be dropped before the trigger, and what stands there already cannot be created again")
                .raise();
        }
    }
    conn
}

fn lets_the_old_program_go_on_after_the_second_step() {
    const WHY: &str = "the servers are restarted one after the other: until the last one is, the old program must read and write as ever";
    let conn = wishes(2);
    let given = "after migration 2";
    OLD.reads(&conn, &[("ana", "Emma"), ("bo", "Dune")], given, WHY);
    OLD.inserts(&conn, "cy", "Ulysses");
    OLD.updates(&conn, "ana", "Persuasion");
    let given = "after migration 2, an INSERT and an UPDATE of the old program";
    OLD.reads(
        &conn,
        &[("ana", "Persuasion"), ("bo", "Dune"), ("cy", "Ulysses")],
        given,
        WHY,
    );
    OLD.runs(&conn, "DELETE FROM wishes WHERE customer = 'bo'");
    OLD.reads(
        &conn,
        &[("ana", "Persuasion"), ("cy", "Ulysses")],
        given,
        WHY,
    );
}

fn shows_each_program_what_the_other_writes() {
    const WHY: &str = "a wish that was made on one server is looked at on another: what one program writes to its column must be in the other's, after INSERT and after UPDATE";
    let conn = wishes(2);
    OLD.inserts(&conn, "cy", "Ulysses");
    NEW.inserts(&conn, "di", "Nana");
    let given = "after migration 2, an INSERT of each program";
    let wanted = [
        ("ana", "Emma"),
        ("bo", "Dune"),
        ("cy", "Ulysses"),
        ("di", "Nana"),
    ];
    NEW.reads(&conn, &wanted, given, WHY);
    OLD.reads(&conn, &wanted, given, WHY);
    // Each changes what the other has written, and what it has written itself.
    OLD.updates(&conn, "di", "Germinal");
    NEW.updates(&conn, "cy", "Dubliners");
    OLD.updates(&conn, "ana", "Persuasion");
    NEW.updates(&conn, "bo", "Solaris");
    let given = "after migration 2, an INSERT and two UPDATEs of each program";
    let wanted = [
        ("ana", "Persuasion"),
        ("bo", "Solaris"),
        ("cy", "Dubliners"),
        ("di", "Germinal"),
    ];
    NEW.reads(&conn, &wanted, given, WHY);
    OLD.reads(&conn, &wanted, given, WHY);
    // And again, so that nothing depends on who came first.
    NEW.updates(&conn, "ana", "Emma");
    OLD.updates(&conn, "bo", "Dune");
    NEW.updates(&conn, "di", "Nana");
    let given = "after migration 2, and many UPDATEs of each program";
    let wanted = [
        ("ana", "Emma"),
        ("bo", "Dune"),
        ("cy", "Dubliners"),
        ("di", "Nana"),
    ];
    NEW.reads(&conn, &wanted, given, WHY);
    OLD.reads(&conn, &wanted, given, WHY);
    // A wish without a book is a wish, too, and none of another's concern.
    OLD.updates(&conn, "cy", "");
    NEW.inserts(&conn, "ed", "");
    OLD.inserts(&conn, "fay", "Ubik");
    NEW.inserts(&conn, "gil", "Orlando");
    let given = "after migration 2, wishes whose book is empty, and others after them";
    let wanted = [
        ("ana", "Emma"),
        ("bo", "Dune"),
        ("cy", ""),
        ("di", "Nana"),
        ("ed", ""),
        ("fay", "Ubik"),
        ("gil", "Orlando"),
    ];
    NEW.reads(&conn, &wanted, given, WHY);
    OLD.reads(&conn, &wanted, given, WHY);
    // Several rows at once.
    OLD.runs(&conn, "UPDATE wishes SET book = book || ' (again)'");
    let again: Vec<(&str, String)> = wanted
        .iter()
        .map(|(who, what)| (*who, format!("{what} (again)")))
        .collect();
    let again: Vec<(&str, &str)> = again
        .iter()
        .map(|(who, what)| (*who, what.as_str()))
        .collect();
    NEW.reads(
        &conn,
        &again,
        "after an UPDATE of the old program that changes all rows",
        WHY,
    );
}

fn keeps_every_wish_on_the_way() {
    const WHY: &str = "what was wished before the change is wished after it: the new column is filled with what is there, and the last step takes nothing with it";
    let conn = wishes(2);
    let wanted = [("ana", "Emma"), ("bo", "Dune")];
    NEW.reads(&conn, &wanted, "two wishes, then migration 2", WHY);
    let conn = wishes(i64::MAX);
    NEW.reads(&conn, &wanted, "two wishes, then all migrations", WHY);
}

fn drops_the_old_name_in_the_end() {
    const WHY: &str = "a column that nobody reads, kept up by triggers that nobody knows, is what the next person stumbles over";
    let conn = wishes(i64::MAX);
    NEW.inserts(&conn, "cy", "Ulysses");
    NEW.inserts(&conn, "di", "");
    NEW.updates(&conn, "ana", "Persuasion");
    let wanted = [
        ("ana", "Persuasion"),
        ("bo", "Dune"),
        ("cy", "Ulysses"),
        ("di", ""),
    ];
    NEW.reads(
        &conn,
        &wanted,
        "all migrations, then the new program alone",
        WHY,
    );
    let got = sql::select(
        &conn,
        "SELECT name FROM pragma_table_xinfo('wishes') ORDER BY name",
    );
    let mut expected = Table::new(["name"]);
    for name in ["customer", "id", "title"] {
        expected.push(vec![name.into()]);
    }
    if let Some(difference) = diff(&expected, &got, Order::Any) {
        fail(format!(
            "the columns of `wishes` are wrong in the end: {}",
            difference.what
        ))
        .given("all migrations")
        .expected(difference.expected)
        .got(difference.got)
        .because(WHY)
        .raise();
    }
    let left = sql::select(
        &conn,
        "SELECT type, name FROM sqlite_schema
         WHERE name <> 'wishes' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    );
    if !left.is_empty() {
        fail("something is left over in the end")
            .given("all migrations")
            .expected("the table `wishes` and nothing else")
            .got(left)
            .because(WHY)
            .raise();
    }
}
