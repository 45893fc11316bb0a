//! What db8 is checked for. Read it as the specification; edits here are undone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use testkit::gate::Gate;
use testkit::marginalia::{self, VISIBLE};
use testkit::{Failure, checks, fail, patience};

#[path = "../db8.rs"]
mod db8;

use db8::{GetError, Open, Pool, Pooled};

fn main() {
    testkit::run(checks![
        lends_and_takes_back,
        takes_back_what_an_error_or_a_panic_leaves,
        leaves_no_transaction_in_what_comes_back,
        closes_what_it_cannot_clean,
        waits_no_longer_than_it_is_told,
        wakes_who_waits,
        goes_on_waiting_when_somebody_else_was_faster,
        opens_no_more_than_its_limit,
        takes_back_the_place_when_opening_fails,
        lets_others_lend_while_one_opens,
    ]);
}

/// Longer than any check takes.
const LONG: Duration = Duration::from_secs(3600);
/// As short as a wait can be.
const SHORT: Duration = Duration::from_millis(20);

/// A pool of connections to a shop, and how many were opened.
struct Shop {
    pool: Arc<Pool>,
    opened: Arc<AtomicUsize>,
}

fn connect() -> rusqlite::Result<Connection> {
    let conn = Connection::open("shop.db")?;
    conn.busy_timeout(Duration::ZERO)?;
    Ok(conn)
}

impl Shop {
    fn of(limit: usize) -> Self {
        Self::opening(limit, |_| Ok(()))
    }

    /// Before the connection of a number, from 1, is opened, `before` is asked.
    fn opening(
        limit: usize,
        before: impl Fn(usize) -> rusqlite::Result<()> + Send + Sync + 'static,
    ) -> Self {
        drop(marginalia::create_at("shop.db", &VISIBLE));
        let opened = Arc::new(AtomicUsize::new(0));
        let counted = opened.clone();
        let open: Open = Box::new(move || {
            before(counted.fetch_add(1, Ordering::SeqCst) + 1)?;
            connect()
        });
        let pool = Arc::new(Pool::new(limit, open));
        Self { pool, opened }
    }

    fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    /// A connection that must be there at once.
    #[track_caller]
    fn get(&self, given: &str, why: &str) -> Pooled<'_> {
        // Asked on another thread first: code that waits for ever holds up that one only.
        let pool = self.pool.clone();
        let asked = told(move || pool.get(Duration::ZERO).map(drop));
        match asked.and_then(|result| result.ok().map(|()| self.pool.get(Duration::ZERO))) {
            Some(Ok(pooled)) => pooled,
            _ => no_connection(given, "none").because(why).raise(),
        }
    }
}

fn no_connection(given: &str, got: &str) -> Failure {
    fail("there is no connection where one must be to be had")
        .given(given)
        .expected("a connection")
        .got(got)
}

/// Calls something on a thread of its own; `None` if it does not return.
fn told<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, result) = mpsc::channel();
    thread::spawn(move || {
        let _ = sender.send(call());
    });
    wait_for(&result)
}

fn wait_for<T>(result: &mpsc::Receiver<T>) -> Option<T> {
    let got = result.recv_timeout(patience::left()).ok();
    if got.is_none() {
        patience::lose();
    }
    got
}

/// A thread that waits for a connection, and says how it went when it has one or none.
fn waiter(shop: &Shop, wait: Duration) -> mpsc::Receiver<Result<(), GetError>> {
    let (sender, result) = mpsc::channel();
    let pool = shop.pool.clone();
    thread::spawn(move || {
        let got = pool.get(wait);
        let _ = sender.send(got.map(drop));
    });
    // Until it waits, or is done.
    Gate::closed().settle(usize::MAX);
    result
}

fn lends_and_takes_back() {
    let shop = Shop::of(2);
    let count = |pooled: &Pooled<'_>| -> i64 {
        let count = pooled.query_row("SELECT count(*) FROM books", [], |row| row.get(0));
        count.expect("a query on a good connection")
    };
    for round in 1..=5 {
        let given = match round {
            1 => "a pool of 2; a connection is lent, dropped, lent again, and dropped".to_owned(),
            _ => format!(
                "a pool of 2; a connection is lent, dropped, lent again, and so on, {} times in all",
                2 * round
            ),
        };
        let why = "what was given back is lent again: that is what a pool is for";
        let mut pooled = shop.get(&given, why);
        assert_eq!(count(&pooled), 22, "the books of the shop");
        let transaction = pooled
            .transaction()
            .expect("a transaction on a good connection");
        transaction
            .commit()
            .expect("an empty transaction can be committed");
        drop(pooled);
        if shop.opened() != 1 {
            fail("the pool opens a connection where one has come back")
                .given(given)
                .expected("1 connection opened")
                .got(format!("{} opened", shop.opened()))
                .because(why)
                .raise();
        }
    }
}

fn takes_back_what_an_error_or_a_panic_leaves() {
    const WHY: &str = "on Sunday each error took a connection with it, until none was left. What must happen on every way out belongs into Drop";
    /// As a handler would: an error ends it early.
    fn handler(pool: &Pool) -> Result<i64, Box<dyn std::error::Error>> {
        let pooled = pool.get(Duration::ZERO).map_err(|_| "no connection")?;
        let id = pooled.query_row("SELECT id FROM no_such_table", [], |row| row.get(0))?;
        Ok(id)
    }
    let shop = Shop::of(1);
    drop(handler(&shop.pool));
    drop(shop.get(
        "a pool of 1; a handler got a connection and returned with `?`",
        WHY,
    ));
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _pooled = shop.pool.get(Duration::ZERO);
        std::panic::resume_unwind(Box::new("a bug in a handler"));
    }));
    assert!(ended.is_err());
    drop(shop.get("a pool of 1; a handler got a connection and panicked", WHY));
    let pool = shop.pool.clone();
    let ended = thread::spawn(move || {
        let _pooled = pool.get(Duration::ZERO);
        std::panic::resume_unwind(Box::new("a bug in a handler"));
    })
    .join();
    assert!(ended.is_err());
    drop(shop.get(
        "a pool of 1; a thread got a connection and ended with a panic",
        WHY,
    ));
}

fn leaves_no_transaction_in_what_comes_back() {
    const WHY: &str = "the next user's order would be part of a stranger's transaction, and be undone or committed with it";
    let statements = [
        "BEGIN; INSERT INTO authors (name) VALUES ('Nobody')",
        "BEGIN IMMEDIATE; INSERT INTO authors (name) VALUES ('Nobody')",
        "SAVEPOINT one; INSERT INTO authors (name) VALUES ('Nobody'); SAVEPOINT two",
        "BEGIN; SELECT 1",
    ];
    for statement in statements {
        let shop = Shop::of(1);
        let given =
            format!("a pool of 1; its connection is lent, runs\n{statement}\nand is dropped");
        let pooled = shop.get(&given, WHY);
        pooled.execute_batch(statement).expect("a good statement");
        drop(pooled);
        // Somebody else, who is not of the pool.
        let other = connect().expect("the file opens");
        let written = other.execute("UPDATE authors SET country = 'Poland' WHERE id = 2", []);
        if let Err(error) = written {
            fail("a connection that nobody uses keeps writers waiting")
                .given(format!("{given}; then another program writes"))
                .expected("no error")
                .got(format!("SQLite says: {error}"))
                .because("a transaction that is undone only when the connection is lent again holds the lock until then, all night if nobody comes")
                .raise();
        }
        let pooled = shop.get(&given, WHY);
        let nobody = pooled.query_row(
            "SELECT count(*) FROM authors WHERE name = 'Nobody'",
            [],
            |row| row.get(0),
        );
        let nobody: i64 = nobody.expect("a query on a good connection");
        if !pooled.is_autocommit() || nobody > 0 {
            fail("a transaction is handed on to the next user")
                .given(given)
                .expected("a connection without a transaction, and nothing of the last one's")
                .got(format!(
                    "{}, and rows of it in the table: {nobody}",
                    if pooled.is_autocommit() {
                        "no transaction"
                    } else {
                        "an open transaction"
                    }
                ))
                .because(WHY)
                .raise();
        }
        if shop.opened() != 1 {
            fail("a connection with a transaction is thrown away")
                .given(given)
                .expected("its transaction undone, and the same connection lent again")
                .got(format!("connections opened: {}", shop.opened()))
                .because("every handler that ends with an error would cost a new connection, and opening them was what the pool is there to save")
                .raise();
        }
    }
}

fn closes_what_it_cannot_clean() {
    const WHY: &str = "a connection in an unknown state is no use to anybody: close it, which undoes what it has begun, and let another one be opened in its place";
    let shop = Shop::of(1);
    let given = "a pool of 1; its connection has begun a transaction, SQLite refuses to roll it back (an authorizer forbids it), and it is dropped";
    let pooled = shop.get(given, WHY);
    pooled
        .execute_batch("BEGIN; INSERT INTO authors (name) VALUES ('Nobody')")
        .expect("a good statement");
    pooled.authorizer(Some(|context: AuthContext<'_>| match context.action {
        AuthAction::Transaction { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    }));
    drop(pooled);
    let pooled = shop.get(given, WHY);
    if !pooled.is_autocommit() || shop.opened() != 2 {
        fail("a connection that cannot be cleaned is lent again")
            .given(given)
            .expected("a new connection")
            .got(format!(
                "{}; connections opened in all: {}",
                if pooled.is_autocommit() {
                    "no transaction"
                } else {
                    "the open transaction"
                },
                shop.opened()
            ))
            .because(WHY)
            .raise();
    }
}

fn waits_no_longer_than_it_is_told() {
    const WHY: &str = "a request that waits for ever is never answered, and nobody sees why; with an error after a while somebody does";
    let shop = Shop::of(1);
    let given = "a pool of 1, whose connection is lent";
    let pooled = shop.get("a pool of 1", WHY);
    let times_out = |wait: Duration, given: &str, why: &str| {
        let pool = shop.pool.clone();
        let got = told(move || pool.get(wait).map(drop));
        if !matches!(got, Some(Err(GetError::Timeout))) {
            fail("get does not give up in time")
                .given(format!(
                    "{given}; get(Duration::from_millis({}))",
                    wait.as_millis()
                ))
                .expected("Err(Timeout)")
                .got(got.map_or_else(|| "no answer".to_owned(), |got| format!("{got:?}")))
                .because(why)
                .raise();
        }
    };
    times_out(Duration::ZERO, given, WHY);
    times_out(SHORT, given, WHY);
    let other = waiter(&shop, LONG);
    let given = "a pool of 1, whose connection is lent, and somebody waits an hour for it";
    let why = "who waits must not hold what others need in order to ask: each has its own patience";
    times_out(Duration::ZERO, given, why);
    times_out(SHORT, given, why);
    drop(pooled);
    let _ = wait_for(&other);
}

fn wakes_who_waits() {
    const WHY: &str =
        "who waits sleeps until it is woken: each connection that comes back must wake somebody";
    for waiting in [1, 3] {
        let shop = Shop::of(2);
        let given = format!("a pool of 2, both lent; {waiting} wait for an hour; both are dropped");
        let why = "a pool of two lends two";
        let lent = [
            shop.get(&given, why),
            shop.pool.get(Duration::ZERO).unwrap_or_else(|error| {
                no_connection(&given, &format!("Err({error:?})"))
                    .because(why)
                    .raise()
            }),
        ];
        let waiters: Vec<_> = (0..waiting).map(|_| waiter(&shop, LONG)).collect();
        drop(lent);
        for waiter in &waiters {
            let got = wait_for(waiter);
            if !matches!(got, Some(Ok(()))) {
                let got = got.map_or_else(|| "it still waits".to_owned(), |got| format!("{got:?}"));
                no_connection(&given, &got).because(WHY).raise();
            }
        }
    }
}

fn goes_on_waiting_when_somebody_else_was_faster() {
    const WHY: &str = "to be woken is not to have got it: another thread may have come in between. Look again, and wait for the rest of the time";
    let given = "a pool of 1, lent; somebody waits for an hour; the connection is dropped and at once lent to another, then dropped again";
    let mut faster = 0;
    // Mostly the other is faster than the one who must be woken; if not, once more.
    for _ in 0..50 {
        let shop = Shop::of(1);
        let mut lent = Some(shop.get(given, WHY));
        let waiter = waiter(&shop, LONG);
        while lent.is_some() && faster < 3 {
            drop(lent.take());
            lent = shop.pool.get(Duration::ZERO).ok();
            faster += usize::from(lent.is_some());
            // Until the one who was woken waits again, or is done.
            Gate::closed().settle(usize::MAX);
        }
        drop(lent);
        let got = wait_for(&waiter);
        if !matches!(got, Some(Ok(()))) {
            let got = got.map_or_else(
                || "it still waits".to_owned(),
                |got| format!("{got:?}, after much less than an hour"),
            );
            no_connection(given, &got).because(WHY).raise();
        }
        if faster == 3 {
            return;
        }
    }
}

fn opens_no_more_than_its_limit() {
    const WHY: &str = "the limit is what the database can bear; eight servers that open one too many each are eight too many";
    let gate = Gate::closed();
    let at_gate = gate.clone();
    let shop = Shop::opening(2, move |_| {
        at_gate.pass("while a connection is opened");
        Ok(())
    });
    let (sender, results) = mpsc::channel();
    for _ in 0..4 {
        let (pool, sender) = (shop.pool.clone(), sender.clone());
        thread::spawn(move || {
            let pooled = pool.get(LONG);
            let _ = sender.send(
                pooled
                    .as_ref()
                    .map(|_| ())
                    .map_err(|error| format!("{error:?}")),
            );
        });
    }
    gate.settle(usize::MAX);
    gate.open();
    let given = "a pool of 2; 4 threads ask at the same time, and give back when they have got one";
    for _ in 0..4 {
        let got = wait_for(&results);
        if !matches!(got, Some(Ok(()))) {
            no_connection(given, &format!("{got:?}"))
                .because("all four come through, two at a time")
                .raise();
        }
    }
    if shop.opened() > 2 {
        fail("the pool opens more connections than its limit")
            .given(given)
            .expected("2 connections opened at most")
            .got(format!("{} opened", shop.opened()))
            .because(WHY)
            .raise();
    }
    // One after the other, too.
    let shop = Shop::of(2);
    let lent: Vec<_> = (0..2).map(|_| shop.pool.get(Duration::ZERO)).collect();
    let pool = shop.pool.clone();
    let third = told(move || pool.get(Duration::ZERO).map(drop));
    if lent.iter().any(Result::is_err) || !matches!(third, Some(Err(GetError::Timeout))) {
        fail("the pool does not lend two, and no third")
            .given("a pool of 2; three are asked for and none given back")
            .expected("Ok, Ok, Err(Timeout)")
            .got(format!("{}, {}, {third:?}", said(&lent[0]), said(&lent[1])))
            .because(WHY)
            .raise();
    }
}

fn said(result: &Result<Pooled<'_>, GetError>) -> String {
    match result {
        Ok(_) => "Ok".to_owned(),
        Err(error) => format!("Err({error:?})"),
    }
}

fn takes_back_the_place_when_opening_fails() {
    const WHY: &str =
        "a database that is away for a minute would leave the pool without places for ever";
    let failing = |times: usize| {
        move |number: usize| {
            if number <= times {
                return Err(rusqlite::Error::InvalidQuery);
            }
            Ok(())
        }
    };
    let shop = Shop::opening(1, failing(3));
    for _ in 0..3 {
        let pool = shop.pool.clone();
        let got = told(move || pool.get(Duration::ZERO).map(drop));
        if !matches!(
            got,
            Some(Err(GetError::Open(rusqlite::Error::InvalidQuery)))
        ) {
            fail("a connection that cannot be opened is not reported")
                .given("a pool of 1; opening fails three times, and get is called three times")
                .expected("Err(Open(...)) with the error, each time")
                .got(got.map_or_else(|| "no answer".to_owned(), |got| format!("{got:?}")))
                .because(WHY)
                .raise();
        }
    }
    drop(shop.get(
        "a pool of 1; opening has failed three times and works now",
        WHY,
    ));

    let gate = Gate::closed();
    let at_gate = gate.clone();
    let shop = Shop::opening(1, move |number| {
        if number == 1 {
            at_gate.pass("while a connection is opened");
        }
        failing(1)(number)
    });
    let first = {
        let pool = shop.pool.clone();
        let (sender, result) = mpsc::channel();
        thread::spawn(move || {
            let _ = sender.send(pool.get(LONG).map(drop));
        });
        gate.settle(1);
        result
    };
    let second = {
        let pool = shop.pool.clone();
        let (sender, result) = mpsc::channel();
        thread::spawn(move || {
            let _ = sender.send(pool.get(LONG).map(drop));
        });
        gate.settle(usize::MAX);
        result
    };
    gate.open();
    let _ = wait_for(&first);
    let got = wait_for(&second);
    if !matches!(got, Some(Ok(()))) {
        no_connection(
            "a pool of 1; while one thread opens the connection, a second one waits for an hour; then opening fails",
            &got.map_or_else(|| "the second one still waits".to_owned(), |got| format!("{got:?}")),
        )
        .because("the place is free again: who waits must be woken to open one itself")
        .raise();
    }
}

fn lets_others_lend_while_one_opens() {
    const WHY: &str = "opening may take seconds: whoever does that under the lock makes all others wait, those who only want to give back, too";
    let gate = Gate::closed();
    let at_gate = gate.clone();
    let shop = Shop::opening(2, move |number| {
        if number == 2 {
            at_gate.pass("while a connection is opened");
        }
        Ok(())
    });
    let first = shop.get("a pool of 2", "a pool of two lends one");
    let slow = {
        let pool = shop.pool.clone();
        let (sender, result) = mpsc::channel();
        thread::spawn(move || {
            let _ = sender.send(pool.get(LONG).map(drop));
        });
        gate.settle(1);
        result
    };
    let given = "a pool of 2; one is lent, another thread is opening the second";
    // On a thread of its own: code that holds the lock holds up that one only.
    let pool = shop.pool.clone();
    let busy = told(move || pool.get(Duration::ZERO).map(drop));
    let gave_up = matches!(busy, Some(Err(GetError::Timeout)));
    if !gave_up {
        gate.open();
        let _ = wait_for(&slow);
        fail("get does not answer while another thread opens a connection")
            .given(format!("{given}; get(Duration::ZERO)"))
            .expected("Err(Timeout) at once")
            .got(busy.map_or_else(|| "no answer".to_owned(), |got| format!("{got:?}")))
            .because(WHY)
            .raise();
    }
    drop(first);
    let pool = shop.pool.clone();
    let again = told(move || pool.get(Duration::ZERO).map(drop));
    gate.open();
    let _ = wait_for(&slow);
    if !matches!(again, Some(Ok(()))) {
        no_connection(
            &format!("{given}; the first is dropped; get(Duration::ZERO)"),
            &again.map_or_else(|| "no answer".to_owned(), |got| format!("{got:?}")),
        )
        .because(WHY)
        .raise();
    }
}
