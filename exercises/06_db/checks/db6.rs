//! What db6 is checked for. Read it as the specification; edits here are undone.
//!
//! Nothing here is left to luck: the other program is a second connection, which writes at
//! the very moment that matters.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::{Connection, ErrorCode, Result, params};
use testkit::marginalia::{self, Dataset};
use testkit::table::{Order, Table, Value, diff};
use testkit::{checks, fail, sql};

#[path = "../db6.rs"]
mod db6;

use db6::{Save, reprice, save_blurb};

fn main() {
    testkit::run(checks![
        reprices_a_book,
        loses_no_change_that_others_make_after_it_read,
        does_not_fail_because_others_wrote_after_it_read,
        waits_while_somebody_else_writes,
        saves_what_nobody_has_changed,
        refuses_to_save_over_a_change,
        saves_once_when_two_save_at_once,
        gives_up_with_an_error_when_the_database_stays_busy,
        hands_on_a_commit_that_fails,
        leaves_no_transaction_open,
    ]);
}

const SMALL: Dataset = Dataset {
    name: "small",
    about: "three books, two of them with a blurb",
    fill: |shop| {
        shop.run(
            "CREATE TABLE blurbs (
                 book_id INTEGER PRIMARY KEY REFERENCES books (id),
                 text    TEXT NOT NULL CHECK (text <> ''),
                 version INTEGER NOT NULL DEFAULT 1
             ) STRICT;
             INSERT INTO books (id, title, price_cents) VALUES
                 (1, 'One', 1000), (2, 'Two', 2000), (3, 'Three', 3000);
             INSERT INTO blurbs VALUES (1, 'A book.', 1), (2, 'Another book.', 7);",
        );
    },
};

/// A connection for the learner's code, and one of another program.
struct Shop {
    ours: Connection,
    theirs: Connection,
}

fn open() -> Shop {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let path = format!("shop{}.db", NUMBER.fetch_add(1, Ordering::Relaxed));
    let ours = marginalia::create_at(&path, &SMALL);
    ours.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
        .expect("the new file can have a log");
    let theirs = Connection::open(&path).expect("the new file opens");
    for conn in [&ours, &theirs] {
        conn.execute_batch("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF")
            .expect("settings of the connection");
        // Here nobody waits by the clock: who would have to wait is told so at once.
        conn.busy_timeout(std::time::Duration::ZERO)
            .expect("a setting of the connection");
    }
    Shop { ours, theirs }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Expects a table to hold these rows.
#[track_caller]
fn holds(conn: &Connection, query: &str, expected: &[&[Value]], given: &str, why: &str) {
    let got = sql::select(conn, query);
    let mut table = Table::new(got.columns().to_vec());
    for row in expected {
        table.push(row.to_vec());
    }
    if let Some(difference) = diff(&table, &got, Order::Exact) {
        fail(format!("the table is wrong: {}", difference.what))
            .given(given)
            .expected(difference.expected)
            .got(difference.got)
            .because(why)
            .raise();
    }
}

const PRICES: &str = "SELECT id, price_cents FROM books ORDER BY id";
const BLURBS: &str = "SELECT book_id, text, version FROM blurbs ORDER BY book_id";

#[track_caller]
fn prices_are(shop: &Shop, prices: [i64; 3], given: &str, why: &str) {
    let rows: Vec<[Value; 2]> = (1..)
        .zip(prices)
        .map(|(id, price)| [id, price].map(Into::into))
        .collect();
    let rows: Vec<&[Value]> = rows.iter().map(<[_; 2]>::as_slice).collect();
    holds(&shop.theirs, PRICES, &rows, given, why);
}

#[track_caller]
fn blurbs_are(shop: &Shop, one: (&str, i64), two: (&str, i64), given: &str, why: &str) {
    let row = |id: i64, (text, version): (&str, i64)| [id.into(), text.into(), version.into()];
    let (one, two) = (row(1, one), row(2, two));
    holds(&shop.theirs, BLURBS, &[&one, &two], given, why);
}

/// Expects this result.
#[track_caller]
fn comes_out<T: std::fmt::Debug + PartialEq>(
    got: &Result<T>,
    expected: &T,
    given: &str,
    why: &str,
) {
    if got.as_ref().ok() != Some(expected) {
        fail("the result is wrong")
            .given(given)
            .expected(format!("Ok({expected:?})"))
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
}

fn reprices_a_book() {
    const WHY: &str = "the rule makes the new price of the old one; it is written, for this book alone, and returned";
    let mut shop = open();
    let given = "reprice(shop, 2, price - 10 percent)";
    let got = reprice(&mut shop.ours, 2, &|price| price * 9 / 10);
    comes_out(&got, &Some(1800), given, WHY);
    prices_are(&shop, [1000, 1800, 3000], given, WHY);
    let got = reprice(&mut shop.ours, 2, &|price| price);
    comes_out(&got, &Some(1800), "reprice(shop, 2, the same price)", WHY);
    let given = "reprice(shop, 9, ...), and there is no book 9";
    let got = reprice(&mut shop.ours, 9, &|price| price + 1);
    comes_out(&got, &None, given, WHY);
    prices_are(&shop, [1000, 1800, 3000], given, WHY);
}

/// Reprices book 2 by ten percent while another program adds 50 cents, `times` times, each
/// time after the price was read. Returns the result and how often the other came through.
fn interrupted(shop: &mut Shop, times: usize) -> (Result<Option<i64>>, i64) {
    let left = Cell::new(times);
    let done = Cell::new(0);
    let Shop { ours, theirs } = shop;
    let add = || {
        if left.get() == 0 {
            return;
        }
        left.set(left.get() - 1);
        match theirs.execute(
            "UPDATE books SET price_cents = price_cents + 50 WHERE id = 2",
            [],
        ) {
            Ok(_) => done.set(done.get() + 1),
            // It waits until we are done, and is the later one.
            Err(error) => assert!(is_busy(&error), "{error}"),
        }
    };
    let result = reprice(ours, 2, &|price| {
        add();
        price * 9 / 10
    });
    (result, done.get())
}

/// What book 2 costs after so many additions and a tenth off.
fn right_price(additions: i64) -> i64 {
    (2000 + 50 * additions) * 9 / 10
}

const INTERRUPTED: &str = "price of book 2: 2000; reprice takes a tenth off. After it has read the price, another program adds 50, ";

fn loses_no_change_that_others_make_after_it_read() {
    for (times, often) in [(1, "once"), (3, "each time, three times in all")] {
        let mut shop = open();
        let (result, additions) = interrupted(&mut shop, times);
        // An error is judged by the next check.
        let Ok(price) = result else { continue };
        let given = format!("{INTERRUPTED}{often}");
        let right = right_price(additions);
        let got = sql::select(&shop.theirs, "SELECT price_cents FROM books WHERE id = 2");
        if !got.cell(0, 0).same(&right.into()) || price != Some(right) {
            let in_table = |price: i64| got.cell(0, 0).same(&price.into());
            let (what, why) = match price {
                // The other's change is there, and the tenth is not.
                _ if in_table(2000 + 50 * additions) => (
                    "the price was not changed",
                    "that somebody else has written is no reason to leave it at that: read the new price, and try again",
                ),
                _ if in_table(right) => (
                    "another price is returned than the one that was written",
                    "the caller goes on with a price that is in no table",
                ),
                _ => (
                    "a change is lost",
                    "between reading and writing the price became another one, and what was worked out from the old one was written over it. Make reading and writing one transaction that is a writer before it reads, or write only if the price is still the one that was read",
                ),
            };
            fail(what)
                .given(given)
                .expected(format!(
                    "{right} = (2000 + {}) * 9 / 10, or 1800 if the other program had to wait",
                    50 * additions
                ))
                .got(format!(
                    "{} in the table, {price:?} returned",
                    got.cell(0, 0)
                ))
                .because(why)
                .raise();
        }
    }
}

fn does_not_fail_because_others_wrote_after_it_read() {
    for (times, often) in [(1, "once"), (3, "each time, three times in all")] {
        let mut shop = open();
        let (result, _) = interrupted(&mut shop, times);
        if let Err(error) = result {
            let why = if is_busy(&error) {
                "BEGIN alone is deferred: the SELECT takes a snapshot, and the UPDATE comes too late to become the writer. SQLite says so at once, busy timeout or not. Be the writer before you read (https://sqlite.org/lang_transaction.html)"
            } else {
                "this error is not SQLite's: that others have written is no error, however often. Try again until it is done, or be the writer before you read"
            };
            fail("reprice fails because somebody else has written")
                .given(format!("{INTERRUPTED}{often}"))
                .expected("Ok(Some(...))")
                .got(format!("Err: {error}"))
                .because(why)
                .raise();
        }
    }
}

thread_local! {
    /// The other program, and what it does when its moment has come.
    static OTHER: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
}

fn let_other_act() {
    // Taken out first: what it does may lead here again.
    if let Some(mut act) = OTHER.take() {
        act();
    }
}

fn waits_while_somebody_else_writes() {
    const WHY: &str = "who waits for the writer comes through when it is done";
    let Shop { mut ours, theirs } = open();
    theirs
        .execute_batch(
            "BEGIN IMMEDIATE; UPDATE books SET price_cents = price_cents + 50 WHERE id = 2",
        )
        .expect("nobody else writes");
    OTHER.set(Some(Box::new(move || {
        theirs
            .execute_batch("COMMIT")
            .expect("what was begun can be committed");
    })));
    // SQLite calls this in place of waiting: the writer is done.
    ours.busy_handler(Some(|_| {
        let_other_act();
        true
    }))
    .expect("a setting of the connection");
    let asked = Cell::new(0);
    let got = reprice(&mut ours, 2, &|price| {
        asked.set(asked.get() + 1);
        // A rule that is asked again belongs to somebody who waits by trying again.
        if asked.get() > 1 {
            let_other_act();
        }
        price * 9 / 10
    });
    let waited = OTHER.with_borrow(Option::is_none);
    OTHER.take();
    let given = "price of book 2: 2000. Another program has begun to add 50, and is done as soon as reprice waits for it";
    if got.is_err() && !waited {
        fail("reprice does not wait for a writer")
            .given(given)
            .expected("Ok(Some(1845))")
            .got(format!("{got:?}, without waiting"))
            .because("the connection says how long to wait (its busy timeout): leave that as it is. And a transaction that has read before it becomes a writer is not let wait (https://sqlite.org/c3ref/busy_handler.html)")
            .raise();
    }
    comes_out(&got, &Some(1845), given, WHY);
}

fn saves_what_nobody_has_changed() {
    const WHY: &str = "the text is new and the version, by which others notice it, is one more; other books keep theirs";
    let mut shop = open();
    let given = "save_blurb(shop, 1, 1, \"It's new\")";
    let got = save_blurb(&mut shop.ours, 1, 1, "It's new");
    comes_out(&got, &Save::Saved { version: 2 }, given, WHY);
    blurbs_are(&shop, ("It's new", 2), ("Another book.", 7), given, WHY);
    let given = "save_blurb(shop, 1, 1, ...), then save_blurb(shop, 1, 2, \"Newer\")";
    let got = save_blurb(&mut shop.ours, 1, 2, "Newer");
    comes_out(&got, &Save::Saved { version: 3 }, given, WHY);
    blurbs_are(&shop, ("Newer", 3), ("Another book.", 7), given, WHY);
}

fn refuses_to_save_over_a_change() {
    const WHY: &str = "whoever has edited another version must see the one that is there: the page needs its number";
    for seen in [6, 1, 0, 8, -7, i64::MAX] {
        let mut shop = open();
        let given =
            format!("the blurb of book 2 has version 7: save_blurb(shop, 2, {seen}, \"Mine\")");
        let got = save_blurb(&mut shop.ours, 2, seen, "Mine");
        let why = match got {
            Ok(Save::Saved { .. }) => {
                "it was edited over another version than the one in the table: what is there now would be gone, and nobody has seen it"
            }
            _ => WHY,
        };
        comes_out(&got, &Save::Changed { version: 7 }, &given, why);
        blurbs_are(&shop, ("A book.", 1), ("Another book.", 7), &given, why);
    }
    for book in [3, 9] {
        let mut shop = open();
        let given =
            format!("there is no blurb for book {book}: save_blurb(shop, {book}, 1, \"Mine\")");
        let got = save_blurb(&mut shop.ours, book, 1, "Mine");
        comes_out(
            &got,
            &Save::NoBlurb,
            &given,
            "nobody has changed it: there is nothing to save over",
        );
        blurbs_are(&shop, ("A book.", 1), ("Another book.", 7), &given, WHY);
    }
}

/// The other editor saves over whatever is there: the version of that save.
fn other_saves(theirs: &Connection) -> Option<i64> {
    let saved = theirs.query_row(
        "UPDATE blurbs SET text = 'Theirs', version = version + 1 WHERE book_id = 2
         RETURNING version",
        [],
        |row| row.get(0),
    );
    match saved {
        Ok(version) => Some(version),
        Err(error) if is_busy(&error) => None,
        Err(error) => panic!("{error}"),
    }
}

fn saves_once_when_two_save_at_once() {
    const WHY: &str = "between a look and a write somebody else can do both. Let the UPDATE itself compare the version, and see how many rows it has changed";
    // The other one saves after the first statement of ours, or after the second, and so on.
    for moment in 1..=4 {
        let Shop { mut ours, theirs } = open();
        let check = Connection::open(theirs.path().expect("a file")).expect("the file opens");
        let outcome = Rc::new(Cell::new(None));
        let told = outcome.clone();
        OTHER.set(Some(other_at(moment, theirs, told)));
        ours.trace_v2(
            TraceEventCodes::SQLITE_TRACE_PROFILE,
            Some(|event| {
                if let TraceEvent::Profile(..) = event {
                    let Some(mut act) = OTHER.take() else { return };
                    act();
                    OTHER.set(Some(act));
                }
            }),
        );
        let got = save_blurb(&mut ours, 2, 7, "Ours");
        ours.trace_v2(TraceEventCodes::empty(), None);
        drop(ours);
        // Whoever had no moment yet, or had to wait, comes now.
        if let Some(mut act) = OTHER.take() {
            for _ in 0..8 {
                act();
            }
        }
        let version = outcome.get();
        let given = format!(
            "the blurb of book 2 has version 7. One editor calls save_blurb(shop, 2, 7, \"Ours\"); after its statement {moment} another one saves over what is there"
        );
        let (expected, others) = if version == Some(8) {
            (
                Save::Changed { version: 8 },
                "was first, and has made version 8",
            )
        } else {
            (
                Save::Saved { version: 8 },
                "came later, and has made version 9 of version 8",
            )
        };
        if got.as_ref().ok() != Some(&expected) {
            let (what, why) = match &got {
                Err(error) if is_busy(error) => (
                    "save_blurb fails because somebody else has written",
                    "a transaction that has read before it becomes a writer fails when somebody has written in between. Be the writer before you read, or let one UPDATE compare the version",
                ),
                Err(_) => (
                    "save_blurb fails because somebody else has written",
                    "that somebody else was faster is an outcome and no error: the page shows what is there now",
                ),
                Ok(Save::Saved { version: 8 }) => {
                    ("both editors are told that they have saved", WHY)
                }
                Ok(Save::Saved { .. }) => (
                    "the version is not that of this save",
                    "between a write and a look somebody else can write: the version that you have made is `seen` + 1, or ask for it with RETURNING",
                ),
                Ok(_) => (
                    "the editor is told something else than what happened",
                    "look at the table after the UPDATE, or in one transaction with it: what was read before may be gone",
                ),
            };
            fail(what)
                .given(given)
                .expected(format!("Ok({expected:?}), for the other {others}"))
                .got(format!("{got:?}"))
                .because(why)
                .raise();
        }
        let row = |id: i64, text: &str, version: i64| [id.into(), text.into(), version.into()];
        let rows = [row(1, "A book.", 1), row(2, "Theirs", version.unwrap_or(0))];
        holds(&check, BLURBS, &[&rows[0], &rows[1]], &given, WHY);
    }
}

/// The other editor, who saves when called for the `moment`th time, and again until nobody
/// is in the way.
fn other_at(moment: usize, theirs: Connection, told: Rc<Cell<Option<i64>>>) -> Box<dyn FnMut()> {
    let mut calls = 0;
    Box::new(move || {
        calls += 1;
        if calls >= moment && told.get().is_none() {
            told.set(other_saves(&theirs));
        }
    })
}

fn gives_up_with_an_error_when_the_database_stays_busy() {
    const WHY: &str = "who waits for ever is one more who hangs; and a database that is busy has not said that there is no such book";
    let mut shop = open();
    shop.theirs
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");
    let refused = [
        (
            "reprice(shop, 2, price + 1)",
            reprice(&mut shop.ours, 2, &|price| price + 1).map(|price| format!("{price:?}")),
        ),
        (
            "save_blurb(shop, 2, 7, \"Ours\")",
            save_blurb(&mut shop.ours, 2, 7, "Ours").map(|save| format!("{save:?}")),
        ),
    ];
    for (call, result) in refused {
        if !result.as_ref().is_err_and(is_busy) {
            fail("a database that stays busy is not reported")
                .given(format!("another program writes and does not end: {call}"))
                .expected("Err with SQLite's error: database is locked")
                .got(format!("{result:?}"))
                .because(WHY)
                .raise();
        }
    }
    shop.theirs
        .execute_batch("ROLLBACK")
        .expect("what was begun can be undone");
    prices_are(
        &shop,
        [1000, 2000, 3000],
        "another program writes and does not end",
        WHY,
    );
}

fn hands_on_a_commit_that_fails() {
    for call in [
        "reprice(shop, 2, price + 1)",
        "save_blurb(shop, 2, 7, \"Ours\")",
    ] {
        let mut shop = open();
        sql::fail_at_commit(&shop.ours);
        let failed = if call.starts_with("reprice") {
            reprice(&mut shop.ours, 2, &|price| price + 1).is_err()
        } else {
            save_blurb(&mut shop.ours, 2, 7, "Ours").is_err()
        };
        sql::heal(&shop.ours);
        let given = format!("the disk is full at each COMMIT; {call}");
        if !failed {
            fail("a COMMIT that fails is reported as success")
                .given(&given)
                .expected("Err with SQLite's error")
                .got("Ok")
                .because("nothing has been written, and the caller believes that it was")
                .raise();
        }
        prices_are(&shop, [1000, 2000, 3000], &given, "nothing was committed");
        // A COMMIT that fails for a foreign key leaves the transaction open.
        let mut shop = open();
        shop.ours
            .execute_batch(
                "CREATE TABLE places (id INTEGER PRIMARY KEY);
                 CREATE TABLE changes (
                     place INTEGER REFERENCES places (id) DEFERRABLE INITIALLY DEFERRED
                 );
                 CREATE TRIGGER of_books AFTER UPDATE ON books
                 BEGIN INSERT INTO changes VALUES (1); END;
                 CREATE TRIGGER of_blurbs AFTER UPDATE ON blurbs
                 BEGIN INSERT INTO changes VALUES (1); END;",
            )
            .expect("the check's own statements");
        let result = if call.starts_with("reprice") {
            reprice(&mut shop.ours, 2, &|price| price + 1).map(|price| format!("{price:?}"))
        } else {
            save_blurb(&mut shop.ours, 2, 7, "Ours").map(|save| format!("{save:?}"))
        };
        let given = format!("a foreign key that is looked at only at the COMMIT is broken; {call}");
        let constraint = Some(ErrorCode::ConstraintViolation);
        if !result
            .as_ref()
            .is_err_and(|error| error.sqlite_error_code() == constraint)
        {
            fail("SQLite's error does not come back")
                .given(&given)
                .expected("Err with SQLite's error: FOREIGN KEY constraint failed")
                .got(format!("{result:?}"))
                .because("the first error tells what happened; that of a ROLLBACK must not hide it")
                .raise();
        }
        sql::expect_no_transaction(
            &shop.ours,
            "a COMMIT that fails may leave the transaction open: it must be rolled back then",
        );
        prices_are(&shop, [1000, 2000, 3000], &given, "nothing was committed");
    }
}

fn leaves_no_transaction_open() {
    const WHY: &str = "the next caller would go on in it, and all other writers would wait for it";
    let mut shop = open();
    let broken = reprice(&mut shop.ours, 2, &|_| -1);
    if broken.is_ok() {
        fail("an error of SQLite is not handed on")
            .given("reprice(shop, 2, -1): the table refuses a price below 0")
            .expected("Err with SQLite's error: CHECK constraint failed")
            .got(format!("{broken:?}"))
            .because("the caller believes that the price has changed")
            .raise();
    }
    sql::expect_no_transaction(&shop.ours, WHY);
    let _ = reprice(&mut shop.ours, 9, &|price| price);
    sql::expect_no_transaction(&shop.ours, WHY);
    for (book, seen, text) in [(2, 7, ""), (2, 3, "Old"), (9, 1, "None"), (1, 1, "Good")] {
        let _ = save_blurb(&mut shop.ours, book, seen, text);
        sql::expect_no_transaction(&shop.ours, WHY);
    }
    let given = "after a price below 0, a blurb without text, and others that are refused";
    prices_are(&shop, [1000, 2000, 3000], given, "nothing was written");
    let others = shop
        .theirs
        .execute("UPDATE books SET price_cents = ?1 WHERE id = 1", params![1]);
    others.expect("nobody is in the way of other writers");
}
