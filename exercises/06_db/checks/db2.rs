//! What db2 is checked for. Read it as the specification; edits here are undone.

use std::cell::Cell;

use rusqlite::Connection;
use testkit::marginalia::{self, Dataset, EMPTY, Shop, VISIBLE};
use testkit::sql::{Database, Plan, Query, QueryFile, during, growth, select, statements, watch};
use testkit::table::{Order, Row, Table, Value};
use testkit::{checks, fail};

fn main() {
    testkit::run(checks![
        history_has_the_last_orders_of_the_customer,
        to_pack_has_the_open_orders_of_before_the_day,
        march_counts_orders_and_customers_of_each_day,
        makes_indexes_and_nothing_else,
        makes_two_indexes_at_most,
        refuses_no_order,
        history_finds_the_customer_in_an_index,
        to_pack_finds_status_and_dates_in_an_index,
        march_finds_status_and_dates_in_an_index,
        no_page_sorts_its_orders,
        march_reads_the_index_alone,
        no_page_works_more_for_other_orders,
    ]);
}

/// Dates at the edges, ids that do not follow them, and several orders of one customer a day.
const ODD: Dataset = Dataset {
    name: "odd",
    about: "hidden data: first and last days of months, March of other years, many orders on one day, ids in another order than dates",
    fill: |shop| {
        shop.run(
            "WITH RECURSIVE numbers (n) AS (
                 SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 9
             )
             INSERT INTO customers (id, name, joined_on) SELECT n, 'C' || n, '2020-01-01' FROM numbers",
        );
        let days = [
            "2025-03-31",
            "2024-03-10",
            "2025-02-28",
            "2025-03-15",
            "2025-03-14",
            "2025-04-01",
            "2025-03-01",
            "2026-03-14",
            "2024-02-29",
            "2025-03-14",
            "2025-03-30",
        ];
        let statuses = ["shipped", "open", "shipped", "cancelled", "open"];
        for n in 1..=198_usize {
            let (day, status) = (days[n * 5 % 11], statuses[n * 3 % 5]);
            let customer = if n % 3 == 0 { 7 } else { n % 9 + 1 };
            shop.run(&format!(
                "INSERT INTO orders (id, customer_id, placed_on, status)
                 VALUES ({}, {customer}, '{day}', '{status}')",
                n * 89 % 199
            ));
        }
        // Read from these, the orders of one day do not come by id, nor days in their order.
        shop.run(
            "CREATE INDEX by_customer ON orders (customer_id, placed_on, status, shipped_on);
             CREATE INDEX by_status ON orders (status, placed_on DESC, customer_id);",
        );
    },
};

thread_local! {
    /// What fills the database that is being made.
    static FILL: Cell<fn(&Shop<'_>)> = const { Cell::new(|_| {}) };
    /// How many other orders there are.
    static OTHERS: Cell<usize> = const { Cell::new(0) };
}

/// The text below `-- query: indexes`.
#[track_caller]
fn indexes() -> String {
    QueryFile::subject().query("indexes").text().to_owned()
}

/// Makes the learner's indexes, one by one. Fails the check where SQLite refuses one.
#[track_caller]
fn make_indexes(conn: &Connection) {
    let text = indexes();
    for place in statements(&text) {
        let sql = text[place].trim();
        if let Err(error) = conn.execute_batch(sql) {
            let unique = error.to_string().contains("UNIQUE constraint");
            fail("SQLite cannot make an index")
                .given(sql)
                .expected("CREATE INDEX name ON orders (column, column, ...)")
                .got(error)
                .because(if unique {
                    "a UNIQUE index is a rule about the data: it refuses the second order with the same values, and there are such orders"
                } else {
                    "without its indexes the file cannot be tried (https://sqlite.org/lang_createindex.html)"
                })
                .raise();
        }
    }
}

/// A data set in memory.
fn in_memory(data: &Dataset) -> Connection {
    let conn = Connection::open_in_memory().expect("a database in memory");
    let shop = Shop::new(&conn);
    shop.run("BEGIN");
    shop.run(marginalia::SCHEMA);
    (data.fill)(&shop);
    shop.run("COMMIT");
    conn
}

/// A data set with the learner's indexes, in a file.
#[track_caller]
fn indexed(data: &Dataset) -> Database {
    // Tried first where a failure can be told well.
    make_indexes(&in_memory(&EMPTY));
    FILL.set(data.fill);
    Database::create(&Dataset {
        name: "indexed",
        about: data.about,
        fill: |shop| {
            (FILL.get())(shop);
            shop.run(&indexes());
        },
    })
}

/// Compares a page with what it must have, on each data set.
#[track_caller]
fn compare(name: &str, expected: impl Fn(&Table) -> Table, why: &str) {
    let file = QueryFile::subject();
    let query = file.query(name);
    for data in [&VISIBLE, &ODD, &EMPTY] {
        // Without the learner's indexes: they must not matter for what comes out.
        let db = Database::create(data);
        let expected = expected(&db.table("orders"));
        query.run(&db).because(why).is(&expected, Order::Exact);
    }
}

fn by_day_and_id(orders: &Table) -> Table {
    orders.sorted(|one, two| {
        let day = one["placed_on"].order(&two["placed_on"]);
        day.then(one["id"].order(&two["id"]))
    })
}

fn history_has_the_last_orders_of_the_customer() {
    compare(
        "history",
        |orders| {
            let mine = orders.keep(|order| order["customer_id"] == Value::Integer(7));
            let oldest_first = by_day_and_id(&mine).pick(&["id", "placed_on", "status"]);
            let rows: Vec<Row<'_>> = oldest_first.rows().collect();
            let mut last = Table::new(["id", "placed_on", "status"]);
            for row in rows.iter().rev().take(20) {
                last.push(vec![
                    row["id"].clone(),
                    row["placed_on"].clone(),
                    row["status"].clone(),
                ]);
            }
            last
        },
        "customer 7's last 20 orders, the newest first, on one day the highest id first; an index makes a page faster, and never another one",
    );
}

fn to_pack_has_the_open_orders_of_before_the_day() {
    compare(
        "to_pack",
        |orders| {
            let open = orders.keep(|order| {
                order["status"].text() == Some("open")
                    && order["placed_on"].text() < Some("2025-03-15")
            });
            by_day_and_id(&open).pick(&["id", "customer_id", "placed_on"])
        },
        "all open orders of before 15 March 2025, and none of that day; the oldest first, on one day the lowest id first",
    );
}

fn march_counts_orders_and_customers_of_each_day() {
    compare(
        "march",
        |orders| {
            let mut days = Table::new(["placed_on", "orders", "customers"]);
            let march = orders.keep(|order| {
                order["status"].text() == Some("shipped")
                    && order["placed_on"]
                        .text()
                        .is_some_and(|day| day.starts_with("2025-03-"))
            });
            for day in 1..=31 {
                let day = format!("2025-03-{day:02}");
                let placed = march.keep(|order| order["placed_on"].text() == Some(&day));
                let mut customers: Vec<Option<i64>> = placed
                    .rows()
                    .map(|order| order["customer_id"].integer())
                    .collect();
                customers.sort_unstable();
                customers.dedup();
                if !placed.is_empty() {
                    let count = |n: usize| Value::Integer(i64::try_from(n).expect("few"));
                    days.push(vec![
                        day.as_str().into(),
                        count(placed.len()),
                        count(customers.len()),
                    ]);
                }
            }
            days
        },
        "all of March 2025 from its first day to its last, and nothing of February, April or another year; a customer with two orders on a day is one customer",
    );
}

fn makes_indexes_and_nothing_else() {
    let text = indexes();
    for place in statements(&text) {
        let sql = &text[place];
        let words: Vec<String> = sql
            .split_whitespace()
            .map(str::to_ascii_uppercase)
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).take(3).collect();
        if !matches!(
            words[..],
            ["CREATE", "INDEX", _] | ["CREATE", "UNIQUE", "INDEX"]
        ) {
            fail("below `-- query: indexes` stands something else than indexes")
                .expected("CREATE INDEX name ON orders (column, column, ...);")
                .got(sql)
                .because("what stands there is run on the shop's live tables: it may add indexes, and change nothing else")
                .raise();
        }
    }
}

fn makes_two_indexes_at_most() {
    let conn = in_memory(&EMPTY);
    make_indexes(&conn);
    let made = select(
        &conn,
        "SELECT name, tbl_name AS \"table\", sql FROM sqlite_schema
         WHERE type = 'index' AND sql IS NOT NULL",
    );
    if made.len() > 2 {
        fail(format!("there are {} indexes for three pages", made.len()))
            .expected("two at most, which serve all three pages")
            .got(made.pick(&["sql"]))
            .because("each index is written at each INSERT, and a page uses one index for a table: one with two columns helps more than two with one; look for the two pages that begin with the same column")
            .raise();
    }
}

fn refuses_no_order() {
    let conn = in_memory(&ODD);
    make_indexes(&conn);
    let before = select(&conn, "SELECT id FROM orders").len();
    let sql = "INSERT INTO orders (customer_id, placed_on, shipped_on, status)
               SELECT customer_id, placed_on, shipped_on, status FROM orders";
    let copied = conn.execute_batch(sql);
    let after = select(&conn, "SELECT id FROM orders").len();
    if copied.is_err() || after != 2 * before {
        fail("an index refuses an order")
            .given("each order a second time: a customer may order twice on one day")
            .expected("all of them in the table")
            .got(format!("{copied:?}"))
            .because("a UNIQUE index is a rule about the data, and there is no such rule")
            .raise();
    }
}

/// The plans of some pages.
#[track_caller]
fn plans<const N: usize>(names: [&str; N]) -> [Plan; N] {
    let file = QueryFile::subject();
    let db = indexed(&VISIBLE);
    names.map(|name| Plan::of(db.connection(), statement(file.query(name), &db)))
}

/// The one statement of a query that can be run.
#[track_caller]
fn statement<'a>(query: &'a Query, db: &Database) -> &'a str {
    drop(query.run(db).table);
    let places = statements(query.text());
    places
        .first()
        .map_or("", |place| &query.text()[place.clone()])
}

const STATUS_AND_DATES: &str = "an index is sorted by its first column, and by the second only among equal values of the first: the column with `=` comes first, the one with `<` or `>` second; and a column inside of a function is not what the index holds";

/// The reason, or a nearer one: that of an index with WHERE, or of a query that does not compare
/// what a right index holds.
fn unless_nearer(why: &'static str) -> &'static str {
    let conn = in_memory(&EMPTY);
    make_indexes(&conn);
    let fits = select(
        &conn,
        "SELECT 1 FROM pragma_index_list('orders') AS made
         WHERE (SELECT name FROM pragma_index_info(made.name) WHERE seqno = 0) = 'status'
             AND (SELECT name FROM pragma_index_info(made.name) WHERE seqno = 1) = 'placed_on'",
    );
    let partial = select(
        &conn,
        "SELECT name FROM pragma_index_list('orders') WHERE partial",
    );
    if partial.is_empty() && why == STATUS_AND_DATES && !fits.is_empty() {
        "the index is there, but the query hides its columns from it: inside of a function a column is not what the index holds, LIKE ignores case and so is no range of it, and `<>` or NOT IN names no place in it; compare the column itself, by `=`, `<`, `>=` or BETWEEN"
    } else if partial.is_empty() {
        why
    } else {
        "an index with WHERE holds a part of the orders, and serves only queries of which SQLite can prove that they ask for nothing else; these two indexes are for three pages (https://sqlite.org/partialindex.html)"
    }
}

fn history_finds_the_customer_in_an_index() {
    let [plan] = plans(["history"]);
    let why = unless_nearer(
        "an index is sorted by its first column: if that is not customer_id, the customer's orders stand all over it",
    );
    plan.expect_no_scan("orders", why);
    plan.expect_search("orders", &["customer_id"], why);
}

fn to_pack_finds_status_and_dates_in_an_index() {
    let [plan] = plans(["to_pack"]);
    let why = unless_nearer(STATUS_AND_DATES);
    plan.expect_no_scan("orders", why);
    plan.expect_search("orders", &["status", "placed_on"], why);
}

fn march_finds_status_and_dates_in_an_index() {
    let [plan] = plans(["march"]);
    let why = unless_nearer(STATUS_AND_DATES);
    plan.expect_no_scan("orders", why);
    plan.expect_search("orders", &["status", "placed_on"], why);
}

fn no_page_sorts_its_orders() {
    for plan in plans(["history", "to_pack", "march"]) {
        plan.expect_no_sort(if plan.sorts_last_terms() {
            "SQLite sorts: the index has the dates in order, but not the ids within a day, or one of them runs the other way; what is only read comes behind the columns of ORDER BY, so name `id` in the index before it"
        } else {
            "the index has the rows in order if its columns are those that are compared with `=`, then those of ORDER BY; a column that is only read comes behind them all, behind `id` too where the page sorts by it (name it in the index)"
        });
    }
}

fn march_reads_the_index_alone() {
    let [plan] = plans(["march"]);
    plan.expect_covering("orders", "for a column that the index does not have, SQLite goes to the table, once for each order of the month: put it at the end of the index (https://sqlite.org/queryplanner.html#_covering_indexes)");
}

/// A few orders that the pages are about, and many others.
const BUSY: Dataset = Dataset {
    name: "busy",
    about: "hidden data: a few orders that the pages show, and many others",
    fill: |shop| {
        let others = OTHERS.get();
        shop.run(&format!(
            "WITH RECURSIVE numbers (n) AS (
                 SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50
             )
             INSERT INTO customers (id, name, joined_on) SELECT n, 'C' || n, '2020-01-01' FROM numbers;
             WITH RECURSIVE numbers (n) AS (
                 SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 40
             )
             INSERT INTO orders (customer_id, placed_on, status)
             SELECT 7, date('2025-01-01', '+' || n || ' days'), 'cancelled' FROM numbers
             UNION ALL
             SELECT n, date('2025-02-01', '+' || n || ' days'), 'open' FROM numbers
             UNION ALL
             SELECT n, date('2025-03-01', '+' || (n % 20) || ' days'), 'shipped' FROM numbers;
             WITH RECURSIVE numbers (n) AS (
                 SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {others}
             )
             INSERT INTO orders (customer_id, placed_on, status)
             SELECT 10 + n % 40, date('2020-01-01', '+' || (n % 1500) || ' days'), 'shipped' FROM numbers
             UNION ALL
             SELECT 10 + n % 40, date('2025-04-01', '+' || (n % 90) || ' days'), 'shipped' FROM numbers
             UNION ALL
             SELECT 10 + n % 40, date('2025-04-02', '+' || (n % 90) || ' days'), 'open' FROM numbers
             UNION ALL
             SELECT 10 + n % 40, date('2025-03-01', '+' || (n % 30) || ' days'), 'cancelled' FROM numbers
             UNION ALL
             SELECT 10 + n % 40, date('2020-01-01', '+' || (n % 1500) || ' days'), 'cancelled' FROM numbers"
        ));
    },
};

fn no_page_works_more_for_other_orders() {
    let file = QueryFile::subject();
    let pages = ["history", "to_pack", "march"].map(|name| (name, file.query(name)));
    let measured = |others: usize| {
        OTHERS.set(others);
        let db = indexed(&BUSY);
        watch(db.connection());
        pages.map(|(_, query)| {
            let plan = Plan::of(db.connection(), statement(query, &db));
            let (_, ran) = during(|| drop(query.run(&db).table));
            (ran.effort(), plan)
        })
    };
    let (few, many) = (measured(250), measured(1000));
    for ((name, query), (few, many)) in pages.iter().zip(few.iter().zip(&many)) {
        if many.0.steps > 2 * few.0.steps {
            let growth = growth(1250, |rows| if rows == 1250 { few.0 } else { many.0 });
            fail(format!("`{name}` works more if the shop has more other orders"))
                .given("the same page, with 1250 and with 5000 orders that it does not show")
                .expected("about as many steps: an index leads to the rows that are shown")
                .got(growth)
                .part("your query", query.text().trim())
                .part("the plan", &many.1)
                .because(if *name == "march" {
                    "a month has two ends, and the index must know both: `placed_on>? AND placed_on<?`; with one of them alone the page reads all orders before April, or all since March"
                } else {
                    "what grows with the table is fast in a test and slow in a year: the index has to leave out all rows that are not shown"
                })
                .raise();
        }
    }
}
