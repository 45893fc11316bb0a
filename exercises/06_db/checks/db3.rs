//! What db3 is checked for. Read it as the specification; edits here are undone.

#[path = "../db3.rs"]
mod db3;

use db3::{Order, Page, PageError, open, page, seal};
use rusqlite::{Connection, params};
use testkit::marginalia::{self, Dataset, EMPTY, Shop, VISIBLE};
use testkit::sql::{Plan, during, growth, select, watch};
use testkit::table::{Order as Sequence, Table, diff};
use testkit::{Failure, Rng, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        the_first_page_has_the_oldest_orders_of_the_list,
        says_that_there_is_more_only_if_there_is,
        pages_follow_one_another_without_gap_or_repeat,
        shows_every_order_once_while_orders_leave,
        shows_every_order_once_while_orders_come_in,
        goes_on_where_the_last_order_was,
        pages_are_right_whatever_comes_and_goes,
        the_work_for_a_page_does_not_grow_with_the_list,
        the_cursor_is_fit_for_a_link,
        refuses_a_cursor_that_was_changed,
        refuses_the_cursor_of_another_list,
        refuses_what_never_was_a_cursor_of_this_list,
        takes_nothing_in_a_cursor_for_sql,
        takes_the_status_for_a_value,
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
    status: &'static str,
    size: usize,
    last: Option<Order>,
    next: Option<String>,
    page: usize,
    /// What happened, for a failure.
    story: Vec<String>,
}

impl<'c> Reader<'c> {
    fn new(conn: &'c Connection, status: &'static str, size: usize) -> Self {
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
                    fail(format!("the first page is wrong: {}", difference.what))
                        .given(format!("{}\nthe shop: {}", call(status, size, None), data.about))
                        .expected(difference.expected)
                        .got(difference.got)
                        .because("oldest first, and the orders of one day by id: where ORDER BY finds two rows equal, their order is left to chance and can change from page to page")
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
    let conn = shop(&EMPTY);
    write(
        &conn,
        "INSERT INTO customers (id, name, joined_on) VALUES (1, 'Ana', '2025-01-01')",
    );
    for_all("each page has what comes next in the list", 25, |rng| {
        write(&conn, "BEGIN; DELETE FROM orders");
        for id in 1..=rng.range(0..=25_i64) {
            add(&conn, rng, id);
        }
        write(&conn, "COMMIT");
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
fn cursor(conn: &Connection, status: &'static str, size: usize) -> String {
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
                    failure("the date can be read in the cursor")
                        .expected("text that only `page` reads: `seal` makes it")
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
const ATTACKS: [&str; 16] = [
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
    "-9223372036854775808",
    "-1",
    "1e3",
    "é",
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

/// Fails unless the page ends with SQLite's own error.
#[track_caller]
fn hands_on(conn: &Connection, what: &str) {
    let result = page(conn, "open", 5, None);
    if let Err(PageError::Database(_)) = &result {
        return;
    }
    let (got, why) = match result {
        Ok(page) => (
            format!("Ok, with {} orders", page.orders.len()),
            "a list that looks complete and is not sends the packers home",
        ),
        Err(error) => (
            format!("{error:?}"),
            "the request was right: with a 400 the client looks for a mistake that it did not make",
        ),
    };
    fail("SQLite failed, and that was not handed on")
        .given(format!("{}\nthe shop: {what}", call("open", 5, None)))
        .expected("Err(PageError::Database(...))")
        .got(got)
        .because(why)
        .raise()
}

fn hands_on_the_error_when_sqlite_fails() {
    let no_tables = Connection::open_in_memory().expect("a database in memory");
    hands_on(&no_tables, "a database without tables");
    let damaged = shop(&VISIBLE);
    write(
        &damaged,
        "ALTER TABLE orders RENAME TO paper;
         CREATE VIEW orders AS
         SELECT id, iif(id = 19, abs(-9223372036854775807 - 1), customer_id) AS customer_id,
             placed_on, shipped_on, status
         FROM paper",
    );
    hands_on(&damaged, "a database that fails while it reads order 19");
}

fn seal_and_open_are_as_they_were() {
    let old = "08030407b4c31edf3230";
    let given = "seal(\"20\"), and open() of what it made";
    let got = (seal("20"), open(&seal("20")));
    let expected = (old.to_owned(), Some("20".to_owned()));
    let why = "such cursors are in people's bookmarks: a `page` that no longer knows what they are can take them for something else";
    testkit::eq("`seal` or `open` was changed", given, &got, &expected, why);
}
