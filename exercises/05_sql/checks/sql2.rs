//! What sql2 is checked for. Read it as the specification; edits here are undone.

use testkit::marginalia::{Dataset, EMPTY, VISIBLE};
use testkit::sql::{Answer, Database, QueryFile};
use testkit::table::{Kind, Order, Table, Value};
use testkit::{checks, fail};

fn main() {
    testkit::run(checks![
        has_the_columns_by_name,
        has_one_row_for_every_customer_with_orders_or_without,
        counts_each_order_once,
        adds_up_each_order_line_once,
        counts_each_review_once,
        says_zero_where_there_is_nothing_to_add,
        gives_integers_for_counts_and_cents,
        puts_the_highest_spender_first_and_equal_ones_by_id,
    ]);
}

const COLUMNS: [&str; 5] = ["id", "name", "orders", "spent_cents", "reviews"];

/// What looks alike in Marginalia's own data is told apart here.
const ODD: Dataset = Dataset {
    name: "odd",
    about: "hidden data: two customers with one name, orders of the same amount, two equal lines in one order, orders without lines, many reviews",
    fill: |shop| {
        let author = Some(shop.author("Ada"));
        let cheap = shop.book("Cheap", author, None, 500);
        let dear = shop.book("Dear", author, None, 1000);
        let gift = shop.book("A Gift", author, None, 0);
        let zoe = shop.customer("Zoë", None, None);
        let li = shop.customer("李", None, None);
        let other_li = shop.customer("李", None, None);
        let waits = shop.customer("Waits", None, None);
        let reads = shop.customer("Only Reads", None, None);
        let given = shop.customer("Was Given", None, None);
        shop.customer("Never", None, None);
        let abel = shop.customer("Abel", None, None);
        // SQLite likes to read names from this, and then meets the customers by name.
        shop.run("CREATE INDEX customers_by_name ON customers (name)");
        // Twice the same order of the same amount, two lines of equal amount in each.
        shop.order(zoe, "2025-06-01", &[(cheap, 2), (dear, 1)]);
        shop.order(zoe, "2025-06-01", &[(cheap, 2), (dear, 1)]);
        for book in [cheap, dear, gift] {
            shop.review(book, zoe, Some(5));
        }
        shop.order(li, "2025-06-02", &[(cheap, 1)]);
        shop.review(cheap, li, None);
        shop.review(dear, li, None);
        shop.order(other_li, "2025-06-02", &[(dear, 3)]);
        shop.order(waits, "2025-06-03", &[]);
        shop.order(waits, "2025-06-04", &[]);
        shop.review(dear, waits, Some(1));
        shop.review(cheap, reads, Some(3));
        shop.review(gift, reads, Some(3));
        // Of a book that nobody has ordered.
        shop.review(shop.book("Unsold", author, None, 700), reads, Some(2));
        shop.order(given, "2025-06-05", &[(gift, 1)]);
        // The same line twice: two copies, put into the basket one after the other.
        shop.order(abel, "2025-06-06", &[(dear, 2), (dear, 2)]);
        shop.order(abel, "2025-06-07", &[]);
    },
};

/// Customers, and nothing else: every inner join is empty.
const QUIET: Dataset = Dataset {
    name: "quiet",
    about: "hidden data: two customers, no order, no review",
    fill: |shop| {
        shop.customer("Bo", None, None);
        shop.customer("Ai", None, None);
    },
};

fn databases() -> impl Iterator<Item = Database> {
    [VISIBLE, ODD, QUIET, EMPTY].iter().map(Database::create)
}

/// The report, worked out one customer at a time.
fn report(db: &Database) -> Table {
    let (orders, lines) = (db.table("orders"), db.table("order_lines"));
    let reviews = db.table("reviews");
    let mut report = Table::new(COLUMNS);
    for customer in db.table("customers").rows() {
        let placed = orders.keep(|order| order["customer_id"] == customer["id"]);
        let bought = lines.keep(|line| placed.rows().any(|order| order["id"] == line["order_id"]));
        let spent: i64 = bought
            .rows()
            .map(|line| {
                let number = |column| line[column].integer().expect("a number");
                number("quantity") * number("unit_cents")
            })
            .sum();
        let written = reviews.keep(|review| review["customer_id"] == customer["id"]);
        report.push(vec![
            customer["id"].clone(),
            customer["name"].clone(),
            count(&placed),
            Value::Integer(spent),
            count(&written),
        ]);
    }
    report.sorted(|one, two| {
        let highest_first = two["spent_cents"].order(&one["spent_cents"]);
        highest_first.then(one["id"].order(&two["id"]))
    })
}

fn count(rows: &Table) -> Value {
    Value::Integer(i64::try_from(rows.len()).expect("a small table"))
}

/// Runs the learner's query on each data set and hands on its result and the right one.
fn on_each(judge: impl Fn(Answer<'_>, &Table)) {
    let file = QueryFile::subject();
    let query = file.query("customer_report");
    for db in databases() {
        judge(query.run(&db), &report(&db));
    }
}

fn none_as_zero(value: &Value) -> Value {
    if value.is_null() {
        Value::Integer(0)
    } else {
        value.clone()
    }
}

/// Compares the customers' ids and one number. NULL passes for 0: a check of its own is
/// there for that.
fn compare(column: &str, why: &str) {
    let columns = ["id", "name", column];
    on_each(|answer, report| {
        let mut answer = answer.pick(&columns);
        answer.table = by_id(&answer.table.map(column, none_as_zero));
        let fans = fans(answer.database());
        answer
            .part("how many rows each customer has", fans)
            .because(why)
            .is(&by_id(&report.pick(&columns)), Order::Any);
    });
}

/// So that what was expected and what came stand line by line.
fn by_id(table: &Table) -> Table {
    table.sorted(|one, two| one["id"].order(&two["id"]))
}

/// For each customer how many rows each table holds, and so how many a join of all makes.
fn fans(db: &Database) -> Table {
    let (orders, lines) = (db.table("orders"), db.table("order_lines"));
    let reviews = db.table("reviews");
    let mut fans = Table::new(["id", "orders", "order_lines", "reviews"]);
    for customer in db.table("customers").rows() {
        let placed = orders.keep(|order| order["customer_id"] == customer["id"]);
        let bought = lines.keep(|line| placed.rows().any(|order| order["id"] == line["order_id"]));
        let written = reviews.keep(|review| review["customer_id"] == customer["id"]);
        fans.push(vec![
            customer["id"].clone(),
            count(&placed),
            count(&bought),
            count(&written),
        ]);
    }
    fans
}

fn has_the_columns_by_name() {
    on_each(|answer, _| drop(answer.pick(&COLUMNS)));
}

fn has_one_row_for_every_customer_with_orders_or_without() {
    on_each(|answer, report| {
        let mut answer = answer.pick(&["id", "name"]);
        answer.table = by_id(&answer.table);
        answer
            .because("JOIN drops a row that has no partner: customers who never ordered, or never wrote a review, are gone (https://sqlite.org/lang_select.html#fromclause)")
            .is(&by_id(&report.pick(&["id", "name"])), Order::Any);
    });
}

fn counts_each_order_once() {
    compare(
        "orders",
        "an order with 3 lines appears in 3 joined rows, times the customer's reviews; an order without lines is an order too",
    );
}

fn adds_up_each_order_line_once() {
    compare(
        "spent_cents",
        "a line appears in as many joined rows as its customer has reviews, and is added each time; DISTINCT would also drop a line that costs the same by chance",
    );
}

fn counts_each_review_once() {
    compare(
        "reviews",
        "a review appears in as many joined rows as its customer has order lines, and is counted each time",
    );
}

/// The numbers of the report.
const NUMBERS: [&str; 3] = ["orders", "spent_cents", "reviews"];

/// One row for each number of the first table that is to be judged: whose it is, which, and
/// what the second table has there. Customers who are missing are judged elsewhere.
fn numbers(of: &Table, judged: impl Fn(&Value) -> bool, shown: &Table) -> Table {
    let mut numbers = Table::new(["id", "name", "column", "value"]);
    for row in of.rows() {
        for column in NUMBERS.into_iter().filter(|column| judged(&row[column])) {
            for other in shown.rows().filter(|other| other["id"].same(&row["id"])) {
                numbers.push(vec![
                    row["id"].clone(),
                    row["name"].clone(),
                    column.into(),
                    other[column].clone(),
                ]);
            }
        }
    }
    numbers
}

fn says_zero_where_there_is_nothing_to_add() {
    on_each(|answer, report| {
        let zero = |value: &Value| *value == 0.into();
        let mut answer = answer.pick(&COLUMNS);
        let present = |id: &Value| answer.table.rows().any(|row| row["id"].same(id));
        let expected = report.keep(|row| present(&row["id"]));
        let expected = numbers(&expected, zero, &expected);
        answer.table = numbers(report, zero, &answer.table);
        answer
            .because("sum() of no rows is NULL, and a LEFT JOIN without a partner leaves NULL too; the program that draws the report expects a number (https://sqlite.org/lang_aggfunc.html#sumunc)")
            .is(&expected, Order::Any);
    });
}

fn gives_integers_for_counts_and_cents() {
    on_each(|answer, _| {
        let answer = answer.pick(&COLUMNS);
        let real = |value: &Value| matches!(value, Value::Real(_) | Value::Text(_));
        let wrong = numbers(&answer.table, real, &answer.table);
        if !wrong.is_empty() {
            fail("`customer_report`: some numbers are not integers")
                .given(answer.database().about())
                .expected("typeof(spent_cents) is 'integer', and so for orders and reviews")
                .got(wrong)
                .because("a floating-point number cannot hold every amount exactly; sum() of integers is an integer, total(), round() and a division by 1.0 give a floating-point number (https://sqlite.org/lang_aggfunc.html#sumunc)")
                .raise();
        }
    });
}

fn puts_the_highest_spender_first_and_equal_ones_by_id() {
    on_each(|answer, report| {
        let columns = ["id", "name", "spent_cents"];
        let answer = answer.pick(&columns);
        let expected = report.pick(&columns);
        let spent = |table: &Table, at| table.cell(at, 2).clone();
        let why = match answer.differs(&expected, Order::Exact) {
            Some(Kind::Order(at)) if !spent(&expected, at).same(&spent(&answer.table, at)) => {
                "the highest amount comes first; ORDER BY sorts from small to large unless it says DESC"
            }
            Some(Kind::Order(at)) if spent(&expected, at).same(&0.into()) => {
                "equal amounts come by id; and sort by the number you show: a NULL that you show as 0 still sorts as NULL"
            }
            Some(Kind::Order(_)) => {
                "equal amounts come by id: where ORDER BY finds two rows equal, their order is left to chance"
            }
            _ => "the rows must be right before their order can be",
        };
        answer.because(why).is(&expected, Order::Exact);
    });
}
