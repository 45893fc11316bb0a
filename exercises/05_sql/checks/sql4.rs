//! What sql4 is checked for. Read it as the specification; edits here are undone.

use testkit::checks;
use testkit::groups::{concerned, count, numbers};
use testkit::marginalia::{Dataset, EMPTY, VISIBLE};
use testkit::sql::{Database, QueryFile};
use testkit::table::{Order, Table, Value};

fn main() {
    testkit::run(checks![
        keeps_every_customer_whatever_was_ordered,
        counts_open_orders_and_no_others,
        keeps_every_book_whatever_was_sold,
        adds_up_the_copies_that_were_not_cancelled,
        finds_books_without_a_review_not_reviews_without_stars,
        finds_quiet_cities_although_some_cities_are_unknown,
        takes_an_unknown_city_for_no_city,
    ]);
}

/// What looks alike in Marginalia's own data is told apart here.
const ODD: Dataset = Dataset {
    name: "odd",
    about: "hidden data: customers and books of one name, customers with cancelled orders only, books in cancelled orders only, an order without lines, two equal lines, reviews without stars and text",
    fill: |shop| {
        let author = Some(shop.author("Ada"));
        let [
            first,
            second,
            third,
            returned,
            both,
            unsold,
            silent,
            praised,
        ] = [
            "Twins",
            "Twins",
            "L'Étranger",
            "Sent Back",
            "Sold and Sent Back",
            "Unsold",
            "Without a Word",
            "Praised",
        ]
        .map(|title| shop.book(title, author, None, 500));

        let [zoe, li, other_li, returns, waits, changes, unknown] = [
            ("Zoë", Some("Łódź")),
            ("李", Some("Ulm")),
            ("李", Some("ULM")),
            ("D'Arcy", Some("L'Aquila")),
            ("Waits", Some("Pisa")),
            ("Changes", Some("Oslo")),
            ("Unknown", None),
        ]
        .map(|(name, city)| shop.customer(name, None, city));
        // Nobody has ordered in these cities: two customers in one, and one whose name
        // says that it is not known.
        for city in ["Bern", "Bern", "Ulm ", "NULL", "Lod"] {
            shop.customer("Never", None, Some(city));
        }
        shop.customer("Unknown", None, None);

        let order = |customer, status: &str, lines: &[(i64, i64)]| {
            let order = shop.order(customer, "2025-06-01", lines);
            shop.run(&format!(
                "UPDATE orders SET status = '{status}' WHERE id = {order}"
            ));
        };
        order(zoe, "open", &[(first, 2), (first, 2), (second, 1)]);
        order(zoe, "open", &[(first, 3)]);
        order(zoe, "shipped", &[(third, 1), (both, 4)]);
        order(li, "shipped", &[(third, 1)]);
        order(returns, "cancelled", &[(returned, 1), (both, 2)]);
        order(returns, "cancelled", &[(both, 7)]);
        order(waits, "open", &[]);
        order(changes, "cancelled", &[(third, 10), (returned, 1)]);
        order(changes, "open", &[(third, 1)]);
        // Nobody knows where: of no city does this say anything.
        order(unknown, "shipped", &[(both, 1)]);

        shop.review(first, zoe, Some(5));
        shop.review(silent, zoe, None);
        shop.review(silent, li, None);
        shop.review(third, other_li, None);
        shop.review(third, li, Some(1));
        shop.review(unsold, waits, Some(2));
        let words = shop.review(praised, waits, None);
        shop.run(&format!(
            "UPDATE reviews SET text = 'Mine!' WHERE id = {words}"
        ));
    },
};

/// There are orders, and all of them were cancelled.
const CANCELLED: Dataset = Dataset {
    name: "cancelled",
    about: "hidden data: one customer whose city we do not know, one order, and it was cancelled",
    fill: |shop| {
        let book = shop.book("The Book", None, None, 100);
        let bo = shop.customer("Bo", None, None);
        shop.order(bo, "2025-06-01", &[(book, 1)]);
        shop.run("UPDATE orders SET status = 'cancelled'");
    },
};

/// No row on the right of any join.
const QUIET: Dataset = Dataset {
    name: "quiet",
    about: "hidden data: two books, two customers, no order, no review",
    fill: |shop| {
        shop.book("The Book", None, None, 100);
        shop.book("Another", None, None, 100);
        shop.customer("Bo", None, Some("Bern"));
        shop.customer("Ai", None, None);
    },
};

fn databases() -> impl Iterator<Item = Database> {
    [VISIBLE, ODD, CANCELLED, QUIET, EMPTY]
        .iter()
        .map(Database::create)
}

/// The orders of each customer who is concerned.
fn orders_behind(db: &Database, expected: &Table, got: &Table) -> Table {
    let orders = db.table("orders").pick(&["customer_id", "id", "status"]);
    concerned(&orders, "customer_id", expected, got)
}

/// The lines of each book that is concerned, with the status of their orders.
fn lines_behind(db: &Database, expected: &Table, got: &Table) -> Table {
    let orders = db.table("orders");
    let mut lines = Table::new(["book_id", "quantity", "order_id", "status"]);
    for line in db.table("order_lines").rows() {
        for order in orders
            .rows()
            .filter(|order| order["id"] == line["order_id"])
        {
            let status = order["status"].clone();
            let [book, quantity, order] =
                ["book_id", "quantity", "order_id"].map(|column| line[column].clone());
            lines.push(vec![book, quantity, order, status]);
        }
    }
    concerned(&lines, "book_id", expected, got)
}

/// How many open orders each customer has.
fn open_orders(db: &Database) -> Table {
    let orders = db.table("orders");
    let mut expected = Table::new(["id", "name", "open_orders"]);
    for customer in db.table("customers").rows() {
        let open = orders.keep(|order| {
            order["customer_id"] == customer["id"] && order["status"] == "open".into()
        });
        let (id, name) = (customer["id"].clone(), customer["name"].clone());
        expected.push(vec![id, name, count(&open)]);
    }
    expected
}

/// How many copies of each book were sold.
fn copies_sold(db: &Database) -> Table {
    let (orders, lines) = (db.table("orders"), db.table("order_lines"));
    let sold = orders.keep(|order| order["status"] != "cancelled".into());
    let mut expected = Table::new(["id", "title", "copies"]);
    for book in db.table("books").rows() {
        let lines = lines.keep(|line| {
            line["book_id"] == book["id"]
                && sold.rows().any(|order| order["id"] == line["order_id"])
        });
        let copies: i64 = numbers(&lines, "quantity").iter().sum();
        expected.push(vec![
            book["id"].clone(),
            book["title"].clone(),
            copies.into(),
        ]);
    }
    expected
}

/// The first two columns, by the first. A result of another number of columns is left as
/// it is, to be told so.
fn who(table: &Table, columns: usize) -> Table {
    if table.columns().len() != columns {
        return table.clone();
    }
    let mut who = Table::new(table.columns()[..2].to_vec());
    for row in 0..table.len() {
        who.push(vec![table.cell(row, 0).clone(), table.cell(row, 1).clone()]);
    }
    by_first(&who)
}

/// So that what was expected and what came stand line by line.
fn by_first(table: &Table) -> Table {
    let Some(first) = table.columns().first().cloned() else {
        return table.clone();
    };
    table.sorted(|one, two| one[first.as_str()].order(&two[first.as_str()]))
}

fn keeps_every_customer_whatever_was_ordered() {
    let file = QueryFile::subject();
    let query = file.query("open_orders");
    for db in databases() {
        let expected = open_orders(&db);
        let mut answer = query.run(&db);
        // Only whether they are there; how many orders each has is judged by the next check.
        if answer.table.columns().len() == expected.columns().len() {
            answer.table = who(&answer.table, 3);
            let expected = who(&expected, 3);
            let behind = orders_behind(&db, &expected, &answer.table);
            answer
                .part("the orders of these customers", behind)
                .because("LEFT JOIN keeps the customers without a partner, with NULL for orders.status; WHERE drops them again, and OR orders.id IS NULL brings back only those who never ordered anything: what makes an order a partner belongs in ON")
                .is(&expected, Order::Any);
        } else {
            answer.is(&expected, Order::Any);
        }
    }
}

fn counts_open_orders_and_no_others() {
    let file = QueryFile::subject();
    let query = file.query("open_orders");
    for db in databases() {
        let expected = open_orders(&db);
        let mut answer = query.run(&db);
        answer.table = by_first(&answer.table);
        let behind = orders_behind(&db, &expected, &answer.table);
        answer
            .part("the orders of these customers", behind)
            .because("count(*) counts joined rows, and a customer without a partner has one, too; count(orders.id) counts partners, and so their conditions must stand in ON")
            .is(&expected, Order::Any);
    }
}

fn keeps_every_book_whatever_was_sold() {
    let file = QueryFile::subject();
    let query = file.query("copies_sold");
    for db in databases() {
        let expected = copies_sold(&db);
        let mut answer = query.run(&db);
        if answer.table.columns().len() == expected.columns().len() {
            answer.table = who(&answer.table, 3);
            let expected = who(&expected, 3);
            let behind = lines_behind(&db, &expected, &answer.table);
            answer
                .part("the order lines of these books", behind)
                .because("a book without order lines has NULL for order_lines.order_id, and no order has that id: the JOIN that follows drops the row, and so does a WHERE on orders.status. Join lines and orders first, and books with the result")
                .is(&expected, Order::Any);
        } else {
            answer.is(&expected, Order::Any);
        }
    }
}

fn adds_up_the_copies_that_were_not_cancelled() {
    let file = QueryFile::subject();
    let query = file.query("copies_sold");
    for db in databases() {
        let expected = copies_sold(&db);
        let mut answer = query.run(&db);
        answer.table = by_first(&answer.table);
        let behind = lines_behind(&db, &expected, &answer.table);
        answer
            .part("the order lines of these books", behind)
            .because("a condition in the ON of a LEFT JOIN drops no line: the line stays, with NULLs in place of its cancelled order, and its quantity is added; and sum() of no value is NULL, not 0")
            .is(&expected, Order::Any);
    }
}

fn finds_books_without_a_review_not_reviews_without_stars() {
    let file = QueryFile::subject();
    let query = file.query("without_review");
    for db in databases() {
        let reviews = db.table("reviews");
        let expected = db
            .table("books")
            .keep(|book| reviews.rows().all(|review| review["book_id"] != book["id"]))
            .pick(&["id", "title"]);
        let mut answer = query.run(&db);
        answer.table = by_first(&answer.table);
        let reviews = reviews.pick(&["book_id", "id", "stars", "text"]);
        let behind = concerned(&reviews, "book_id", &expected, &answer.table);
        answer
            .part("the reviews of these books", behind)
            .because("stars IS NULL is true for a book without a review, and for a review without stars: ask for a column that no review has NULL, or ask with NOT EXISTS")
            .is(&expected, Order::Any);
    }
}

/// The cities where nobody has ordered.
fn quiet_cities(db: &Database) -> Table {
    let (customers, orders) = (db.table("customers"), db.table("orders"));
    let ordered = customers.keep(|customer| {
        let mut orders = orders.rows();
        orders.any(|order| order["customer_id"] == customer["id"])
    });
    let quiet = customers.keep(|customer| {
        let mut ordered = ordered.rows();
        !customer["city"].is_null() && ordered.all(|other| other["city"] != customer["city"])
    });
    let mut cities: Vec<Value> = quiet.rows().map(|row| row["city"].clone()).collect();
    cities.sort_by(Value::order);
    cities.dedup();
    let mut expected = Table::new(["city"]);
    for city in cities {
        expected.push(vec![city]);
    }
    expected
}

/// Each customer's city, and how often the customer has ordered.
fn orders_by_city(db: &Database) -> Table {
    let orders = db.table("orders");
    let mut cities = Table::new(["city", "customer_id", "orders"]);
    for customer in db.table("customers").rows() {
        let placed = orders.keep(|order| order["customer_id"] == customer["id"]);
        let (city, id) = (customer["city"].clone(), customer["id"].clone());
        cities.push(vec![city, id, count(&placed)]);
    }
    by_first(&cities)
}

fn finds_quiet_cities_although_some_cities_are_unknown() {
    let file = QueryFile::subject();
    let query = file.query("quiet_cities");
    for db in databases() {
        let mut answer = query.run(&db);
        // An unknown city in the list is for the next check.
        if answer.table.columns().len() == 1 {
            let city = answer.table.columns()[0].clone();
            answer.table = by_first(&answer.table.keep(|row| !row[city.as_str()].is_null()));
        }
        let not_in = query.text().to_ascii_lowercase().contains("not in");
        let why = if answer.table.is_empty() && not_in {
            "'Lyon' NOT IN ('Berlin', NULL) is NULL, since the unknown city might be Lyon: a single customer who has ordered and whose city we do not know empties the list (https://sqlite.org/lang_expr.html#in_op)"
        } else {
            "a city is quiet when none of its customers has ordered: one who has not is not enough, and a cancelled order is an order, too. Each city comes once"
        };
        let cities = orders_by_city(&db);
        answer
            .part("how often each customer has ordered", cities)
            .because(why)
            .is(&quiet_cities(&db), Order::Any);
    }
}

fn takes_an_unknown_city_for_no_city() {
    let file = QueryFile::subject();
    let query = file.query("quiet_cities");
    for db in databases() {
        let mut answer = query.run(&db);
        answer.table = by_first(&answer.table);
        let cities = orders_by_city(&db);
        answer
            .part("how often each customer has ordered", cities)
            .because("NOT EXISTS (... WHERE neighbour.city = home.city) is true where home.city is NULL, since nothing is equal to NULL; and NULL NOT IN an empty list is true, too (https://sqlite.org/lang_expr.html#in_op). An unknown city needs a condition of its own")
            .is(&quiet_cities(&db), Order::Any);
    }
}
