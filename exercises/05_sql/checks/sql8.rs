//! What sql8 is checked for. Read it as the specification; edits here are undone.

use std::fs;

use rusqlite::Connection;
use testkit::marginalia::{self, Dataset, EMPTY, VISIBLE};
use testkit::table::{self, Order, Table, Value};
use testkit::{checks, fail, sql};

fn main() {
    testkit::run(checks![
        makes_both_tables_with_their_columns,
        takes_every_good_voucher,
        takes_every_good_redemption,
        refuses_a_code_that_is_none,
        refuses_an_amount_that_is_none,
        refuses_a_kind_that_is_none,
        refuses_a_day_that_is_none,
        refuses_a_voucher_that_ends_before_it_begins,
        refuses_a_second_welcome,
        refuses_what_points_to_nothing,
        refuses_a_redemption_of_nothing_or_of_the_same_twice,
        keeps_vouchers_and_drops_redemptions_when_their_rows_go,
        leaves_the_other_tables_alone,
    ]);
}

/// Ids that are not 1, 2, 3, and customers without orders, who can be deleted.
const PEOPLE: Dataset = Dataset {
    name: "people",
    about: "the shop with two customers more, 70 and 71, who have ordered nothing",
    fill: |shop| {
        (VISIBLE.fill)(shop);
        shop.run(
            "INSERT INTO customers (id, name, joined_on) VALUES
                 (70, 'Zoë', '2025-01-01'), (71, 'Zoë', '2025-01-01');",
        );
    },
};

/// Runs the learner's statements in a shop.
fn shop(data: &Dataset) -> Connection {
    let path = testkit::subject();
    let text = fs::read_to_string(path).expect("`backlings` has read it as UTF-8");
    let conn = marginalia::create_at("shop.db", data);
    sql::text_in_single_quotes_only(&conn);
    if let Err(error) = conn.execute_batch(&text) {
        let place = match &error {
            rusqlite::Error::SqlInputError { offset, sql, .. } => {
                let offset = usize::try_from(*offset).unwrap_or(0);
                let start = text.len().saturating_sub(sql.len());
                let line = text[..(start + offset).min(text.len())]
                    .matches('\n')
                    .count()
                    + 1;
                format!("near line {line} of the file")
            }
            _ => "one of the statements".to_owned(),
        };
        fail("SQLite cannot run the statements")
            .part("where", place)
            .part("SQLite says", sql::said(&error))
            .because("'single quotes' are for text, \"double quotes\" for names; statements end with `;`, and there is no comma before a closing `)`")
            .raise();
    }
    conn
}

/// A voucher that breaks no rule, with some values changed. All are SQL: `'ABCD2345'`.
fn voucher(changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let good = [
        ("code", "'ABCD2345'"),
        ("kind", "'gift'"),
        ("customer_id", "1"),
        ("amount_cents", "2500"),
        ("bought_on", "'2025-03-01'"),
        ("valid_until", "'2028-03-01'"),
    ];
    changed(&good, changes)
}

/// A redemption that breaks no rule where there is the voucher `ABCD2345`.
fn redemption(changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let good = [("code", "'ABCD2345'"), ("order_id", "1"), ("cents", "990")];
    changed(&good, changes)
}

fn changed(good: &[(&str, &str)], changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let value = |name: &str, value: &str| {
        let change = changes.iter().find(|(changed, _)| *changed == name);
        change.map_or(value, |(_, value)| value).to_owned()
    };
    good.iter()
        .map(|(name, good)| ((*name).to_owned(), value(name, good)))
        .collect()
}

fn insert(table: &str, row: &[(String, String)]) -> String {
    let names: Vec<&str> = row.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<&str> = row.iter().map(|(_, value)| value.as_str()).collect();
    format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        names.join(", "),
        values.join(", ")
    )
}

/// Runs what must be allowed.
fn takes(conn: &Connection, statement: &str, why: &str) {
    if let Err(error) = conn.execute_batch(statement) {
        fail("a statement that breaks no rule is refused")
            .given(statement)
            .expected("no error")
            .got(format!("SQLite says: {}", sql::said(&error)))
            .because(why)
            .raise();
    }
}

/// Runs what must be refused, and expects the refusal to be one of the tables' rules.
fn refuses(conn: &Connection, statement: &str, why: &str) {
    // With its COMMIT: a rule may be one that is looked at only then (DEFERRED).
    let result = conn.execute_batch(&format!("BEGIN; {statement}; COMMIT"));
    if !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK")
            .expect("a transaction can be undone");
    }
    match result {
        Ok(()) => fail("a statement that breaks a rule is taken")
            .given(statement)
            .expected("an error: the row is refused")
            .got("no error")
            .because(why)
            .raise(),
        Err(error) => assert!(
            !matches!(error, rusqlite::Error::SqlInputError { .. }),
            "{statement}: {error}"
        ),
    }
}

/// The shop with one voucher that is good.
fn shop_with_voucher() -> Connection {
    let conn = shop(&PEOPLE);
    takes(
        &conn,
        &insert("vouchers", &voucher(&[])),
        "the first voucher",
    );
    conn
}

/// Tries a value in a column that must not take it: in a new row and in one that is there.
fn refuses_in(table: &str, column: &str, values: &[&str], why: &str) {
    let conn = shop_with_voucher();
    takes(
        &conn,
        &insert("redemptions", &redemption(&[])),
        "the first redemption",
    );
    for value in values {
        // Nothing but this value is to stand in the way.
        let row = if table == "vouchers" {
            voucher(&[(column, value), ("code", "'ZZZZ9999'")])
        } else {
            redemption(&[(column, value), ("order_id", "2")])
        };
        refuses(&conn, &insert(table, &row), why);
        refuses(
            &conn,
            &format!("UPDATE {table} SET {column} = {value}"),
            why,
        );
    }
}

fn makes_both_tables_with_their_columns() {
    for data in [PEOPLE, EMPTY] {
        let conn = shop(&data);
        let wanted = [
            (
                "vouchers",
                vec![
                    "code",
                    "kind",
                    "customer_id",
                    "amount_cents",
                    "bought_on",
                    "valid_until",
                ],
            ),
            ("redemptions", vec!["code", "order_id", "cents"]),
        ];
        for (table, columns) in wanted {
            let sql = format!("SELECT name FROM pragma_table_xinfo('{table}')");
            let got = sql::select(&conn, &sql);
            let has = |column: &&&str| !got.rows().any(|row| row["name"].text() == Some(column));
            let missing: Vec<&&str> = columns.iter().filter(has).collect();
            if !missing.is_empty() {
                fail(format!(
                    "the table `{table}` or a column of it is not there"
                ))
                .expected(format!("{table} ({})", columns.join(", ")))
                .got(if got.is_empty() {
                    "no such table".to_owned()
                } else {
                    let names = got
                        .rows()
                        .filter_map(|row| row["name"].text().map(str::to_owned));
                    format!("{table} ({})", names.collect::<Vec<_>>().join(", "))
                })
                .because("three programs find the columns by these names")
                .raise();
            }
        }
    }
}

fn takes_every_good_voucher() {
    let conn = shop(&PEOPLE);
    let good: [&[(&str, &str)]; 15] = [
        &[],
        &[("code", "'00000000'"), ("amount_cents", "500")],
        &[("code", "'ZZZZZZZZ'"), ("amount_cents", "50000")],
        &[("code", "'A1B2C3D4'"), ("valid_until", "NULL")],
        &[("code", "'A1B2C3D5'"), ("valid_until", "'2025-03-01'")],
        &[("code", "'A1B2C3D6'"), ("bought_on", "'2024-02-29'")],
        &[
            ("code", "'A1B2C3D7'"),
            ("bought_on", "'2025-12-31'"),
            ("valid_until", "'2026-01-01'"),
        ],
        &[
            ("code", "'A1B2C3E1'"),
            ("bought_on", "'2099-12-31'"),
            ("valid_until", "'9999-12-31'"),
        ],
        &[
            ("code", "'A1B2C3E2'"),
            ("bought_on", "'1999-01-01'"),
            ("valid_until", "NULL"),
        ],
        &[("code", "'A1B2C3D8'"), ("customer_id", "NULL")],
        &[("code", "'A1B2C3D9'"), ("customer_id", "70")],
        &[
            ("code", "'WELCOME1'"),
            ("kind", "'welcome'"),
            ("customer_id", "1"),
        ],
        &[
            ("code", "'WELCOME2'"),
            ("kind", "'welcome'"),
            ("customer_id", "2"),
        ],
        &[
            ("code", "'WELCOME3'"),
            ("kind", "'welcome'"),
            ("customer_id", "NULL"),
        ],
        &[
            ("code", "'WELCOME4'"),
            ("kind", "'welcome'"),
            ("customer_id", "NULL"),
        ],
    ];
    for changes in good {
        takes(
            &conn,
            &insert("vouchers", &voucher(changes)),
            "a rule that is stricter than it should be turns customers away",
        );
    }
    takes(
        &conn,
        "UPDATE vouchers SET amount_cents = 700, valid_until = '2025-03-02' WHERE code = 'ABCD2345'",
        "a voucher may change as long as it keeps the rules",
    );
}

fn takes_every_good_redemption() {
    let conn = shop_with_voucher();
    takes(
        &conn,
        &insert("vouchers", &voucher(&[("code", "'ZZZZ9999'")])),
        "a second voucher",
    );
    let good: [&[(&str, &str)]; 6] = [
        &[],
        &[("order_id", "2"), ("cents", "1")],
        &[("order_id", "3"), ("cents", "990")],
        &[("order_id", "4"), ("cents", "1000000")],
        &[("code", "'ZZZZ9999'")],
        &[
            ("code", "'ZZZZ9999'"),
            ("order_id", "2"),
            ("cents", "50000"),
        ],
    ];
    for changes in good {
        takes(
            &conn,
            &insert("redemptions", &redemption(changes)),
            "a voucher pays for many orders, and an order is paid with many vouchers",
        );
    }
}

fn refuses_a_code_that_is_none() {
    let codes = [
        "NULL",
        "''",
        "'ABCD234'",
        "'ABCD23456'",
        "'abcd2345'",
        "'ABCD-345'",
        "'ABCD 345'",
        "'ABCD234É'",
        "'ABCD234٣'",
        "'        '",
        "'%%%%%%%%'",
        "x'4142434432333436'",
    ];
    refuses_in(
        "vouchers",
        "code",
        &codes,
        "a code is typed from paper: what is no code at all must not get in. Length, alphabet and type are three rules (STRICT sees to the type; GLOB knows [A-Z0-9] and, with ^, what is not in it)",
    );
    let conn = shop_with_voucher();
    refuses(
        &conn,
        &insert("vouchers", &voucher(&[("amount_cents", "700")])),
        "two vouchers with the same code: whoever comes second has lost the money (UNIQUE or PRIMARY KEY)",
    );
}

fn refuses_an_amount_that_is_none() {
    let amounts = [
        "NULL",
        "'ten'",
        "'25 euros'",
        "499",
        "0",
        "-2500",
        "50001",
        "2500.5",
        "x'31'",
        "9223372036854775807",
    ];
    refuses_in(
        "vouchers",
        "amount_cents",
        &amounts,
        "money is a whole number of cents within the bounds. Without STRICT an INTEGER column takes text and fractions, too (https://sqlite.org/stricttables.html)",
    );
}

fn refuses_a_kind_that_is_none() {
    refuses_in(
        "vouchers",
        "kind",
        &["NULL", "''", "'Gift'", "'gift '", "'present'", "1"],
        "programs ask for `kind = 'gift'`: a voucher of another spelling is found by none of them. And NULL IN (...) is NULL, which a CHECK lets pass: NOT NULL is a rule of its own",
    );
}

/// What looks like a day, or not even that.
const NO_DAYS: [&str; 11] = [
    "''",
    "'soon'",
    "'2025-02-30'",
    "'2025-02-29'",
    "'2025-04-31'",
    "'2025-13-01'",
    "'2025-3-1'",
    "'20250301'",
    "'2025-03-01 10:00'",
    "' 2025-03-01'",
    "2460736",
];

fn refuses_a_day_that_is_none() {
    const WHY: &str = "a day that does not exist sorts somewhere and never comes. date() turns 30 February into 2 March, and what is no date into NULL; `x = NULL` is NULL, and a CHECK lets NULL pass: compare with IS";
    // Nothing else is to be broken by it.
    let conn = shop_with_voucher();
    for day in NO_DAYS {
        let row = voucher(&[
            ("code", "'ZZZZ9999'"),
            ("bought_on", day),
            ("valid_until", "NULL"),
        ]);
        refuses(&conn, &insert("vouchers", &row), WHY);
        let row = voucher(&[
            ("code", "'ZZZZ9999'"),
            ("bought_on", "'0000-01-01'"),
            ("valid_until", day),
        ]);
        refuses(&conn, &insert("vouchers", &row), WHY);
        let update = format!("UPDATE vouchers SET bought_on = {day}, valid_until = NULL");
        refuses(&conn, &update, WHY);
    }
    refuses_in(
        "vouchers",
        "bought_on",
        &["NULL"],
        "a voucher that was never bought",
    );
}

fn refuses_a_voucher_that_ends_before_it_begins() {
    refuses_in(
        "vouchers",
        "valid_until",
        &["'2025-02-28'", "'2024-12-31'", "'0001-01-01'"],
        "nobody can use it, and somebody has paid for it. A rule about two columns is a CHECK of the table",
    );
    let conn = shop_with_voucher();
    refuses(
        &conn,
        "UPDATE vouchers SET bought_on = '2028-03-02'",
        "the rule holds whichever of the two columns changes",
    );
}

fn refuses_a_second_welcome() {
    const WHY: &str = "whoever signs up twice gets two presents. It is a UNIQUE for some rows only: a unique index with WHERE (https://sqlite.org/partialindex.html)";
    let conn = shop_with_voucher();
    let welcome = voucher(&[("code", "'WELCOME1'"), ("kind", "'welcome'")]);
    takes(
        &conn,
        &insert("vouchers", &welcome),
        "the first welcome of customer 1, who has a gift",
    );
    // Whatever else is different, it is a second one.
    for (column, value) in [
        ("amount_cents", "500"),
        ("bought_on", "'2025-03-02'"),
        ("valid_until", "'2026-01-01'"),
        ("valid_until", "NULL"),
    ] {
        let second = voucher(&[
            ("code", "'WELCOME2'"),
            ("kind", "'welcome'"),
            (column, value),
        ]);
        refuses(&conn, &insert("vouchers", &second), WHY);
    }
    let endless = voucher(&[
        ("code", "'WELCOME5'"),
        ("kind", "'welcome'"),
        ("customer_id", "2"),
        ("valid_until", "NULL"),
    ]);
    takes(
        &conn,
        &insert("vouchers", &endless),
        "the first of customer 2",
    );
    let again = endless.iter().map(|(name, value)| {
        let value = if name == "code" { "'WELCOME6'" } else { value };
        (name.clone(), value.to_owned())
    });
    let again: Vec<(String, String)> = again.collect();
    refuses(&conn, &insert("vouchers", &again), WHY);
    refuses(
        &conn,
        "UPDATE vouchers SET kind = 'welcome' WHERE code = 'ABCD2345'",
        WHY,
    );
}

fn refuses_what_points_to_nothing() {
    const WHY: &str = "a number that leads nowhere is found by nobody until the accounts do not add up (REFERENCES)";
    refuses_in("vouchers", "customer_id", &["999", "0", "-1", "'Ana'"], WHY);
    refuses_in(
        "redemptions",
        "order_id",
        &["999", "0", "NULL", "'first'"],
        WHY,
    );
    refuses_in(
        "redemptions",
        "code",
        &["'NOSUCH00'", "NULL", "'abcd2345'"],
        WHY,
    );
}

fn refuses_a_redemption_of_nothing_or_of_the_same_twice() {
    refuses_in(
        "redemptions",
        "cents",
        &["0", "-990", "NULL", "'all'", "9.5", "x''"],
        "a voucher that pays less than nothing makes money. CHECK keeps that out, STRICT text and fractions, and NOT NULL what nobody knows",
    );
    let conn = shop_with_voucher();
    takes(
        &conn,
        &insert("redemptions", &redemption(&[])),
        "the first redemption",
    );
    refuses(
        &conn,
        &insert("redemptions", &redemption(&[("cents", "10")])),
        "the button pressed twice, and the same order is paid twice (UNIQUE of two columns together)",
    );
}

fn keeps_vouchers_and_drops_redemptions_when_their_rows_go() {
    let conn = shop_with_voucher();
    let of_70 = voucher(&[("code", "'ZZZZ9999'"), ("customer_id", "70")]);
    takes(
        &conn,
        &insert("vouchers", &of_70),
        "a voucher of customer 70",
    );
    let welcome = voucher(&[
        ("code", "'WELCOME1'"),
        ("customer_id", "70"),
        ("kind", "'welcome'"),
    ]);
    takes(
        &conn,
        &insert("vouchers", &welcome),
        "a welcome for customer 70",
    );
    takes(
        &conn,
        "DELETE FROM customers WHERE id = 70",
        "people may ask to be deleted; what they have paid for stays (ON DELETE SET NULL)",
    );
    holds(
        &conn,
        "SELECT code, customer_id FROM vouchers ORDER BY code",
        &["code", "customer_id"],
        vec![
            vec!["ABCD2345".into(), 1.into()],
            vec!["WELCOME1".into(), Value::Null],
            vec!["ZZZZ9999".into(), Value::Null],
        ],
        "DELETE FROM customers WHERE id = 70",
        "the vouchers of a customer who is gone stay, and nobody knows whose they are",
    );
    for order in ["6", "17"] {
        let row = redemption(&[("order_id", order)]);
        takes(
            &conn,
            &insert("redemptions", &row),
            "a redemption for an order",
        );
    }
    takes(
        &conn,
        "DELETE FROM order_lines WHERE order_id = 6; DELETE FROM orders WHERE id = 6",
        "an order that is deleted takes its redemptions with it (ON DELETE CASCADE)",
    );
    holds(
        &conn,
        "SELECT code, order_id FROM redemptions",
        &["code", "order_id"],
        vec![vec!["ABCD2345".into(), 17.into()]],
        "DELETE FROM orders WHERE id = 6",
        "an order that is deleted takes its redemptions with it, and no others",
    );
    refuses(
        &conn,
        "DELETE FROM vouchers WHERE code = 'ABCD2345'",
        "it has paid for something: with it would go the trace of the money (a foreign key without ON DELETE, or with RESTRICT)",
    );
    takes(
        &conn,
        "DELETE FROM vouchers WHERE code = 'ZZZZ9999'",
        "a voucher that has paid for nothing can be deleted",
    );
}

fn holds(
    conn: &Connection,
    query: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
    given: &str,
    why: &str,
) {
    let mut expected = Table::new(columns.iter().copied());
    for row in rows {
        expected.push(row);
    }
    let got = sql::select(conn, query);
    if let Some(difference) = table::diff(&expected, &got, Order::Any) {
        fail(format!("after the deletion {}", difference.what))
            .given(given)
            .expected(difference.expected)
            .got(difference.got)
            .because(why)
            .raise();
    }
}

fn leaves_the_other_tables_alone() {
    const TABLES: &str = "SELECT name, tbl_name, sql FROM sqlite_schema
         WHERE tbl_name NOT IN ('vouchers', 'redemptions')
           AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let before = marginalia::create_at("before.db", &VISIBLE);
    let conn = shop(&VISIBLE);
    let was = sql::select(&before, TABLES);
    // Tables that are new are nobody else's; what is new on a table of others is not.
    let others: Vec<String> = was
        .rows()
        .filter_map(|row| row["tbl_name"].text().map(str::to_owned))
        .collect();
    let is = sql::select(&conn, TABLES).keep(|row| {
        let on = row["tbl_name"].text();
        others.iter().any(|other| Some(other.as_str()) == on)
    });
    if let Some(difference) = table::diff(&was, &is, Order::Any) {
        fail(format!(
            "the other tables are not as they were: {}",
            difference.what
        ))
        .expected(difference.expected)
        .got(difference.got)
        .because("other programs stand on them")
        .raise();
    }
    for row in was.rows() {
        let Some(name) = row["name"].text() else {
            continue;
        };
        let count = format!("SELECT count(*) AS rows FROM {name}");
        let (was, is) = (sql::select(&before, &count), sql::select(&conn, &count));
        if was != is {
            fail(format!("the table {name} has lost or gained rows"))
                .expected(was)
                .got(is)
                .because("a change of the schema that loses data is found out too late")
                .raise();
        }
    }
}
