//! What sql5 is checked for. Read it as the specification; edits here are undone.

use testkit::checks;
use testkit::groups::{Symptom, concerned, groups, numbers, symptom};
use testkit::marginalia::{Dataset, EMPTY, Shop, VISIBLE};
use testkit::sql::{Database, QueryFile};
use testkit::table::{Kind, Order, Row, Table, Value};

fn main() {
    testkit::run(checks![
        places_books_by_copies_sold_within_their_genre,
        gives_as_many_copies_the_same_place_and_skips_the_next,
        adds_up_the_orders_of_each_customer_one_after_the_other,
        counts_the_smaller_id_first_on_one_day,
        averages_seven_days_that_follow_each_other,
        counts_days_without_a_sale_as_zero,
    ]);
}

/// No ties, no gaps: every kind of rank, and every kind of frame, gives the same.
const PLAIN: Dataset = Dataset {
    name: "plain",
    about: "hidden data: no two books sold equally often, one order each day, on 13 days that follow each other; besides, two cancelled orders",
    fill: |shop| {
        let genres = [Some("novel"), Some("children's"), None];
        let books: Vec<i64> = (0..12)
            .map(|at| book(shop, &format!("Book {at}"), genres[at % 3], 655))
            .collect();
        // The same title in another genre.
        let twin = book(shop, "Book 0", genres[1], 300);
        book(shop, "Never Sold", Some("poetry"), 100);
        let [zoe, li] = ["Zoë", "李"].map(|name| shop.customer(name, None, None));
        let copies = [5, 9, 4, 8, 3, 12, 2, 6, 10, 1, 7, 11];
        let days = [
            "2024-12-27",
            "2024-12-28",
            "2024-12-29",
            "2024-12-30",
            "2024-12-31",
            "2025-01-01",
            "2025-01-02",
            "2025-01-03",
            "2025-01-04",
            "2025-01-05",
            "2025-01-06",
            "2025-01-07",
        ];
        for (at, day) in days.iter().enumerate() {
            let customer = if at % 3 == 0 { li } else { zoe };
            shop.order(customer, day, &[(books[at], copies[at])]);
        }
        // A second line of a book that is far behind: in copies it is now in front.
        shop.order(zoe, "2025-01-08", &[(books[9], 20), (twin, 4)]);
        cancelled(shop, zoe, "2025-01-09", &[(books[0], 100)]);
        // Before all others; but it was never sold.
        cancelled(shop, li, "2024-12-20", &[(twin, 100)]);
    },
};

/// Ties, gaps, and ids that do not follow the days.
const ODD: Dataset = Dataset {
    name: "odd",
    about: "hidden data: ties in every genre, two books by one title, several orders on one day, ids that do not follow the days, days without a sale, a day of gifts, orders without lines",
    fill: |shop| {
        let [zoe, li, other_li] = ["Zoë", "李", "李"].map(|name| shop.customer(name, None, None));
        // Copies by genre: the place after a tie is skipped, and three may share the last.
        for (genre, copies) in [
            (Some("novel"), &[4, 7, 4, 2, 1][..]),
            (Some("science fiction"), &[3, 3, 3, 2]),
            (Some("Novel"), &[1]),
            (Some("stories"), &[9, 5, 1, 1, 1]),
            (Some("poetry"), &[6, 6, 5, 5, 4]),
            (None, &[2, 8, 2, 1]),
        ] {
            // Two and two of them have one title.
            let title = |at| format!("{}, vol. {}", genre.unwrap_or("L'Été"), at / 2 + 1);
            let lines: Vec<(i64, i64)> = (0..copies.len())
                .map(|at| (book(shop, &title(at), genre, 100), copies[at]))
                .collect();
            // Months after all others, and all on one day.
            shop.order(other_li, "2025-08-31", &lines);
            book(shop, "Never Sold", genre, 100);
        }
        let gift = book(shop, "A Gift", Some("gifts"), 0);
        let dear = book(shop, "Dear", Some("gifts"), 1009);
        let cheap = book(shop, "Cheap", Some("gifts"), 9);
        for (customer, day, lines) in [
            // The later day has the smaller id; then two orders on one day, and one more.
            (zoe, "2024-03-06", &[(dear, 1), (cheap, 1)][..]),
            (zoe, "2024-02-29", &[(dear, 3)]),
            (zoe, "2024-02-29", &[(cheap, 2), (cheap, 2)]),
            (li, "2024-02-29", &[(dear, 1)]),
            (zoe, "2024-02-29", &[(dear, 1)]),
            // Six days after the one above; and seven, which is too far.
            (li, "2024-03-07", &[(cheap, 5)]),
            (li, "2024-03-01", &[(gift, 1)]),
            // A gap of a month but for one day, to another month's same day.
            (li, "2024-04-06", &[(dear, 2)]),
            (zoe, "2024-04-06", &[(gift, 2)]),
            // Nothing sold on these days.
            (zoe, "2024-04-08", &[]),
            (li, "2024-04-09", &[]),
            // Only gifts, long after everything: both numbers are 0.
            (li, "2024-05-30", &[(gift, 3)]),
            // Across the end of a year.
            (li, "2023-12-28", &[(dear, 1)]),
            (li, "2024-01-03", &[(cheap, 1)]),
            (li, "2024-01-04", &[(cheap, 3)]),
        ] {
            shop.order(customer, day, lines);
        }
        cancelled(shop, zoe, "2024-02-28", &[(dear, 50)]);
        cancelled(shop, zoe, "2024-02-29", &[(dear, 50)]);
        cancelled(shop, li, "2024-03-03", &[(cheap, 50)]);
        // The price of today is not that of the day.
        shop.run("UPDATE books SET price_cents = 77 WHERE price_cents > 0");
        shop.run("UPDATE orders SET status = 'open', shipped_on = NULL WHERE id % 5 = 1 AND status = 'shipped'");
    },
};

/// A single sale.
const ALONE: Dataset = Dataset {
    name: "alone",
    about: "hidden data: one book without a genre, one copy sold for 6 cents",
    fill: |shop| {
        let book = book(shop, "The Leaflet", None, 6);
        let bo = shop.customer("Bo", None, None);
        shop.order(bo, "2025-06-01", &[(book, 1)]);
    },
};

/// There are orders, and nothing was sold.
const CANCELLED: Dataset = Dataset {
    name: "cancelled",
    about: "hidden data: one order, and it was cancelled",
    fill: |shop| {
        let book = book(shop, "The Book", Some("novel"), 500);
        let bo = shop.customer("Bo", None, None);
        cancelled(shop, bo, "2025-06-01", &[(book, 1)]);
    },
};

fn book(shop: &Shop<'_>, title: &str, genre: Option<&str>, cents: i64) -> i64 {
    let book = shop.book(title, None, None, cents);
    let genre = genre.map_or("NULL".to_owned(), |genre| {
        format!("'{}'", genre.replace('\'', "''"))
    });
    shop.run(&format!(
        "UPDATE books SET genre = {genre} WHERE id = {book}"
    ));
    book
}

fn cancelled(shop: &Shop<'_>, customer: i64, day: &str, lines: &[(i64, i64)]) {
    let order = shop.order(customer, day, lines);
    shop.run(&format!(
        "UPDATE orders SET status = 'cancelled', shipped_on = NULL WHERE id = {order}"
    ));
}

/// The same rows. Indexes offer orders from the last one to the first, and the planner is
/// told that this is cheap, so that what is left to luck comes out otherwise.
const TURNED: Dataset = Dataset {
    name: "turned",
    about: ODD.about,
    fill: |shop| {
        (ODD.fill)(shop);
        shop.run(
            "CREATE INDEX last_order ON orders (id DESC, status, customer_id, placed_on);
             CREATE INDEX line ON order_lines (order_id, quantity, unit_cents);
             ANALYZE;
             UPDATE sqlite_stat1 SET stat = '10 1 sz=1' WHERE idx = 'last_order';
             UPDATE sqlite_stat1 SET stat = '100000 1' WHERE idx = 'line';",
        );
    },
};

/// The data on which everything counts.
fn databases() -> Vec<Database> {
    let all = [VISIBLE, ODD, TURNED, ALONE, CANCELLED, EMPTY];
    all.iter().map(Database::create).collect()
}

/// The lines that were sold, each with its order.
fn sold(db: &Database) -> Table {
    let orders = db
        .table("orders")
        .keep(|order| order["status"] != "cancelled".into());
    let mut sold = Table::new(["order", "customer", "day", "book", "quantity", "cents"]);
    for line in db.table("order_lines").rows() {
        for order in orders
            .rows()
            .filter(|order| order["id"] == line["order_id"])
        {
            let number = |column| line[column].integer().expect("a number");
            sold.push(vec![
                order["id"].clone(),
                order["customer_id"].clone(),
                order["placed_on"].clone(),
                line["book_id"].clone(),
                line["quantity"].clone(),
                (number("quantity") * number("unit_cents")).into(),
            ]);
        }
    }
    sold
}

fn sum(rows: &Table, column: &str) -> i64 {
    numbers(rows, column).iter().sum()
}

/// How many copies of each book were sold, by genre, the most first.
fn copies(db: &Database) -> Table {
    let books = db.table("books");
    let mut copies = Table::new(["genre", "id", "title", "copies"]);
    for (id, lines) in groups(&sold(db), |line| line["book"].clone()) {
        for book in books.rows().filter(|book| book["id"] == id) {
            copies.push(vec![
                book["genre"].clone(),
                id.clone(),
                book["title"].clone(),
                sum(&lines, "quantity").into(),
            ]);
        }
    }
    copies.sorted(|one, two| {
        let most_first = two["copies"].order(&one["copies"]);
        one["genre"].order(&two["genre"]).then(most_first)
    })
}

/// The first places of each genre.
fn bestsellers(copies: &Table) -> Table {
    let mut best = Table::new(["genre", "place", "id", "title", "copies"]);
    for book in copies.rows() {
        let better = copies.keep(|other| {
            other["genre"] == book["genre"] && other["copies"].integer() > book["copies"].integer()
        });
        if better.len() < 3 {
            let place = i64::try_from(better.len() + 1).expect("a small number");
            let [genre, id, title, copies] =
                ["genre", "id", "title", "copies"].map(|column| book[column].clone());
            best.push(vec![genre, place.into(), id, title, copies]);
        }
    }
    best
}

/// In the order in which a learner's result is best compared, where any is right.
fn by(table: &Table, columns: &[usize]) -> Table {
    if columns
        .iter()
        .any(|column| *column >= table.columns().len())
    {
        return table.clone();
    }
    // By place: the learner's columns may have any names.
    let mut rows: Vec<Vec<Value>> = (0..table.len())
        .map(|row| {
            let columns = 0..table.columns().len();
            columns
                .map(|column| table.cell(row, column).clone())
                .collect()
        })
        .collect();
    rows.sort_by(|one, two| {
        let mut orders = columns
            .iter()
            .map(|column| one[*column].order(&two[*column]));
        orders
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut sorted = Table::new(table.columns().to_vec());
    for row in rows {
        sorted.push(row);
    }
    sorted
}

fn compare_bestsellers(databases: Vec<Database>, why: &str) {
    let file = QueryFile::subject();
    let query = file.query("bestsellers");
    for db in databases {
        let copies = copies(&db);
        let expected = by(&bestsellers(&copies), &[0, 1, 2]);
        let mut answer = query.run(&db);
        answer.table = by(&answer.table, &[0, 1, 2]);
        let behind = concerned(&copies, "genre", &expected, &answer.table);
        let only_without_genre = || {
            let missing = expected.keep(|book| {
                let listed = |row| answer.table.cell(row, 2).same(&book["id"]);
                !(0..answer.table.len()).any(listed)
            });
            missing.rows().all(|book| book["genre"].is_null())
        };
        // What is said of a book, be it among the best or not.
        let said = |row: usize| {
            let same = |book: &Row<'_>| answer.table.cell(row, 2).same(&book["id"]);
            copies.rows().find(same).map(|book| book["copies"].clone())
        };
        let rows = || (0..answer.table.len()).map(|row| (row, said(row)));
        let why = match symptom(&expected, &answer.table, 2) {
            Some(Symptom::Columns) | None => why,
            Some(_) if rows().any(|(_, copies)| copies.is_none()) => {
                "a book of which no copy was sold has no row: what is ranked are sales, and books without one have no place"
            }
            Some(Symptom::Several) => {
                "each book has one row: its lines are added up, and ranked after that. Books are told apart by their id"
            }
            Some(_)
                if rows().any(|(row, copies)| {
                    !answer
                        .table
                        .cell(row, 4)
                        .same(&copies.unwrap_or(Value::Null))
                }) =>
            {
                "copies is the sum of quantity over all lines of the book, without those of cancelled orders; open orders count"
            }
            Some(Symptom::Missing) if only_without_genre() => {
                "NULL = NULL is not true, so a join or a comparison loses the books without a genre; PARTITION BY takes all NULLs as one genre"
            }
            _ => why,
        };
        answer
            .part("copies sold in these genres", behind)
            .because(why)
            .is(&expected, Order::Any);
    }
}

fn places_books_by_copies_sold_within_their_genre() {
    compare_bestsellers(
        vec![Database::create(&PLAIN), Database::create(&EMPTY)],
        "PARTITION BY makes a ranking for each genre, and one for the books without a genre; it ranks the sum of the copies, without cancelled orders. Its condition stands in a query around it, since WHERE comes before window functions",
    );
}

fn gives_as_many_copies_the_same_place_and_skips_the_next() {
    compare_bestsellers(
        databases(),
        "row_number() puts equal books in different places, by luck, and dense_rank() skips no place; rank() gives 1, 2, 2, 4. So more than three books may be in the first three places (https://sqlite.org/windowfunctions.html#builtins)",
    );
}

/// Each order and the sum of its customer's orders up to it.
fn spent_so_far(db: &Database) -> Table {
    let columns = ["id", "customer_id", "placed_on", "cents", "so_far"];
    let mut expected = Table::new(columns);
    for (_, lines) in groups(&sold(db), |line| line["customer"].clone()) {
        let mut so_far = 0;
        for (_, lines) in groups(&lines, |line| line["day"].clone()) {
            for (order, lines) in groups(&lines, |line| line["order"].clone()) {
                let cents = sum(&lines, "cents");
                so_far += cents;
                let [customer, day] = [1, 2].map(|column| lines.cell(0, column).clone());
                expected.push(vec![order, customer, day, cents.into(), so_far.into()]);
            }
        }
    }
    expected
}

fn compare_spent_so_far(databases: Vec<Database>, why: &str) {
    let file = QueryFile::subject();
    let query = file.query("spent_so_far");
    for db in databases {
        let expected = spent_so_far(&db);
        let mut answer = query.run(&db);
        answer.table = by(&answer.table, &[1, 2, 0]);
        let orders = db
            .table("orders")
            .pick(&["id", "customer_id", "placed_on", "status"]);
        let behind = concerned(&orders, "id", &expected, &answer.table);
        let why = match symptom(&expected, &answer.table, 0) {
            Some(Symptom::Several) => {
                "each order has one row: its lines are added up (GROUP BY) before the window looks at them"
            }
            Some(Symptom::Extra) => {
                "an order of which no line was sold has no row: a cancelled one, or one without lines"
            }
            Some(Symptom::Missing) => {
                "each order of which a line was sold has a row: an open one too, and one whose lines cost nothing"
            }
            Some(Symptom::Value(3)) => {
                "cents is what this order alone brings: the sum of quantity * unit_cents over its lines, at the price of that day"
            }
            _ => why,
        };
        answer
            .part("these orders", behind)
            .because(why)
            .is(&expected, Order::Any);
    }
}

fn adds_up_the_orders_of_each_customer_one_after_the_other() {
    compare_spent_so_far(
        vec![Database::create(&PLAIN), Database::create(&EMPTY)],
        "PARTITION BY keeps the customers apart, ORDER BY makes the sum end with this order; each order has one row, so its lines are added up before. Cancelled orders bring nothing and have no row",
    );
}

fn counts_the_smaller_id_first_on_one_day() {
    compare_spent_so_far(
        databases(),
        "the frame of a window with ORDER BY ends with the last row that is equal for ORDER BY: ordered by the day alone, the orders of one day all show the total of the day. Ordered by the id alone, a later day may come first (https://sqlite.org/windowfunctions.html#frame_specifications)",
    );
}

/// The days of the calendar, counted: the next day's number is one more.
fn number(day: &Value) -> i64 {
    let day = day.text().expect("a day");
    let part = |range: std::ops::Range<usize>| day[range].parse::<i64>().expect("a number");
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    // January and February end the year before: the leap day is its last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day
}

/// Each day's cents, and what `average` makes of all days up to it, the last one first:
/// how many days ago it was, and its cents.
fn week(db: &Database, average: impl Fn(&[(i64, i64)]) -> i64) -> Table {
    let mut expected = Table::new(["day", "cents", "average"]);
    let mut days: Vec<(i64, i64)> = Vec::new();
    for (day, lines) in groups(&sold(db), |line| line["day"].clone()) {
        let (today, cents) = (number(&day), sum(&lines, "cents"));
        days.insert(0, (today, cents));
        let ago: Vec<_> = days
            .iter()
            .map(|(day, cents)| (today - day, *cents))
            .collect();
        expected.push(vec![day, cents.into(), average(&ago).into()]);
    }
    expected.sorted(|one, two| two["day"].order(&one["day"]))
}

/// The sum of the days of one week.
fn of_seven_days(days: &[(i64, i64)]) -> i64 {
    let week = days.iter().filter(|(ago, _)| *ago < 7);
    week.map(|(_, cents)| cents).sum()
}

/// The mean of the rows, if there are as many as days.
fn of_the_days_with_a_sale(days: &[(i64, i64)]) -> i64 {
    let many = days.iter().filter(|(ago, _)| *ago < 7).count();
    of_seven_days(days) / i64::try_from(many).expect("a small number")
}

fn of_seven_rows(days: &[(i64, i64)]) -> i64 {
    days.iter().take(7).map(|(_, cents)| cents).sum::<i64>() / 7
}

fn of_this_day_alone(days: &[(i64, i64)]) -> i64 {
    days[0].1 / 7
}

fn compare_week(databases: Vec<Database>, why: &str) {
    let file = QueryFile::subject();
    let query = file.query("week");
    for db in databases {
        let expected = week(&db, |days| of_seven_days(days) / 7);
        let answer = query.run(&db);
        let same = |other: &Table| answer.differs(other, Order::Any).is_none();
        let floor = |table: &Table| {
            let down = |value: &Value| match value {
                Value::Real(number) if number.is_finite() => Value::Real(number.floor()),
                other => other.clone(),
            };
            let mut floored = Table::new(table.columns().to_vec());
            for row in 0..table.len() {
                let columns = 0..table.columns().len();
                floored.push(
                    columns
                        .map(|column| down(table.cell(row, column)))
                        .collect(),
                );
            }
            testkit::table::diff(&expected, &floored, Order::Any).is_none()
        };
        let why = if matches!(
            answer.differs(&expected, Order::Exact),
            Some(Kind::Order(_))
        ) {
            "the latest day comes first, and only ORDER BY at the end says so: that of a window is for the window"
        } else if same(&week(&db, of_seven_rows)) {
            "ROWS counts rows: where days are missing, seven rows are more than seven days, and the average has sales in it that are weeks old. RANGE counts in the unit of ORDER BY"
        } else if same(&week(&db, of_this_day_alone)) {
            "each day is alone in its frame: a RANGE of days needs an ORDER BY of a number, and text such as '2025-03-01' is none (what strftime() gives is text, too); julianday(day) is one"
        } else if same(&week(&db, of_the_days_with_a_sale)) {
            "seven days are divided by 7: a day without a sale has no row, so avg() does not count it, and the average is too high"
        } else if floor(&answer.table) {
            "an average is rounded down to a whole cent: sum() of integers / 7 is an integer, avg() and / 7.0 are not, and round() may go up"
        } else {
            match symptom(&expected, &answer.table, 0) {
                Some(Symptom::Several) => {
                    "each day has one row: its lines are added up (GROUP BY) before the window looks at them"
                }
                Some(Symptom::Extra) => {
                    "a day on which no line was sold has no row: a day of cancelled orders, or of orders without lines. It counts in the averages of the days after it, as 0"
                }
                Some(Symptom::Missing) => {
                    "each day on which a line was sold has a row: a day of open orders too, and a day of gifts. The day is that of placed_on"
                }
                Some(Symptom::Value(1)) => {
                    "cents is what this day alone brings: the sum of quantity * unit_cents over the lines of its orders, at the price of that day, without cancelled orders"
                }
                _ => why,
            }
        };
        answer.because(why).is(&expected, Order::Exact);
    }
}

fn averages_seven_days_that_follow_each_other() {
    compare_week(
        vec![Database::create(&PLAIN), Database::create(&EMPTY)],
        "each day has one row and one sum; the average is over this day and the six before, and the sum is divided by 7 from the first day on. What was cancelled was not sold",
    );
}

fn counts_days_without_a_sale_as_zero() {
    compare_week(
        databases(),
        "each day with a sale has one row, a day of gifts too; a day without lines has none. The frame is measured in days of the calendar: from six days ago to today, across the end of a month and of a year",
    );
}
