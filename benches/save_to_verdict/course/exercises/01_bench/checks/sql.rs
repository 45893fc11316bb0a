//! What sql is checked for.

use harness::{checks, run};
use rusqlite::Connection;

fn main() {
    run(checks![
        answers_from_an_empty_shop,
        counts_customers_without_an_order,
        counts_an_order_once_however_many_lines_it_has,
        counts_an_order_without_lines,
        puts_the_highest_first_and_equal_ones_by_number,
    ]);
}

type Line = (String, i64, i64);

/// A shop with these rows, and what the query answers there.
fn answer(rows: &str) -> Vec<Line> {
    let shop = Connection::open_in_memory().expect("a database");
    shop.execute_batch(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL);
         CREATE TABLE lines (order_id INTEGER NOT NULL, copies INTEGER NOT NULL, cents INTEGER NOT NULL);",
    )
    .expect("tables");
    shop.execute_batch(rows).expect("rows");
    let query = std::fs::read_to_string(harness::subject()).expect("the query");
    let mut statement = shop.prepare(&query).expect("a query that SQLite takes");
    let lines = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("an answer");
    lines.collect::<Result<_, _>>().expect("three columns")
}

fn line(name: &str, orders: i64, spent: i64) -> Line {
    (name.to_owned(), orders, spent)
}

fn answers_from_an_empty_shop() {
    assert!(answer("").is_empty());
}

fn counts_customers_without_an_order() {
    let rows = "INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bo');
                INSERT INTO orders VALUES (1, 2); INSERT INTO lines VALUES (1, 1, 5);";
    assert_eq!(answer(rows), [line("Bo", 1, 5), line("Ann", 0, 0)]);
}

fn counts_an_order_once_however_many_lines_it_has() {
    let rows = "INSERT INTO customers VALUES (1, 'Ann'); INSERT INTO orders VALUES (1, 1), (2, 1);
                INSERT INTO lines VALUES (1, 2, 100), (1, 1, 50), (1, 1, 50), (2, 3, 10);";
    assert_eq!(answer(rows), [line("Ann", 2, 330)]);
}

fn counts_an_order_without_lines() {
    let rows = "INSERT INTO customers VALUES (1, 'Ann'); INSERT INTO orders VALUES (1, 1);";
    assert_eq!(answer(rows), [line("Ann", 1, 0)]);
}

fn puts_the_highest_first_and_equal_ones_by_number() {
    let rows = "INSERT INTO customers VALUES (1, 'Li'), (2, 'Bo'), (3, 'Li');
                INSERT INTO orders VALUES (1, 1), (2, 2), (3, 3);
                INSERT INTO lines VALUES (1, 1, 10), (2, 2, 30), (3, 1, 10);";
    let expected = [line("Bo", 1, 60), line("Li", 1, 10), line("Li", 1, 10)];
    assert_eq!(answer(rows), expected);
}
