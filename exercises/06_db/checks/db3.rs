//! What db3 is checked for. Read it as the specification; edits here are undone.

#[path = "../db3.rs"]
mod db3;

use std::env;
use std::process::Command;

use db3::{Order, Page, PageError, open, page, seal};
use rusqlite::{Connection, params};
use testkit::marginalia::{self, Dataset, EMPTY, Shop, VISIBLE};
use testkit::sql::{Plan, Verb, during, failing_select, growth, select, watch};
use testkit::table::{Order as Sequence, Table, diff};
use testkit::{Failure, Rng, checks, fail, for_all, no_panic};

fn main() {
    if let Ok(cursor) = env::var(RESTARTED) {
        return show_the_page_after(&cursor);
    }
    testkit::run(checks![
        the_first_page_has_the_oldest_orders_of_the_list,
        says_that_there_is_more_only_if_there_is,
        pages_follow_one_another_without_gap_or_repeat,
        shows_every_order_once_while_orders_leave,
        shows_every_order_once_while_orders_come_in,
        shows_an_order_that_comes_in_right_behind_the_last_one,
        goes_on_where_the_last_order_was,
        pages_are_right_whatever_comes_and_goes,
        takes_the_status_for_a_value,
        turns_the_pages_whatever_the_status_is,
        writes_nothing,
        the_work_for_a_page_does_not_grow_with_the_list,
        reads_a_cursor_after_a_restart,
        the_cursor_is_fit_for_a_link,
        refuses_a_cursor_that_was_changed,
        refuses_the_cursor_of_another_list,
        refuses_what_never_was_a_cursor_of_this_list,
        takes_nothing_in_a_cursor_for_sql,
        hands_on_the_error_when_sqlite_fails,
        seal_and_open_are_as_they_were,
    ]);
}

const STATUSES: [&str; 3] = ["open", "shipped", "cancelled"];

const KEYSET: &str = "a page begins behind the last order shown, (placed_on, id) > (its date, its id): the date alone is not unique, and ids do not follow the dates (https://sqlite.org/rowvalue.html#scrolling_window_queries)";
const MOVED: &str = "OFFSET counts rows from the beginning of the list, and the beginning has moved; a page must begin behind an order, not behind a number of them";

/// Many orders on few days, ids and dates in different orders.
const POST: Dataset = Dataset {
    name: "post",
    about: "another shop: many orders on the same days, the latest ids not the latest dates",
    fill: |shop| {
        shop.run(
            "WITH RECURSIVE numbers (n) AS (
                 SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20
             )
             INSERT INTO customers (name, joined_on) SELECT 'C' || n, '2025-01-01' FROM numbers",
        );
        for n in 1..=60_i64 {
            let (customer, day) = (21 - (n * 7 % 20 + 1), n * 37 % 9 + 1);
            let status = ["open", "open", "shipped", "open", "cancelled"][(n * 3 % 5) as usize];
            shop.run(&format!(
                "INSERT INTO orders (id, customer_id, placed_on, status)
                 VALUES ({}, {customer}, '2025-03-0{day}', '{status}')",
                n * 53 % 61
            ));
        }
        // Read from this, the orders of a day do not come by id.
        shop.run("CREATE INDEX by_customer ON orders (status, placed_on, customer_id DESC)");
    },
};

/// A data set in memory: many checks write a lot.
fn shop(data: &Dataset) -> Connection {
    let conn = Connection::open_in_memory().expect("a database in memory");
    let shop = Shop::new(&conn);
    shop.run("BEGIN");
    shop.run(marginalia::SCHEMA);
    (data.fill)(&shop);
    shop.run(INDEX);
    shop.run("COMMIT");
    conn
}

/// A data set in a real SQLite file.
fn shop_in_a_file(data: &Dataset) -> Connection {
    let conn = marginalia::create_at(format!("{}.db", data.name), data);
    write(&conn, INDEX);
    conn
}

/// The index that the text speaks of.
const INDEX: &str = "CREATE INDEX orders_by_status ON orders (status, placed_on)";

#[track_caller]
fn write(conn: &Connection, sql: &str) {
    conn.execute_batch(sql).expect("the check's own statement");
}

/// The list as it is now, all of it.
fn list(conn: &Connection, status: &str) -> Vec<Order> {
    let rows = select(
        conn,
        "SELECT id, customer_id, placed_on, status FROM orders ORDER BY id",
    );
    let mut orders: Vec<Order> = rows
        .rows()
        .filter(|row| row["status"].text() == Some(status))
        .map(|row| Order {
            id: row["id"].integer().expect("an id"),
            customer_id: row["customer_id"].integer().expect("a customer"),
            placed_on: row["placed_on"].text().expect("a date").to_owned(),
        })
        .collect();
    orders.sort_by(|one, two| place(one).cmp(&place(two)));
    orders
}

/// What the list is sorted by.
fn place(order: &Order) -> (&str, i64) {
    (&order.placed_on, order.id)
}

fn table(orders: &[Order]) -> Table {
    let mut table = Table::new(["id", "customer_id", "placed_on"]);
    for order in orders {
        table.push(vec![
            order.id.into(),
            order.customer_id.into(),
            order.placed_on.as_str().into(),
        ]);
    }
    table
}

fn call(status: &str, size: usize, after: Option<&str>) -> String {
    let after = match after {
        None => "None".to_owned(),
        Some(cursor) => {
            let cursor = format!("{cursor:?}");
            let shown: String = cursor.chars().take(140).collect();
            let cut = if shown.len() < cursor.len() {
                "..., cut here"
            } else {
                ""
            };
            format!("Some({shown}{cut})")
        }
    };
    format!("page(shop, {status:?}, {size}, {after})")
}

/// Calls `page`, whose panics are failures.
#[track_caller]
fn asked(
    conn: &Connection,
    status: &str,
    size: usize,
    after: Option<&str>,
    given: &str,
) -> Result<Page, PageError> {
    let why =
        "a stranger's link can have anything in it, and no link may end the program that reads it";
    no_panic(given, "a page or an error", why, || {
        page(conn, status, size, after)
    })
}

/// A page that must come.
#[track_caller]
fn turn(conn: &Connection, status: &str, size: usize, after: Option<&str>, told: &str) -> Page {
    match asked(conn, status, size, after, &call(status, size, after)) {
        Ok(page) => page,
        Err(error) => fail("there is no page")
            .given(format!("{}{told}", call(status, size, after)))
            .expected("Ok(...)")
            .got(format!("Err({error:?})"))
            .because(match error {
                PageError::BadRequest(_) => {
                    "this is a right request: no cursor, or one that `page` itself made for this list"
                }
                PageError::Database(_) => {
                    "the database is in order, so the statement is not; the error says what SQLite has against it"
                }
            })
            .raise(),
    }
}

/// Somebody who reads page after page.
struct Reader<'c> {
    conn: &'c Connection,
    status: &'c str,
    size: usize,
    last: Option<Order>,
    next: Option<String>,
    page: usize,
    /// What happened, for a failure.
    story: Vec<String>,
}

impl<'c> Reader<'c> {
    fn new(conn: &'c Connection, status: &'c str, size: usize) -> Self {
        Self {
            conn,
            status,
            size,
            last: None,
            next: None,
            page: 0,
            story: Vec::new(),
        }
    }

    /// Something happens in the shop between two pages.
    fn meanwhile(&mut self, what: impl Into<String>, sql: &str) {
        write(self.conn, sql);
        self.story.push(what.into());
    }

    /// The list as it is now, from where the next page must begin.
    fn rest(&self) -> Vec<Order> {
        let mut rest = list(self.conn, self.status);
        if let Some(last) = &self.last {
            rest.retain(|order| place(order) > place(last));
        }
        rest
    }

    /// Reads the next page and judges its orders, and whether it knows what comes after it.
    /// Says whether there is more.
    #[track_caller]
    fn turn(&mut self, why: &str) -> bool {
        let rest = self.rest();
        let expected = &rest[..rest.len().min(self.size)];
        self.page += 1;
        let told = self.told();
        let got = turn(
            self.conn,
            self.status,
            self.size,
            self.next.as_deref(),
            &told,
        );
        let failure = |what: String| -> Failure {
            let given = call(self.status, self.size, self.next.as_deref());
            fail(what).given(format!("page {}: {given}{told}", self.page))
        };
        if let Some(difference) = diff(&table(expected), &table(&got.orders), Sequence::Exact) {
            let mut failure = failure(format!("page {}: {}", self.page, difference.what))
                .expected(difference.expected)
                .got(difference.got);
            if let Some(last) = &self.last {
                let last = table(std::slice::from_ref(last));
                failure = failure.part("the last order of the page before", last);
            }
            failure.because(why).raise();
        }
        let more = rest.len() > self.size;
        if more != got.next.is_some() {
            let left = rest.len() - expected.len();
            let got = got
                .next
                .map_or("next: None".to_owned(), |next| format!("next: {next:?}"));
            let failure = failure(format!(
                "page {} is wrong about what comes after it",
                self.page
            ))
            .expected(if more {
                format!("a cursor: {left} orders come after this page")
            } else {
                "next: None: no order comes after this page".to_owned()
            });
            failure
                .got(got)
                .because(if more {
                    "without a cursor nobody gets to the orders that are left"
                } else {
                    "a full page may be the last one, and a link to an empty page is a broken promise; fetch one order more than fits and see if it is there"
                })
                .raise();
        }
        self.last = expected.last().cloned();
        self.next = got.next;
        more
    }

    fn told(&self) -> String {
        self.story
            .iter()
            .map(|what| format!("\n{what}"))
            .collect::<String>()
    }
}

fn the_first_page_has_the_oldest_orders_of_the_list() {
    for data in [&VISIBLE, &POST, &EMPTY] {
        let conn = shop_in_a_file(data);
        for status in STATUSES {
            for size in [1, 3, 20, 100] {
                let all = list(&conn, status);
                let expected = &all[..all.len().min(size)];
                let got = turn(&conn, status, size, None, "");
                if let Some(difference) =
                    diff(&table(expected), &table(&got.orders), Sequence::Exact)
                {
                    let why = if got.orders.len() > size {
                        "a page has `size` orders at most: what is fetched only to see if there is a next page is not shown"
                    } else {
                        "oldest first, and the orders of one day by id: where ORDER BY finds two rows equal, their order is left to chance and can change from page to page"
                    };
                    fail(format!("the first page is wrong: {}", difference.what))
                        .given(format!(
                            "{}\nthe shop: {}",
                            call(status, size, None),
                            data.about
                        ))
                        .expected(difference.expected)
                        .got(difference.got)
                        .because(why)
                        .raise();
                }
            }
        }
    }
}

fn says_that_there_is_more_only_if_there_is() {
    for data in [&POST, &EMPTY] {
        let conn = shop(data);
        for status in STATUSES {
            let all = list(&conn, status).len();
            for size in 1..=all + 2 {
                let mut reader = Reader::new(&conn, status, size);
                reader
                    .story
                    .push(format!("the list has {all} orders in all"));
                reader.turn("the first page has the oldest orders");
            }
        }
    }
}

fn pages_follow_one_another_without_gap_or_repeat() {
    for data in [&POST, &VISIBLE] {
        let conn = shop(data);
        for status in STATUSES {
            for size in [1, 2, 7, 20] {
                let mut reader = Reader::new(&conn, status, size);
                reader.story.push(format!("the shop: {}", data.about));
                while reader.turn(KEYSET) {}
            }
        }
    }
}

/// Ships the first orders of the list.
fn ship(reader: &mut Reader<'_>, orders: usize) {
    reader.meanwhile(
        format!(
            "between page {} and {}, the {orders} oldest open orders are shipped",
            reader.page,
            reader.page + 1
        ),
        &format!(
            "UPDATE orders SET status = 'shipped' WHERE id IN (
                 SELECT id FROM orders WHERE status = 'open' ORDER BY placed_on, id LIMIT {orders}
             )"
        ),
    );
}

fn shows_every_order_once_while_orders_leave() {
    for (size, shipped) in [(5, 2), (5, 4), (2, 1)] {
        let conn = shop(&POST);
        let mut reader = Reader::new(&conn, "open", size);
        while reader.turn(MOVED) {
            ship(&mut reader, shipped);
        }
    }
}

fn shows_every_order_once_while_orders_come_in() {
    for size in [4, 5] {
        let conn = shop(&POST);
        let mut reader = Reader::new(&conn, "open", size);
        while reader.turn(MOVED) {
            if reader.page > 20 {
                break;
            }
            let what = format!(
                "between page {} and {}, an order with an early and one with a late date come in",
                reader.page,
                reader.page + 1
            );
            reader.meanwhile(
                what,
                "INSERT INTO orders (customer_id, placed_on, status)
                 VALUES (1, '2025-02-27', 'open'), (2, '2025-04-01', 'open')",
            );
        }
    }
}

fn shows_an_order_that_comes_in_right_behind_the_last_one() {
    let why = "a page begins behind the last order that was shown, and not with the one that came next at that time: since then another one can have come in between";
    for (id, day, size) in [(35, 2, 3), (25, 2, 2), (5, 3, 4), (90, 3, 4)] {
        let conn = shop(&EMPTY);
        write(
            &conn,
            "INSERT INTO customers (id, name, joined_on) VALUES (1, 'Ana', '2025-01-01');
             INSERT INTO orders (id, customer_id, placed_on, status) VALUES
                 (10, 1, '2025-03-01', 'open'), (20, 1, '2025-03-02', 'open'),
                 (30, 1, '2025-03-02', 'open'), (40, 1, '2025-03-02', 'open'),
                 (50, 1, '2025-03-05', 'open'), (60, 1, '2025-03-05', 'open')",
        );
        let mut reader = Reader::new(&conn, "open", size);
        if reader.turn(KEYSET) {
            let what = format!(
                "between page 1 and 2, order {id} of 2025-03-0{day} comes in, right behind the last one shown"
            );
            let sql = format!(
                "INSERT INTO orders (id, customer_id, placed_on, status)
                 VALUES ({id}, 1, '2025-03-0{day}', 'open')"
            );
            reader.meanwhile(what, &sql);
            while reader.turn(why) {}
        }
    }
}

fn goes_on_where_the_last_order_was() {
    let why = "the order at which the page ended may be gone by now, and its place in the list is still a place: carry the date and the id in the cursor, and do not look them up";
    for (what, sql) in [
        (
            "was shipped and has left the list",
            "UPDATE orders SET status = 'shipped' WHERE id = ",
        ),
        ("was deleted", "DELETE FROM orders WHERE id = "),
    ] {
        let conn = shop(&POST);
        let mut reader = Reader::new(&conn, "open", 5);
        while {
            let last = reader.next.clone();
            let expected = reader.rest();
            match page(&conn, "open", 5, last.as_deref()) {
                Err(PageError::BadRequest(message)) => fail("the page after that order is refused")
                    .given(format!(
                        "{}{}",
                        call("open", 5, last.as_deref()),
                        reader.told()
                    ))
                    .expected(format!(
                        "Ok(...), with\n{}",
                        table(&expected[..5.min(expected.len())])
                    ))
                    .got(format!("Err(BadRequest({message:?}))"))
                    .because(why)
                    .raise(),
                _ => reader.turn(why),
            }
        } {
            if let Some(id) = reader.last.as_ref().map(|order| order.id) {
                reader.meanwhile(
                    format!("meanwhile order {id}, the last one of the page before, {what}"),
                    &format!("{sql}{id}"),
                );
            }
        }
    }
}

fn pages_are_right_whatever_comes_and_goes() {
    for_all("each page has what comes next in the list", 25, |rng| {
        let conn = shop(&EMPTY);
        write(
            &conn,
            "INSERT INTO customers (id, name, joined_on) VALUES (1, 'Ana', '2025-01-01')",
        );
        for id in 1..=rng.range(0..=25_i64) {
            add(&conn, rng, id);
        }
        let size = rng.range(1..=5_usize);
        let mut reader = Reader::new(&conn, STATUSES[0], size);
        let mut id = 100;
        while reader.turn("between two pages orders came, went and were shipped: each page has the first orders of the list, as it is now, behind the last one shown") {
            for _ in 0..rng.range(0..=3) {
                if rng.chance(1, 2) && id < 115 {
                    id += 1;
                    add(&conn, rng, id);
                } else {
                    let offset: usize = rng.range(0..10);
                    write(&conn, &format!(
                        "DELETE FROM orders WHERE id = (SELECT id FROM orders ORDER BY placed_on, id LIMIT 1 OFFSET {offset})"
                    ));
                }
            }
        }
    });
}

fn add(conn: &Connection, rng: &mut Rng, id: i64) {
    let (day, status) = (rng.range(1..=4), *rng.choose(&["open", "open", "shipped"]));
    conn.execute(
        "INSERT INTO orders (id, customer_id, placed_on, status) VALUES (?1, 1, ?2, ?3)",
        params![id, format!("2025-03-0{day}"), status],
    )
    .expect("the check's own statement");
}

/// Makes a list: five orders with this status, on three days.
fn five_orders(conn: &Connection, status: &str) {
    for day in [1, 1, 1, 2, 3] {
        conn.execute(
            "INSERT INTO orders (customer_id, placed_on, status) VALUES (1, ?1, ?2)",
            params![format!("2025-03-0{day}"), status],
        )
        .expect("the check's own statement");
    }
}

/// A shop with such a list for each status, also for those that it does not have today.
fn shop_with(statuses: &[&str]) -> Connection {
    let conn = shop(&EMPTY);
    write(
        &conn,
        "INSERT INTO customers (id, name, joined_on) VALUES (1, 'Ana', '2025-01-01');
         PRAGMA ignore_check_constraints = ON",
    );
    for status in statuses {
        five_orders(&conn, status);
    }
    conn
}

/// Any text, with all that may stand between the parts of a cursor.
const ODD_STATUSES: [&str; 27] = [
    "on hold",
    "open/paid",
    "open|paid",
    "open:paid",
    "open;paid",
    "open,paid",
    "open_paid",
    "open-paid",
    "open.paid",
    "open~paid",
    "open#1",
    "open&paid",
    "open=paid",
    "open+paid",
    "open%20paid",
    "open\tpaid",
    "open\npaid",
    "open\0paid",
    "open\u{1f}paid",
    "\"open\"",
    "o'pen",
    "öffen",
    "",
    " ",
    "2025-03-01",
    "7",
    "on hold/a|b:c;d,e f-g_h 2025-03-01 3",
];

fn turns_the_pages_whatever_the_status_is() {
    let why = "a status can be any text, so also what stands between the parts of your cursor: put it last and cut only as often as there are parts before it";
    let conn = shop_with(&[]);
    for status in ODD_STATUSES {
        write(&conn, "DELETE FROM orders");
        five_orders(&conn, status);
        let mut reader = Reader::new(&conn, status, 2);
        while {
            let next = reader.next.clone();
            if let (Some(cursor), Err(PageError::BadRequest(message))) =
                (&next, page(&conn, status, 2, next.as_deref()))
            {
                fail(format!("page {} is refused", reader.page + 1))
                    .given(format!(
                        "{}\nthe cursor: the one of the page before",
                        call(status, 2, Some(cursor))
                    ))
                    .expected("Ok(...)")
                    .got(format!("Err(BadRequest({message:?}))"))
                    .because(why)
                    .raise();
            }
            reader.turn(why)
        } {}
    }
}

fn writes_nothing() {
    let conn = shop(&VISIBLE);
    let cursor = cursor(&conn, "open", 1);
    for after in [None, Some(cursor.as_str())] {
        watch(&conn);
        let (_, ran) = during(|| turn(&conn, "open", 1, after, ""));
        let first = |sql: &str| {
            let word = sql.split_whitespace().next().unwrap_or("");
            word.to_ascii_uppercase()
        };
        let writes = |sql: &str| match Verb::of(sql) {
            Verb::Insert | Verb::Update | Verb::Delete => true,
            Verb::Other => ["CREATE", "DROP", "ALTER"].contains(&first(sql).as_str()),
            _ => false,
        };
        if let Some(run) = ran.runs.iter().find(|run| writes(&run.sql)) {
            fail("a page that is only read writes to the database")
                .given(call("open", 1, after))
                .expected("SELECT")
                .got(&run.sql)
                .part("what ran", &ran)
                .because("all that a cursor needs is in the cursor, and the index is there; who writes waits for all others that write, and cannot ask a read-only copy of the database")
                .raise();
        }
    }
}

/// The variable that says: show the page behind this cursor, and end.
const RESTARTED: &str = "DB3_PAGE_AFTER";

/// The shop that both programs open.
const SHARED: &str = "restart.db";

/// What the second program does.
fn show_the_page_after(cursor: &str) {
    let conn = Connection::open(SHARED).expect("the file is there");
    match page(&conn, "open", 3, Some(cursor)) {
        Ok(page) => print!("{}", table(&page.orders)),
        Err(error) => print!("Err({error:?})"),
    }
}

fn reads_a_cursor_after_a_restart() {
    let conn = marginalia::create_at(SHARED, &POST);
    write(&conn, INDEX);
    let cursor = cursor(&conn, "open", 2);
    let itself = env::current_exe().expect("the path of this program");
    let second = Command::new(itself)
        .env(RESTARTED, &cursor)
        .output()
        .expect("this program once more");
    let got = String::from_utf8_lossy(&second.stdout).into_owned();
    let expected = table(&list(&conn, "open")[2..5]).to_string();
    if got != expected {
        let got = if second.status.success() {
            got
        } else {
            "a panic".to_owned()
        };
        fail("a cursor is good for nothing after a restart")
            .given(format!(
                "{}\nthe cursor: made by another process, on the same database",
                call("open", 3, Some(&cursor))
            ))
            .expected(expected)
            .got(got)
            .because("what is kept in memory is gone with the program, and two servers do not share it: all that a cursor needs must be in it")
            .raise();
    }
}

/// A list of this many open orders, three a day, and as many that are shipped.
fn long_list(orders: usize) -> Connection {
    let conn = shop(&EMPTY);
    write(
        &conn,
        &format!(
            "INSERT INTO customers (id, name, joined_on) VALUES (1, 'Ana', '2025-01-01');
             WITH RECURSIVE numbers (n) AS (
                 SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {orders}
             )
             INSERT INTO orders (customer_id, placed_on, status)
             SELECT 1, date('2000-01-01', '+' || (n / 3) || ' days'), status
             FROM numbers, (SELECT 'open' AS status UNION ALL SELECT 'shipped')"
        ),
    );
    conn
}

fn the_work_for_a_page_does_not_grow_with_the_list() {
    for (place, percent) in [("first", 0), ("middle", 50), ("last", 100)] {
        let mut steps = Vec::new();
        let mut plans = String::new();
        let growth = growth(150, |orders| {
            let conn = long_list(orders);
            let mut after = None;
            if percent > 0 {
                // Somebody has read up to here; only the next page is looked at.
                let all = list(&conn, "open");
                let at = all.len() * percent / 100 - 12;
                after = cursor_behind(&conn, &all, at);
            }
            watch(&conn);
            let (page, ran) = during(|| page(&conn, "open", 10, after.as_deref()));
            if let Err(error) = page {
                fail("there is no page")
                    .given(call("open", 10, after.as_deref()))
                    .expected("Ok(...)")
                    .got(format!("Err({error:?})"))
                    .because("this cursor was made by `page` itself")
                    .raise();
            }
            plans.clear();
            for sql in ran.texts() {
                if ["select", "with"]
                    .iter()
                    .any(|verb| sql.trim_start().to_ascii_lowercase().starts_with(verb))
                {
                    plans += &format!("{}\n  {}\n", sql.trim(), Plan::of(&conn, sql));
                }
            }
            steps.push(ran.effort().steps);
            ran.effort()
        });
        if steps[1] > 2 * steps[0] {
            fail(format!("the work for the {place} page grows with the list"))
                .given("the same page of a list of 150 and of 600 open orders, three a day")
                .expected("about as many steps: the place is found in the index, whatever is before or after it")
                .got(growth)
                .part("the statements, and their plans", plans.trim_end())
                .because("SEARCH by status alone, SCAN, and a TEMP B-TREE FOR ORDER BY read the list from its beginning; what SQLite is to search by must compare the column itself, and must hold whatever the values are")
                .raise();
        }
    }
}

/// The cursor behind the `at`th order, as `page` makes it: on the page that ends there.
fn cursor_behind(conn: &Connection, all: &[Order], at: usize) -> Option<String> {
    // What comes before is hidden for one call, so that it is the end of a first page.
    let first = &all[at - 5];
    let change = |from: &str, to: &str| {
        conn.execute(
            "UPDATE orders SET status = ?1 WHERE status = ?2 AND (placed_on, id) < (?3, ?4)",
            params![to, from, first.placed_on, first.id],
        )
        .expect("the check's own statement");
    };
    change("open", "cancelled");
    let before = page(conn, "open", 5, None);
    change("cancelled", "open");
    before.ok()?.next
}

/// A cursor that `page` made: behind the first orders of a list of the visible shop.
#[track_caller]
fn cursor(conn: &Connection, status: &str, size: usize) -> String {
    let page = turn(conn, status, size, None, "");
    page.next.unwrap_or_else(|| {
        fail("the first page is wrong about what comes after it")
            .given(call(status, size, None))
            .expected("a cursor: more orders come after this page")
            .got("next: None")
            .because("without a cursor nobody gets to the orders that are left")
            .raise()
    })
}

fn the_cursor_is_fit_for_a_link() {
    for data in [&VISIBLE, &POST] {
        let conn = shop(data);
        for status in ["open", "shipped"] {
            for size in [1, 2] {
                let cursor = cursor(&conn, status, size);
                let failure = |what: &str| {
                    let all = list(&conn, status);
                    fail(what)
                        .given(format!(
                            "{}, which ends with the order of {}",
                            call(status, size, None),
                            all[size - 1].placed_on
                        ))
                        .got(format!("next: {cursor:?}"))
                };
                let free =
                    |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
                if let Some(other) = cursor.chars().find(|c| !free(*c)) {
                    failure(&format!("the cursor has the character {other:?}"))
                        .expected("only A-Z a-z 0-9 - . _ ~")
                        .because("in a link this character means something else or must be escaped, and every client has to remember it (RFC 3986 §2.3)")
                        .raise();
                }
                let all = list(&conn, status);
                let date = &all[size - 1].placed_on;
                if cursor.contains(date) || cursor.contains(&date.replace('-', "")) {
                    failure("the date stands in the cursor as plain text")
                        .expected("the date not as plain text: `seal` is enough")
                        .because("clients that can read a cursor begin to build their own, and then you can never change how the list is sorted")
                        .raise();
                }
            }
        }
    }
}

/// Fails unless the cursor is refused as the client's mistake.
#[track_caller]
fn refuses(conn: &Connection, status: &str, cursor: &str, what: &str, why: &str) {
    let given = call(status, 2, Some(cursor));
    let failure = |title: &str| {
        fail(title)
            .given(format!("{given}\nthe cursor: {what}"))
            .expected("Err(PageError::BadRequest(...))")
    };
    match asked(conn, status, 2, Some(cursor), &given) {
        Err(PageError::BadRequest(_)) => {}
        Err(PageError::Database(error)) => failure(
            "refused, but as `Database`: that page answers 500",
        )
        .got(format!("Err(PageError::Database({error}))"))
        .because("the client made the mistake; 500 says that we did, and wakes somebody at night")
        .raise(),
        Ok(page) => failure("a cursor that cannot be right was taken")
            .got(format!("Ok, with\n{}", table(&page.orders)))
            .because(why)
            .raise(),
    }
}

fn refuses_a_cursor_that_was_changed() {
    let why = "a link that was cut or mistyped leads somewhere, but not where it should: only `Some` from `open` is a cursor, and what it got must be exactly what `seal` made";
    let conn = shop(&VISIBLE);
    let whole = cursor(&conn, "shipped", 3);
    turn(&conn, "shipped", 2, Some(&whole), "");
    let characters: Vec<char> = whole.chars().collect();
    let text = |characters: &[char]| characters.iter().collect::<String>();
    let given = format!("{whole:?} with");
    for at in 0..characters.len() {
        let mut other = characters.clone();
        let old = other.remove(at);
        let what = format!("{given} its character {} left out", at + 1);
        refuses(&conn, "shipped", &text(&other), &what, why);
        let turned = if old.is_ascii_uppercase() {
            old.to_ascii_lowercase()
        } else {
            old.to_ascii_uppercase()
        };
        for new in ['0', '7', 'f', 'Z', '-', '%', '\'', 'é', turned] {
            if new == old {
                continue;
            }
            other = characters.clone();
            other[at] = new;
            let what = format!("{given} {new:?} for its character {}", at + 1);
            refuses(&conn, "shipped", &text(&other), &what, why);
        }
    }
    for more in ["0", "00", "a", " ", "\n", "'", "=", "%", "\0", "é"] {
        let what = format!("{given} {more:?} at its end");
        refuses(&conn, "shipped", &format!("{whole}{more}"), &what, why);
        let what = format!("{given} {more:?} before it");
        refuses(&conn, "shipped", &format!("{more}{whole}"), &what, why);
    }
    let what = format!("{given} itself behind it");
    refuses(&conn, "shipped", &format!("{whole}{whole}"), &what, why);
}

fn refuses_the_cursor_of_another_list() {
    let why = "a place in one list is none in another: the page would begin somewhere in the middle, and what is before it would never be seen; the cursor must say which list it is of";
    for data in [&VISIBLE, &POST] {
        let conn = shop(data);
        for of in ["open", "shipped", "cancelled"] {
            let foreign = cursor(&conn, of, 1);
            for status in STATUSES.into_iter().filter(|status| *status != of) {
                let what = format!("made by {}", call(of, 1, None));
                refuses(&conn, status, &foreign, &what, why);
            }
        }
    }
    let why = "these are two lists, however much their names are alike: the status in the cursor must be equal to that of the list, from the first byte to the last";
    let alike = [
        "open", "op", "Open", "open ", " open", "", "open\0", "opened",
    ];
    let conn = shop_with(&alike);
    for of in alike {
        let foreign = cursor(&conn, of, 2);
        for status in alike.into_iter().filter(|status| *status != of) {
            let what = format!("made by {}", call(of, 2, None));
            refuses(&conn, status, &foreign, &what, why);
        }
    }
}

fn refuses_what_never_was_a_cursor_of_this_list() {
    let why = "the page that comes instead looks right, and nobody finds out that the link is not; a client that gets 400 begins anew";
    let conn = shop(&VISIBLE);
    for text in [
        "",
        " ",
        "0",
        "1",
        "-1",
        "20",
        "null",
        "None",
        "2025-03-04",
        "5",
        "' OR 1=1 --",
        "open",
        "cafecafecafecafe",
        "cbf29ce484222325f",
        "%32%30",
        "0123456789abcdé",
        "\0",
        "🦀🦀🦀🦀🦀",
    ] {
        refuses(&conn, "open", text, "text that a client made up", why);
    }
    refuses(
        &conn,
        "open",
        &"7".repeat(10_000),
        "10000 times the digit 7",
        why,
    );
    for skip in ["0", "1", "2", "20", "18446744073709551615"] {
        let what = format!("an old one, `seal({skip:?})`: orders to skip");
        refuses(
            &conn,
            "open",
            &seal(skip),
            &what,
            "how many orders to skip says nothing about where to go on; people who come by an old bookmark begin anew",
        );
    }
    refuses(&conn, "open", &seal(""), "`seal(\"\")`: an empty text", why);
}

/// What a stranger would put where a date and a number are.
const ATTACKS: [&str; 20] = [
    "'",
    "\"",
    ")",
    "''",
    "'OR'1'='1",
    "' OR 1=1 --",
    "0) OR 1=1 --",
    "(SELECT(1))",
    "x' UNION SELECT id, id, email FROM customers --",
    ";DROP TABLE orders;--",
    "99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "-1",
    "1e3",
    "é",
    "ééééé",
    "2025é3-01",
    "xéééééé",
    "",
];

/// Texts like `inner`, with something else in place of its dates and numbers, or cut short.
fn forged(inner: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let of_value = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut places = Vec::new();
    let mut begin = None;
    for (at, c) in inner.char_indices().chain([(inner.len(), ' ')]) {
        if of_value(c) {
            begin.get_or_insert(at);
        } else if let Some(begin) = begin.take() {
            places.push(begin..at);
        }
    }
    for place in places {
        for attack in ATTACKS {
            let (before, after) = (&inner[..place.start], &inner[place.end..]);
            texts.push(format!("{before}{attack}{after}"));
            texts.push(format!("{before}{}{attack}{after}", &inner[place.clone()]));
        }
        texts.push(inner[..place.start].to_owned());
        texts.push(inner[..place.end].to_owned());
        texts.push(inner[place.start..].to_owned());
    }
    for attack in ATTACKS {
        texts.push(attack.to_owned());
        texts.push(format!("{inner} {attack}"));
    }
    texts.push(format!("{inner}{inner}"));
    texts.push("x".repeat(10_000));
    texts
}

fn takes_nothing_in_a_cursor_for_sql() {
    let why = "`seal` is known to everybody, so what is in a cursor is still a stranger's text: read each part of it, refuse what is not in order, and bind the values";
    for data in [&VISIBLE, &POST] {
        let conn = shop(data);
        let all = list(&conn, "open");
        let schema = || select(&conn, "SELECT name FROM sqlite_schema ORDER BY name");
        let before = schema();
        let whole = cursor(&conn, "open", 2);
        // Where a cursor is not made by `seal`, only made-up texts are left to try.
        let inner = open(&whole).unwrap_or_else(|| "open 2025-03-18 18".to_owned());
        for text in forged(&inner) {
            let cursor = seal(&text);
            let shown: String = text.chars().take(80).collect();
            let failure = |what: &str| {
                fail(what)
                    .given(format!("page(shop, \"open\", 2, Some(&seal({shown:?})))"))
                    .expected("Err(PageError::BadRequest(...)), or orders of the list as they follow one another")
                    .because(why)
            };
            match asked(
                &conn,
                "open",
                2,
                Some(&cursor),
                &format!("page(shop, \"open\", 2, Some(&seal({shown:?})))"),
            ) {
                Err(PageError::BadRequest(_)) => {}
                Err(PageError::Database(error)) => {
                    failure("a stranger's cursor makes SQLite fail: that page answers 500")
                        .got(format!("Err(PageError::Database({error}))"))
                        .raise()
                }
                Ok(page) => {
                    let runs = all.windows(page.orders.len().max(1));
                    let mut runs = runs.filter(|run| run.len() <= 2);
                    if !page.orders.is_empty() && !runs.any(|run| run == page.orders) {
                        failure("a stranger's cursor shows something else than a part of the list")
                            .got(table(&page.orders))
                            .raise();
                    }
                }
            }
            if diff(&before, &schema(), Sequence::Any).is_some() {
                failure("a stranger's cursor has changed the database's schema").raise();
            }
        }
    }
}

fn takes_the_status_for_a_value() {
    let why = "the status is a value out of the link: bind it; a status that no order has makes an empty list";
    let conn = shop(&VISIBLE);
    for status in [
        "' OR 1=1 --",
        "open' --",
        "o'pen",
        "\"",
        "lost",
        "",
        "OPEN",
        " open",
        "open ",
        "open' UNION SELECT id, id, email FROM customers --",
    ] {
        let given = call(status, 5, None);
        let got = match asked(&conn, status, 5, None, &given) {
            Ok(Page { orders, next: None }) if orders.is_empty() => continue,
            Ok(page) => format!(
                "next: {:?}, and the orders\n{}",
                page.next,
                table(&page.orders)
            ),
            Err(error) => format!("Err({error:?})"),
        };
        fail("a list that no order is on is not empty")
            .given(given)
            .expected("Ok, with no orders and next: None")
            .got(got)
            .because(why)
            .raise();
    }
}

/// Fails unless the page ended with SQLite's own error.
#[track_caller]
fn hands_on(result: Result<Page, PageError>, size: usize, what: &str, statement: Option<&str>) {
    let (got, why) = match result {
        Err(PageError::Database(_)) => return,
        Ok(page) => (
            format!(
                "Ok, with {} orders, next: {:?}",
                page.orders.len(),
                page.next
            ),
            "a list that looks complete and is not sends the packers home",
        ),
        Err(error) => (
            format!("{error:?}"),
            "the request was right: with a 400 the client looks for a mistake that it did not make",
        ),
    };
    let mut failure = fail("SQLite failed, and that was not handed on")
        .given(format!("{}\nthe shop: {what}", call("open", size, None)))
        .expected("Err(PageError::Database(...))")
        .got(got);
    if let Some(sql) = statement {
        failure = failure.part("the statement that fails", sql);
    }
    failure.because(why).raise()
}

fn hands_on_the_error_when_sqlite_fails() {
    let no_tables = Connection::open_in_memory().expect("a database in memory");
    let what = "a database without tables";
    hands_on(page(&no_tables, "open", 5, None), 5, what, None);
    let damaged = shop(&VISIBLE);
    write(
        &damaged,
        "ALTER TABLE orders RENAME TO paper;
         CREATE VIEW orders AS
         SELECT id, iif(id = 19, abs(-9223372036854775807 - 1), customer_id) AS customer_id,
             placed_on, shipped_on, status
         FROM paper",
    );
    let what = "a database that fails while it reads order 19";
    hands_on(page(&damaged, "open", 5, None), 5, what, None);
    let conn = shop(&POST);
    for row in [0, 2] {
        for nth in 1.. {
            let (result, failed) = failing_select(&conn, nth, row, || page(&conn, "open", 5, None));
            if let Some(sql) = failed {
                let at = ["", ", while it brings its rows"][row.min(1)];
                let what = format!("a database where SELECT number {nth} of the call fails{at}");
                hands_on(result, 5, &what, Some(sql.trim()));
            } else if nth > 3 {
                break;
            }
        }
    }
}

fn seal_and_open_are_as_they_were() {
    let old = "08030407b4c31edf3230";
    let given = "seal(\"20\"), and open() of what it made";
    let got = (seal("20"), open(&seal("20")));
    let expected = (old.to_owned(), Some("20".to_owned()));
    let why = "such cursors are in people's bookmarks: a `page` that no longer knows what they are can take them for something else";
    testkit::eq("`seal` or `open` was changed", given, &got, &expected, why);
}
