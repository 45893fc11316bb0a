//! What sql3 is checked for. Read it as the specification; edits here are undone.

use testkit::checks;
use testkit::groups::{concerned, count, find, groups, numbers};
use testkit::marginalia::{Dataset, EMPTY, VISIBLE};
use testkit::sql::{Database, QueryFile};
use testkit::table::{Kind, Order, Row, Table, Value};

fn main() {
    testkit::run(checks![
        counts_books_and_known_authors_of_each_genre_and_of_none,
        counts_and_averages_only_the_stars_that_were_given,
        counts_each_status_of_each_month,
        lists_the_cities_of_three_customers_or_more,
        chooses_loved_books_by_all_their_stars,
    ]);
}

/// What looks alike in Marginalia's own data is told apart here.
const ODD: Dataset = Dataset {
    name: "odd",
    about: "hidden data: books without author and genre, reviews without stars, two books by one title, orders of several years, an order that was shipped and came back, cities of the same size",
    fill: |shop| {
        let poet = Some(shop.author("Bashō (松尾 芭蕉)"));
        let ada = Some(shop.author("Ada O'Brien"));
        let readers: Vec<i64> = [
            ("Sam", None, Some("Zürich")),
            ("Sam", Some("sam@example.com"), Some("Zürich")),
            ("Łucja", None, Some("Zürich")),
            ("D'Arcy", None, Some("L'Aquila")),
            ("Ole", None, Some("L'Aquila")),
            ("Uwe", None, Some("L'Aquila")),
            ("松本", Some("m@example.com"), Some("Łódź")),
            ("Li", Some("li@example.com"), Some("Łódź")),
            ("李", Some("li2@example.com"), Some("Łódź")),
            ("Eve", Some("eve@example.com"), Some("Łódź")),
            ("Bo", Some("bo@example.com"), Some("Oslo")),
            ("Ai", None, Some("Oslo")),
            ("Jo", Some("jo@example.com"), Some("Bern")),
            ("Ike", Some("ike@example.com"), Some("Bern")),
            ("Una", Some("una@example.com"), Some("Bern")),
            ("Mo", None, None),
            ("Al", None, None),
            ("Cy", Some("cy@example.com"), None),
            ("Di", Some("di@example.com"), None),
        ]
        .into_iter()
        .map(|(name, email, city)| shop.customer(name, email, city))
        .collect();
        // Groups are often read from an index like this, in its order: a tie then comes
        // from Z to A, unless ORDER BY says otherwise.
        shop.run("CREATE INDEX customers_by_city ON customers (city DESC, email)");

        let (yes, no) = (Some, None);
        for (title, author, stars) in [
            // The mean is 3.5; an integer division makes 3 of it.
            ("Half", ada, &[yes(5), no, yes(2)][..]),
            ("Twice", ada, &[yes(4), yes(4)]),
            // The same title: together the two would have one row of 3.
            ("Twice", ada, &[no, yes(5)]),
            ("Twice", poet, &[yes(3), yes(5), yes(5)]),
            // The mean is 4, that of its different numbers is less.
            ("Split", poet, &[yes(5), yes(5), yes(2)]),
            // Without the rows below 4 it would be loved.
            ("Torn", None, &[yes(5), yes(5), yes(1)]),
            ("Words Only", None, &[no, no]),
            ("Single", poet, &[yes(5)]),
            // With 0 for NULL, or divided by all reviews, it would not be loved.
            ("Silent Praise", poet, &[yes(5), no, yes(5), no, no]),
            // Rounded, it would be loved.
            ("Nearly", None, &[yes(4), yes(4), yes(3)]),
            ("Worse", ada, &[yes(1), yes(1), yes(1)]),
            ("Unread", None, &[]),
        ] {
            let book = shop.book(title, author, None, 500);
            for (reader, stars) in readers.iter().zip(stars) {
                shop.review(book, *reader, *stars);
            }
        }
        shop.run(
            "UPDATE books SET genre = NULL WHERE title IN ('Twice', 'Torn', 'Unread');
             UPDATE books SET genre = 'children''s' WHERE title IN ('Words Only', 'Nearly');
             UPDATE books SET genre = 'Novel' WHERE title = 'Worse';",
        );

        // The same month of two years; the first and the last day of a month; months in
        // which nothing was shipped, or nothing cancelled.
        for (placed, shipped, status) in [
            ("2024-03-31", Some("2024-04-02"), "shipped"),
            ("2025-03-01", None, "open"),
            ("2024-12-31", Some("2025-01-02"), "shipped"),
            ("2025-03-31", None, "cancelled"),
            ("2025-01-01", None, "open"),
            ("2025-01-31", None, "open"),
            ("2024-02-29", None, "cancelled"),
            ("2024-12-01", Some("2024-12-02"), "shipped"),
            ("2025-03-15", Some("2025-03-16"), "shipped"),
            // It came back.
            ("2024-12-05", Some("2024-12-06"), "cancelled"),
            ("2025-11-09", Some("2025-11-10"), "cancelled"),
        ] {
            let order = shop.order(readers[0], placed, &[]);
            let shipped = shipped.map_or("NULL".to_owned(), |day| format!("'{day}'"));
            shop.run(&format!(
                "UPDATE orders SET status = '{status}', shipped_on = {shipped} WHERE id = {order}"
            ));
        }
    },
};

/// Every group has one row, and what may be unknown is unknown.
const ALONE: Dataset = Dataset {
    name: "alone",
    about: "hidden data: one book without genre and author, one review without stars, one open order, one customer",
    fill: |shop| {
        let book = shop.book("The Book", None, None, 100);
        let bo = shop.customer("Bo", None, Some("Leipzig"));
        shop.review(book, bo, None);
        let order = shop.order(bo, "2025-06-01", &[]);
        shop.run(&format!(
            "UPDATE books SET genre = NULL;
             UPDATE orders SET status = 'open', shipped_on = NULL WHERE id = {order};"
        ));
    },
};

fn databases() -> impl Iterator<Item = Database> {
    [VISIBLE, ODD, ALONE, EMPTY].iter().map(Database::create)
}

fn mean(numbers: &[i64]) -> Option<f64> {
    let number = |value: i64| f64::from(i32::try_from(value).expect("a small number"));
    let sum = number(numbers.iter().sum());
    let many = number(i64::try_from(numbers.len()).expect("a small number"));
    (!numbers.is_empty()).then(|| sum / many)
}

fn counts_books_and_known_authors_of_each_genre_and_of_none() {
    let file = QueryFile::subject();
    let query = file.query("shelves");
    for db in databases() {
        let mut expected = Table::new(["genre", "books", "authors"]);
        let books = db.table("books");
        for (genre, books) in groups(&books, |book| book["genre"].clone()) {
            let mut authors = numbers(&books, "author_id");
            authors.sort_unstable();
            authors.dedup();
            let authors = i64::try_from(authors.len()).expect("a small number");
            expected.push(vec![genre, count(&books), authors.into()]);
        }
        let answer = query.run(&db);
        let unshelved = |table, column| find(table, &Value::Null, column).cloned();
        let why = match (unshelved(&expected, 1), unshelved(&answer.table, 1)) {
            (Some(_), None) => {
                "books without a genre are books, too: GROUP BY makes one group of all NULLs (https://sqlite.org/nulls.html)"
            }
            (Some(right), Some(got)) if !right.same(&got) => {
                "in the group of the books without a genre, count(genre) finds no value to count, and genre = NULL is never true: count(*) counts rows, IS compares with NULL"
            }
            _ => {
                "each author counts once in a genre, and NULL is no author: count(*) and count(author_id) count rows, not different values"
            }
        };
        let books = books.pick(&["id", "genre", "author_id"]);
        let behind = concerned(&books, "genre", &expected, &answer.table);
        answer
            .part("the books of these genres", behind)
            .because(why)
            .is(&expected, Order::Any);
    }
}

fn counts_and_averages_only_the_stars_that_were_given() {
    let file = QueryFile::subject();
    let query = file.query("ratings");
    for db in databases() {
        let mut expected = Table::new(["book_id", "reviews", "rated", "average"]);
        let reviews = db.table("reviews");
        for (book, reviews) in groups(&reviews, |review| review["book_id"].clone()) {
            let stars = numbers(&reviews, "stars");
            let rated = i64::try_from(stars.len()).expect("a small number");
            expected.push(vec![
                book,
                count(&reviews),
                rated.into(),
                mean(&stars).into(),
            ]);
        }
        let answer = query.run(&db);
        let cut = |right: &Value, got: &Value| match (right, got) {
            (Value::Real(right), Value::Integer(got)) => {
                right.fract() > 0.0 && Value::Real(right.trunc()).same(&Value::Integer(*got))
            }
            _ => false,
        };
        let divided = expected.rows().any(|row| {
            find(&answer.table, &row["book_id"], 3).is_some_and(|got| cut(&row["average"], got))
        });
        let why = if divided {
            "/ between two integers drops what is behind the point: make one of them a float, or use avg() (https://sqlite.org/lang_expr.html#operators)"
        } else {
            "a review without stars is a review, but it gives no stars, not 0: count(*) counts it, count(stars) and avg(stars) pass it by (https://sqlite.org/lang_aggfunc.html#avg)"
        };
        let reviews = reviews.pick(&["id", "book_id", "stars"]);
        let behind = concerned(&reviews, "book_id", &expected, &answer.table);
        answer
            .part("the reviews of these books", behind)
            .because(why)
            .is(&expected, Order::Any);
    }
}

fn counts_each_status_of_each_month() {
    let file = QueryFile::subject();
    let query = file.query("orders_by_month");
    for db in databases() {
        let mut expected = Table::new(["month", "orders", "shipped", "cancelled"]);
        let placed = db.table("orders");
        let month = |order: Row<'_>| order["placed_on"].text().map(|day| &day[..7]).into();
        for (month, orders) in groups(&placed, month).into_iter().rev() {
            let now = |status: &str| count(&orders.keep(|order| order["status"] == status.into()));
            let (shipped, cancelled) = (now("shipped"), now("cancelled"));
            expected.push(vec![month, count(&orders), shipped, cancelled]);
        }
        let answer = query.run(&db);
        let table = &answer.table;
        let null = |row| (0..table.columns().len()).any(|column| table.cell(row, column).is_null());
        let counted_all = |column| {
            let wrong = expected.rows().any(|row| {
                let got = find(table, &row["month"], column);
                let all = got.is_some_and(|got| got.same(&row["orders"]));
                all && !find(&expected, &row["month"], column)
                    .is_some_and(|it| it.same(&row["orders"]))
            });
            wrong && !table.is_empty()
        };
        let why = match answer.differs(&expected, Order::Exact) {
            Some(Kind::Order(_)) => "the latest month comes first",
            _ if expected
                .rows()
                .any(|row| find(table, &row["month"], 0).is_none()) =>
            {
                "each month of each year in which an order was placed has a row, whatever became of the order; WHERE would drop orders before anything is counted"
            }
            _ if (0..table.len()).any(null) => {
                "sum() of no value is NULL; a count of nothing is 0 (https://sqlite.org/lang_aggfunc.html#sumunc)"
            }
            _ if counted_all(2) || counted_all(3) => {
                "count(x) counts each row where x is not NULL, and 0 (which is false) is not NULL: use FILTER, or a CASE that leaves the others NULL, or sum()"
            }
            _ => {
                "each order counts in the month in which it was placed, under the status that it has; the date on which it was shipped says neither"
            }
        };
        answer
            .showing("orders", &["id", "placed_on", "shipped_on", "status"])
            .because(why)
            .is(&expected, Order::Exact);
    }
}

fn lists_the_cities_of_three_customers_or_more() {
    let file = QueryFile::subject();
    let query = file.query("cities");
    for db in databases() {
        let customers = db.table("customers");
        let mut expected = Table::new(["city", "customers", "without_email"]);
        for (city, customers) in groups(&customers, |customer| customer["city"].clone()) {
            if !city.is_null() && customers.len() >= 3 {
                let without = customers.keep(|customer| customer["email"].is_null());
                expected.push(vec![city, count(&customers), count(&without)]);
            }
        }
        let expected = expected.sorted(|one, two| {
            let most_first = two["customers"].order(&one["customers"]);
            most_first.then(one["city"].order(&two["city"]))
        });
        let mut answer = query.run(&db);
        let why = match answer.differs(&expected, Order::Exact) {
            Some(Kind::Order(row)) if expected.cell(row, 1).same(answer.table.cell(row, 1)) => {
                "cities with the same number of customers come by city: without a second term their order is left to chance"
            }
            Some(Kind::Order(_)) => "the city with the most customers comes first",
            _ if find(&answer.table, &Value::Null, 0).is_some() => {
                "GROUP BY makes one group of all customers whose city is NULL; they do not live in one city"
            }
            _ => {
                "a customer without an email address lives in the city, too: count(*) counts customers, count(email) counts addresses, and WHERE takes rows from every count"
            }
        };
        let customers = customers.pick(&["id", "city", "email"]);
        let behind = concerned(&customers, "city", &expected, &answer.table);
        if !behind.is_empty() {
            answer = answer.part("the customers of these cities", behind);
        }
        answer.because(why).is(&expected, Order::Exact);
    }
}

fn chooses_loved_books_by_all_their_stars() {
    let file = QueryFile::subject();
    let query = file.query("loved_books");
    for db in databases() {
        let reviews = db.table("reviews");
        let mut expected = Table::new(["id", "title", "rated"]);
        for book in db.table("books").rows() {
            let stars = numbers(
                &reviews.keep(|review| review["book_id"] == book["id"]),
                "stars",
            );
            let rated = i64::try_from(stars.len()).expect("a small number");
            if rated >= 2 && stars.iter().sum::<i64>() >= 4 * rated {
                expected.push(vec![
                    book["id"].clone(),
                    book["title"].clone(),
                    rated.into(),
                ]);
            }
        }
        let answer = query.run(&db);
        let reviews = reviews.pick(&["book_id", "stars"]);
        let behind = concerned(&reviews, "book_id", &expected, &answer.table);
        answer
            .part("the reviews of these books", behind)
            .because("HAVING asks the whole group: its stars, low ones too, are counted and averaged; WHERE would drop rows before. The group is a book, and its id tells which, not its title")
            .is(&expected, Order::Any);
    }
}
