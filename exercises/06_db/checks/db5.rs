//! What db5 is checked for. Read it as the specification; edits here are undone.

use std::collections::BTreeMap;

use rusqlite::Connection;
use testkit::marginalia::{self, Dataset};
use testkit::sql::{self, Fault};
use testkit::table::{Order, Table, Value, diff};
use testkit::{Rng, checks, fail, for_all};

#[path = "../db5.rs"]
mod db5;

use db5::{Outcome, Trolley, move_all, move_trolley};

fn main() {
    testkit::run(checks![
        moves_every_book_of_a_trolley,
        changes_nothing_when_a_trolley_is_short,
        counts_a_book_that_is_on_the_trolley_twice,
        changes_nothing_of_a_trolley_when_a_write_fails,
        leaves_no_transaction_open,
        goes_on_with_what_earlier_trolleys_brought,
        undoes_a_short_trolley_and_nothing_else,
        changes_nothing_of_a_list_when_a_write_fails,
        says_what_sqlite_says,
        undoes_all_when_sqlite_does_not_and_when_it_has,
        moves_whatever_lists_come,
    ]);
}

const SMALL: Dataset = Dataset {
    name: "small",
    about: "five books; 4 is nowhere, 5 in the shop only",
    fill: |shop| {
        shop.run(
            "CREATE TABLE moves (
                 id         INTEGER PRIMARY KEY,
                 book_id    INTEGER NOT NULL REFERENCES books (id),
                 from_place TEXT NOT NULL,
                 to_place   TEXT NOT NULL,
                 copies     INTEGER NOT NULL CHECK (copies > 0)
             ) STRICT;
             INSERT INTO books (id, title, price_cents) VALUES
                 (1, 'One', 100), (2, 'Two', 200), (3, 'Three', 300), (4, 'Four', 400),
                 (5, 'Five', 500);
             INSERT INTO stock VALUES
                 (1, 'warehouse', 10), (2, 'warehouse', 4), (3, 'warehouse', 1),
                 (1, 'shop', 2), (5, 'shop', 3);",
        );
    },
};

fn open() -> Connection {
    marginalia::create_at("shop.db", &SMALL)
}

/// What must be in the tables, worked out without SQLite.
#[derive(Clone)]
struct Books {
    stock: BTreeMap<(i64, String), i64>,
    moves: Vec<(i64, String, String, i64)>,
}

impl Books {
    fn new() -> Self {
        let start = [
            (1, "warehouse", 10),
            (2, "warehouse", 4),
            (3, "warehouse", 1),
            (1, "shop", 2),
            (5, "shop", 3),
        ];
        Self {
            stock: start
                .map(|(book, place, copies)| ((book, place.to_owned()), copies))
                .into(),
            moves: Vec::new(),
        }
    }

    fn push(&mut self, trolley: &Trolley) -> Outcome {
        let mut after = self.clone();
        for &(book, copies) in &trolley.books {
            let from = after.stock.entry((book, trolley.from.clone())).or_default();
            if *from < copies {
                return Outcome::TooFew { book };
            }
            *from -= copies;
            *after.stock.entry((book, trolley.to.clone())).or_default() += copies;
            let (from, to) = (trolley.from.clone(), trolley.to.clone());
            after.moves.push((book, from, to, copies));
        }
        *self = after;
        Outcome::Moved
    }

    /// Shelves with copies; whether an empty one has a row is left open.
    fn stock(&self) -> Table {
        let mut table = Table::new(["book_id", "place", "copies"]);
        for ((book, place), copies) in self.stock.iter().filter(|(_, copies)| **copies > 0) {
            table.push(vec![
                (*book).into(),
                place.as_str().into(),
                (*copies).into(),
            ]);
        }
        table
    }

    fn moves(&self) -> Table {
        let mut table = Table::new(["book_id", "from_place", "to_place", "copies"]);
        for (book, from, to, copies) in &self.moves {
            let (from, to): (Value, Value) = (from.as_str().into(), to.as_str().into());
            table.push(vec![(*book).into(), from, to, (*copies).into()]);
        }
        table
    }

    /// Expects the database to hold this and nothing else.
    #[track_caller]
    fn are_in(&self, conn: &Connection, what: &str, given: &str, why: &str) {
        let stock =
            "SELECT book_id, place, copies FROM stock WHERE copies > 0 ORDER BY book_id, place";
        let moves = "SELECT book_id, from_place, to_place, copies FROM moves ORDER BY id";
        let tables = [
            ("stock", self.stock(), stock, Order::Any),
            ("moves", self.moves(), moves, Order::Exact),
        ];
        for (name, expected, query, order) in tables {
            let got = sql::select(conn, query);
            if let Some(difference) = diff(&expected, &got, order) {
                fail(format!("{what}: in `{name}` {}", difference.what))
                    .given(given)
                    .expected(difference.expected)
                    .got(difference.got)
                    .because(why)
                    .raise();
            }
        }
    }
}

fn to_shop(books: &[(i64, i64)]) -> Trolley {
    Trolley {
        from: "warehouse".to_owned(),
        to: "shop".to_owned(),
        books: books.to_vec(),
    }
}

fn back(books: &[(i64, i64)]) -> Trolley {
    let Trolley { from, to, books } = to_shop(books);
    Trolley {
        from: to,
        to: from,
        books,
    }
}

/// `2 x book 1, 1 x book 3 from warehouse to shop`.
fn shown(trolley: &Trolley) -> String {
    let books = trolley.books.iter();
    let books: Vec<String> = books
        .map(|(book, copies)| format!("{copies} x book {book}"))
        .collect();
    let (from, to) = (&trolley.from, &trolley.to);
    format!("{} from {from} to {to}", books.join(", "))
}

fn listed(trolleys: &[Trolley]) -> String {
    let lines = trolleys.iter().map(shown);
    lines.collect::<Vec<_>>().join("\n")
}

/// Expects an outcome (or a list of them) and no error.
#[track_caller]
fn comes_out<T: std::fmt::Debug + PartialEq>(
    got: rusqlite::Result<T>,
    expected: &T,
    given: &str,
    why: &str,
) {
    if got.as_ref().ok() != Some(expected) {
        let what = match got {
            Ok(_) => "the outcome is wrong",
            Err(_) => "an error is returned where there is none",
        };
        fail(what)
            .given(given)
            .expected(format!("Ok({expected:?})"))
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
}

/// Moves one trolley in a fresh shop and compares all there is to compare.
#[track_caller]
fn tried(trolley: &Trolley, why: &str) {
    let mut conn = open();
    let mut books = Books::new();
    let expected = books.push(trolley);
    let given = shown(trolley);
    comes_out(move_trolley(&mut conn, trolley), &expected, &given, why);
    let why = match expected {
        Outcome::TooFew { .. } => SHORT,
        Outcome::Moved => why,
    };
    books.are_in(&conn, "after the trolley", &given, why);
}

const SHORT: &str = "a short trolley changes nothing: what was written before it was found to be short must be undone. Return without COMMIT, or look before you write";

fn moves_every_book_of_a_trolley() {
    const WHY: &str = "what leaves one place arrives at the other, a book that was never there too, and each move is noted";
    for trolley in [
        to_shop(&[(1, 3)]),
        to_shop(&[(1, 10), (2, 1), (3, 1)]),
        back(&[(5, 3), (1, 1)]),
        to_shop(&[]),
    ] {
        tried(&trolley, WHY);
    }
}

fn changes_nothing_when_a_trolley_is_short() {
    const WHY: &str = "too few copies are an answer, not an error: it names the first book of the trolley that is short";
    for trolley in [
        to_shop(&[(3, 2)]),
        to_shop(&[(1, 1), (2, 4), (3, 2), (4, 1)]),
        to_shop(&[(1, 1), (4, 1)]),
        to_shop(&[(1, 1), (5, 1)]),
        back(&[(5, 1), (1, 2), (2, 1)]),
    ] {
        tried(&trolley, WHY);
    }
}

fn counts_a_book_that_is_on_the_trolley_twice() {
    const WHY: &str = "two lines of a trolley may take from the same shelf: the second sees what the first has left";
    tried(&to_shop(&[(2, 2), (1, 1), (2, 2)]), WHY);
    tried(&to_shop(&[(2, 3), (1, 1), (2, 2)]), WHY);
    tried(
        &to_shop(&[(2, 2), (4, 1), (2, 3)]),
        "line by line: book 2 is there for the first line, and then book 4 is short",
    );
}

/// Expects all of `after` without a fault and nothing with one.
#[track_caller]
fn all_or_nothing<T: std::fmt::Debug + PartialEq>(
    conn: &Connection,
    fault: Fault,
    got: &rusqlite::Result<T>,
    expected: &T,
    after: &Books,
    given: &str,
) {
    const WHY: &str = "a transaction is all or nothing: begin it before the first write, commit it after the last, and let every error roll it back";
    if fault == Fault::None {
        if got.as_ref().ok() != Some(expected) {
            fail("the outcome is wrong")
                .given(given)
                .expected(format!("Ok({expected:?})"))
                .got(format!("{got:?}"))
                .raise();
        }
        after.are_in(conn, "when nothing fails", given, WHY);
        return;
    }
    // A transaction that is still open shows what a rollback would undo: judged elsewhere.
    if !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK")
            .expect("a transaction to end");
    }
    Books::new().are_in(conn, "after a failure", given, WHY);
    if got.is_ok() {
        fail("a failure is reported as success")
            .given(given)
            .expected("Err with SQLite's error")
            .got(format!("{got:?}"))
            .because("the caller goes on and believes that the books have been moved: hand on every error, that of COMMIT too")
            .raise();
    }
}

fn changes_nothing_of_a_trolley_when_a_write_fails() {
    let trolley = to_shop(&[(1, 3), (2, 1), (1, 2)]);
    let mut after = Books::new();
    let expected = after.push(&trolley);
    sql::at_each_fault(open, |conn, fault| {
        let got = move_trolley(conn, &trolley);
        all_or_nothing(conn, fault, &got, &expected, &after, &shown(&trolley));
    });
}

fn leaves_no_transaction_open() {
    const WHY: &str = "the next caller would go on in it, or meet `cannot start a transaction within a transaction`; rusqlite's Transaction ends when it is dropped, BEGIN does not";
    let trolleys = [
        to_shop(&[(1, 3), (2, 1)]),
        to_shop(&[(3, 1), (4, 1)]),
        back(&[(1, 1)]),
    ];
    sql::at_each_fault(open, |conn, _| {
        let _ = move_trolley(conn, &trolleys[0]);
        sql::expect_no_transaction(conn, WHY);
    });
    sql::at_each_fault(open, |conn, _| {
        let _ = move_all(conn, &trolleys);
        sql::expect_no_transaction(conn, WHY);
    });
    let mut conn = open();
    let _ = move_trolley(&mut conn, &trolleys[1]);
    sql::expect_no_transaction(&conn, WHY);
    let _ = move_all(&mut conn, &[]);
    sql::expect_no_transaction(&conn, WHY);
    // And the connection can be used again after each of them.
    let mut books = Books::new();
    let expected = books.push(&trolleys[0]);
    let given = "a short trolley, an empty list, and then: ".to_owned() + &shown(&trolleys[0]);
    comes_out(
        move_trolley(&mut conn, &trolleys[0]),
        &expected,
        &given,
        WHY,
    );
    books.are_in(
        &conn,
        "after a short trolley and an empty list",
        &given,
        WHY,
    );
}

/// Moves a list in a fresh shop and compares all there is to compare.
#[track_caller]
fn tried_list(trolleys: &[Trolley], why: &str) {
    let mut conn = open();
    let mut books = Books::new();
    let expected: Vec<Outcome> = trolleys.iter().map(|one| books.push(one)).collect();
    let given = listed(trolleys);
    comes_out(move_all(&mut conn, trolleys), &expected, &given, why);
    books.are_in(&conn, "after the list", &given, why);
}

fn goes_on_with_what_earlier_trolleys_brought() {
    tried_list(
        &[
            back(&[(5, 3)]),
            to_shop(&[(5, 2)]),
            to_shop(&[(3, 1)]),
            back(&[(3, 1), (5, 2)]),
        ],
        "the list is moved in order: a later trolley takes what an earlier one has brought",
    );
}

fn undoes_a_short_trolley_and_nothing_else() {
    const WHY: &str = "a short trolley is undone alone, with all the books that it had moved already: a savepoint inside the transaction, or looking before writing. Those before and after it are moved, and each has its outcome";
    tried_list(
        &[
            to_shop(&[(1, 4)]),
            to_shop(&[(2, 2), (1, 1), (3, 2)]),
            to_shop(&[(2, 4)]),
        ],
        WHY,
    );
    tried_list(&[to_shop(&[(1, 1), (4, 1)]), to_shop(&[(1, 10)])], WHY);
    tried_list(
        &[to_shop(&[(1, 1)]), to_shop(&[(2, 4), (3, 1), (2, 1)])],
        WHY,
    );
}

fn changes_nothing_of_a_list_when_a_write_fails() {
    let trolleys = [
        to_shop(&[(1, 3), (2, 1)]),
        to_shop(&[(2, 1), (4, 1)]),
        back(&[(5, 2)]),
    ];
    let mut after = Books::new();
    let expected: Vec<Outcome> = trolleys.iter().map(|one| after.push(one)).collect();
    sql::at_each_fault(open, |conn, fault| {
        let got = move_all(conn, &trolleys);
        all_or_nothing(conn, fault, &got, &expected, &after, &listed(&trolleys));
    });
}

fn says_what_sqlite_says() {
    const WHY: &str = "a place that does not exist is not a shelf that is empty: SQLite's own error tells where to look";
    let nowhere = Trolley {
        to: "attic".to_owned(),
        ..to_shop(&[(1, 1)])
    };
    let second = Trolley {
        to: "attic'; DROP TABLE moves; --".to_owned(),
        ..to_shop(&[(1, 1), (2, 1)])
    };
    for trolley in [nowhere, second] {
        let mut conn = open();
        let lists = [
            vec![trolley.clone()],
            vec![to_shop(&[(1, 1)]), trolley.clone()],
        ];
        let one = move_trolley(&mut conn, &trolley).map(|outcome| vec![outcome]);
        let mut results = vec![(shown(&trolley), one)];
        for list in &lists {
            results.push((listed(list), move_all(&mut conn, list)));
        }
        for (given, got) in results {
            let constraint = matches!(
                &got,
                Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
            );
            if !constraint {
                fail("SQLite's error does not come back")
                    .given(given)
                    .expected("Err with SQLite's error: CHECK constraint failed")
                    .got(format!("{got:?}"))
                    .because(WHY)
                    .raise();
            }
        }
        Books::new().are_in(
            &conn,
            "after a place that does not exist",
            &shown(&trolley),
            WHY,
        );
    }
}

/// Tries both functions in a shop that is made so that they must fail.
fn fails(made: &str, about: &str, is: fn(&str) -> bool, expected: &str, why: &str) {
    for all in [false, true] {
        let mut conn = open();
        conn.execute_batch(made)
            .expect("the check's own statements");
        let trolley = to_shop(&[(1, 1), (2, 1)]);
        let got = if all {
            move_all(&mut conn, &[trolley.clone(), back(&[(5, 1)])]).map(|_| ())
        } else {
            move_trolley(&mut conn, &trolley).map(|_| ())
        };
        let call = if all { "move_all" } else { "move_trolley" };
        let given = format!("{about}; {call} with {}", shown(&trolley));
        if !got.as_ref().is_err_and(|error| is(&error.to_string())) {
            fail("SQLite's error does not come back")
                .given(given)
                .expected(format!("Err: {expected}"))
                .got(format!("{got:?}"))
                .because(why)
                .raise();
        }
        sql::expect_no_transaction(
            &conn,
            "a COMMIT that fails may leave the transaction open: it must be rolled back then",
        );
        Books::new().are_in(&conn, "after a failure", &given, why);
    }
}

fn undoes_all_when_sqlite_does_not_and_when_it_has() {
    fails(
        "DROP TABLE moves;
         CREATE TABLE places (name TEXT PRIMARY KEY) STRICT;
         CREATE TABLE moves (
             id         INTEGER PRIMARY KEY,
             book_id    INTEGER NOT NULL,
             from_place TEXT NOT NULL,
             to_place   TEXT NOT NULL REFERENCES places (name) DEFERRABLE INITIALLY DEFERRED,
             copies     INTEGER NOT NULL
         ) STRICT;",
        "a foreign key that is looked at only at the COMMIT, and is broken",
        |text| text.contains("FOREIGN KEY"),
        "FOREIGN KEY constraint failed",
        "such a COMMIT fails and leaves the transaction open, for somebody to mend it: here, to roll it back",
    );
    fails(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON main.moves WHEN new.book_id = 2
         BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END;",
        "when the second book is noted the disk is full, and SQLite rolls back by itself",
        |text| text.contains("the disk is full"),
        "the disk is full",
        "after some errors SQLite has rolled back already: another ROLLBACK fails then, and its error must not hide the one that tells what happened",
    );
}

fn moves_whatever_lists_come() {
    for_all("lists of trolleys", 12, |rng: &mut Rng| {
        let trolleys = rng.many(0..6, |rng| {
            let books = rng.many(0..4, |rng| (rng.range(1..=5), rng.range(1..=4)));
            if rng.chance(2, 3) {
                to_shop(&books)
            } else {
                back(&books)
            }
        });
        tried_list(
            &trolleys,
            "each trolley is moved whole or not at all, whatever came before it",
        );
    });
}
