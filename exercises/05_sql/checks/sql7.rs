//! What sql7 is checked for. Read it as the specification; edits here are undone.

use rusqlite::Connection;
use rusqlite::types::ToSqlOutput;
use testkit::marginalia::{self, Dataset, EMPTY, VISIBLE};
use testkit::sql::{self, Query, QueryFile};
use testkit::table::{self, Order, Table, Value};
use testkit::{Failure, checks, fail};

fn main() {
    testkit::run(checks![
        adds_to_a_shelf_or_begins_one,
        loses_no_copies_when_two_deliver_at_once,
        makes_a_new_address_a_customer,
        finds_the_customer_of_a_known_address_and_changes_nothing,
        makes_one_customer_when_two_forms_come_at_once,
        writes_a_first_review_and_a_later_one_over_it,
        keeps_the_id_of_a_review_that_changes,
        leaves_a_review_alone_when_an_older_one_comes_late,
        keeps_the_later_review_when_two_come_at_once,
        says_so_when_the_tables_refuse,
        leaves_columns_that_it_does_not_name,
        is_one_statement_for_each_query,
    ]);
}

/// Who was here before, in an order that is not the order of ids.
const ODD: Dataset = Dataset {
    name: "odd",
    about: "hidden data: a shelf with no copies, an address with an apostrophe and one in capitals, reviews of words alone, ids with gaps",
    fill: |shop| {
        shop.run(
            "INSERT INTO authors (id, name) VALUES (7, 'Ada');
             INSERT INTO books (id, title, author_id, price_cents) VALUES
                 (40, 'Forty', 7, 500), (3, 'Three', 7, 700);
             INSERT INTO stock VALUES (40, 'shop', 0), (3, 'warehouse', 9);
             INSERT INTO customers (id, name, email, city, joined_on) VALUES
                 (90, 'Zoë', 'zoe@example.com', NULL, '2024-01-01'),
                 (12, 'Grace O''Neill', 'o''neill@example.com', 'Dublin', '2024-02-02'),
                 (55, 'Li', 'LI@EXAMPLE.COM', 'Lyon', '2024-03-03');
             INSERT INTO reviews (id, book_id, customer_id, stars, text, written_on) VALUES
                 (31, 40, 12, NULL, 'Only words.', '2025-03-10'),
                 (8, 3, 90, 2, NULL, '2025-03-10');",
        );
    },
};

/// The tables as they may look after the next change of the schema.
const WIDER: Dataset = Dataset {
    name: "wider",
    about: "hidden data: the tables have got one more column each, in the middle of nowhere",
    fill: |shop| {
        (ODD.fill)(shop);
        shop.run(
            "ALTER TABLE stock ADD COLUMN shelf TEXT;
             ALTER TABLE customers ADD COLUMN newsletter INTEGER DEFAULT 0;
             ALTER TABLE reviews ADD COLUMN likes INTEGER DEFAULT 0;
             UPDATE stock SET shelf = 'B 4';
             UPDATE customers SET newsletter = 1;
             UPDATE reviews SET likes = 17;",
        );
    },
};

/// A query with the values for its parameters.
#[derive(Clone)]
struct Call<'q> {
    query: &'q Query,
    values: Vec<(&'static str, Value)>,
}

impl Call<'_> {
    fn steps(&self) -> Vec<&str> {
        let text = self.query.text();
        let places = sql::statements(text);
        places.into_iter().map(|place| &text[place]).collect()
    }

    /// `deliver, :book_id = 40, :place = 'shop'`.
    fn given(&self) -> String {
        let values = self.values.iter().map(|(name, value)| match value {
            Value::Text(text) => format!("{name} = '{}'", text.replace('\'', "''")),
            value => format!("{name} = {value}"),
        });
        let values: Vec<String> = values.collect();
        format!("{} with {}", self.query.name(), values.join(", "))
    }

    /// Runs one statement. What SQLite says against it is handed back as a failure.
    fn step(&self, conn: &Connection, step: &str) -> Result<Table, Failure> {
        let broken = |error: rusqlite::Error| {
            fail(format!(
                "SQLite refuses a statement of `{}`",
                self.query.name()
            ))
            .given(self.given())
            .part("SQLite says", sql::said(&error))
            .part("the statement", step.trim())
        };
        let mut statement = conn.prepare(step).map_err(broken)?;
        for at in 1..=statement.parameter_count() {
            let name = statement.parameter_name(at).unwrap_or("?").to_owned();
            let value = self
                .values
                .iter()
                .find(|(known, _)| name.get(1..) == known.get(1..));
            let Some((_, value)) = value else {
                let known: Vec<&str> = self.values.iter().map(|(name, _)| *name).collect();
                return Err(fail(format!("`{}` has a parameter `{name}`", self.query.name()))
                    .expected(format!("only these: {}", known.join(", ")))
                    .part("the statement", step.trim())
                    .because("the program fills parameters in by their names, and has no value for others"));
            };
            statement
                .raw_bind_parameter(at, bound(value))
                .map_err(broken)?;
        }
        let mut answer = Table::new(statement.column_names());
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(broken)? {
            let cell = |at| row.get_ref(at).map(sql::value);
            let cells: Result<Vec<Value>, _> = (0..columns).map(cell).collect();
            answer.push(cells.map_err(broken)?);
        }
        Ok(answer)
    }

    /// Runs all statements one after another; what the last one returns is the answer.
    fn run(&self, conn: &Connection) -> Result<Table, Failure> {
        let mut answer = None;
        for step in self.steps() {
            answer = Some(self.step(conn, step)?);
        }
        Ok(answer.expect("`QueryFile::query` has found a statement"))
    }
}

fn bound(value: &Value) -> ToSqlOutput<'_> {
    use rusqlite::types::Value as Sql;
    ToSqlOutput::Owned(match value {
        Value::Integer(number) => Sql::Integer(*number),
        Value::Text(text) => Sql::Text(text.clone()),
        _ => Sql::Null,
    })
}

fn deliver<'q>(file: &'q QueryFile, book: i64, place: &str, copies: impl Into<Value>) -> Call<'q> {
    Call {
        query: file.query("deliver"),
        values: vec![
            (":book_id", book.into()),
            (":place", place.into()),
            (":copies", copies.into()),
        ],
    }
}

fn sign_up<'q>(file: &'q QueryFile, name: &str, email: &str, city: Option<&str>) -> Call<'q> {
    Call {
        query: file.query("sign_up"),
        values: vec![
            (":name", name.into()),
            (":email", email.into()),
            (":city", city.map_or(Value::Null, Value::from)),
            (":today", "2025-04-01".into()),
        ],
    }
}

/// What a customer says of a book.
#[derive(Clone, Copy)]
struct Opinion {
    book: i64,
    customer: i64,
    stars: Option<i64>,
    text: Option<&'static str>,
    day: &'static str,
}

fn review(file: &QueryFile, opinion: Opinion) -> Call<'_> {
    Call {
        query: file.query("review"),
        values: vec![
            (":book_id", opinion.book.into()),
            (":customer_id", opinion.customer.into()),
            (":stars", opinion.stars.map_or(Value::Null, Value::from)),
            (":text", opinion.text.map_or(Value::Null, Value::from)),
            (":written_on", opinion.day.into()),
        ],
    }
}

/// A shop that two programs have open.
struct Shop {
    one: Connection,
    two: Connection,
    about: &'static str,
}

impl Shop {
    fn open(data: &Dataset) -> Self {
        let one = marginalia::create_at("shop.db", data);
        let two = Connection::open("shop.db").expect("the file is there");
        for conn in [&one, &two] {
            sql::text_in_single_quotes_only(conn);
            conn.execute_batch("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF;")
                .expect("settings of the connection");
            // Nobody waits here: who holds the database would be waited for.
            conn.busy_timeout(std::time::Duration::ZERO)
                .expect("a setting of the connection");
        }
        let about = data.about;
        Self { one, two, about }
    }

    fn table(&self, name: &str) -> Table {
        sql::select(&self.two, &format!("SELECT * FROM {name} ORDER BY 1, 2"))
    }

    /// Makes the call and expects one row, of which it hands back a column.
    fn asks(&self, call: &Call<'_>, column: &str, why: &str) -> Value {
        let answer = match call.run(&self.one) {
            Ok(answer) => answer,
            Err(failure) => failure.part("the shop", self.about).because(why).raise(),
        };
        let name = call.query.name();
        if !answer.has(column) || answer.len() != 1 {
            let got = match answer.columns() {
                [] => "nothing: the last statement returns no rows".to_owned(),
                _ => answer.to_string(),
            };
            fail(format!(
                "`{name}` does not return one row with the column `{column}`"
            ))
            .given(format!("{}\n{}", call.given(), self.about))
            .expected(format!("one row, with a column `{column}`"))
            .got(got)
            .because(why)
            .raise();
        }
        answer.pick(&[column]).cell(0, 0).clone()
    }

    /// Makes the call and expects this value in this column of one row.
    fn answers(&self, call: &Call<'_>, column: &str, expected: impl Into<Value>, why: &str) {
        let expected = expected.into();
        let got = self.asks(call, column, why);
        if !got.same(&expected) {
            fail(format!(
                "`{}` returns a wrong `{column}`",
                call.query.name()
            ))
            .given(format!("{}\n{}", call.given(), self.about))
            .expected(expected)
            .got(got)
            .because(why)
            .raise();
        }
    }

    /// Expects a table to hold what it held before and these changes.
    fn holds(&self, name: &str, expected: &Table, given: impl ToString, why: &str) {
        if let Some(difference) = table::diff(expected, &self.table(name), Order::Any) {
            fail(format!("the table `{name}` is wrong: {}", difference.what))
                .given(format!("{}\n{}", given.to_string(), self.about))
                .expected(difference.expected)
                .got(difference.got)
                .because(why)
                .raise();
        }
    }
}

/// A table with one row changed or added: the row for which `is` holds, or a new one.
fn with_row(before: &Table, is: impl Fn(&[Value]) -> bool, row: Vec<Value>) -> Table {
    let mut after = Table::new(before.columns().to_vec());
    let mut found = false;
    for old in before.rows() {
        let cells: Vec<Value> = before
            .columns()
            .iter()
            .map(|name| old[name].clone())
            .collect();
        if is(&cells) {
            found = true;
            after.push(row.clone());
        } else {
            after.push(cells);
        }
    }
    if !found {
        after.push(row);
    }
    after
}

/// Runs two calls at once in every way in which their statements can follow each other
/// when the second comes whole into a gap of the first. `judge` sees each outcome.
fn raced(data: &Dataset, one: &Call<'_>, two: &Call<'_>, judge: impl Fn(&Shop, &str)) {
    for (first, second) in [(one, two), (two, one)] {
        let steps = first.steps();
        for gap in 1..=steps.len() {
            let shop = Shop::open(data);
            let mut story = Vec::new();
            let mut step = |conn: &Connection, who: &str, call: &Call<'_>, step: &str| {
                story.push(format!("{who}: {}", shortened(step)));
                if let Err(failure) = call.step(conn, step) {
                    failure
                        .part("in this order", story.join("\n"))
                        .because("between two statements of one program another program's may run; a single statement leaves no gap, and BEGIN makes all others wait or fail")
                        .raise();
                }
            };
            for text in &steps[..gap] {
                step(&shop.one, "scanner 1", first, text);
            }
            for text in second.steps() {
                step(&shop.two, "scanner 2", second, text);
            }
            for text in &steps[gap..] {
                step(&shop.one, "scanner 1", first, text);
            }
            judge(
                &shop,
                &format!(
                    "1: {}\n2: {}\n{}",
                    first.given(),
                    second.given(),
                    story.join("\n")
                ),
            );
        }
    }
}

/// The first words of a statement, on one line.
fn shortened(step: &str) -> String {
    let words: Vec<&str> = step.split_whitespace().take(7).collect();
    format!("{} ...", words.join(" "))
}

fn adds_to_a_shelf_or_begins_one() {
    const WHY: &str = "a delivery is added to what stands on the shelf; a book that has never stood there gets a row (https://sqlite.org/lang_upsert.html: `excluded` is the row that could not be inserted)";
    let file = QueryFile::subject();
    let cases = [
        (VISIBLE, 4, "warehouse", 20, 20),
        (VISIBLE, 1, "warehouse", 5, 17),
        (VISIBLE, 19, "shop", 1, 1),
        (ODD, 40, "shop", 3, 3),
        (ODD, 3, "warehouse", 1, 10),
        (ODD, 3, "shop", 2, 2),
    ];
    for (data, book, place, copies, after) in cases {
        let shop = Shop::open(&data);
        let before = shop.table("stock");
        let call = deliver(&file, book, place, copies);
        shop.answers(&call, "copies", after, WHY);
        let is = |row: &[Value]| row[0].same(&book.into()) && row[1].same(&place.into());
        let row = vec![book.into(), place.into(), after.into()];
        shop.holds("stock", &with_row(&before, is, row), call.given(), WHY);
        shop.answers(&call, "copies", after + copies, WHY);
    }
}

fn loses_no_copies_when_two_deliver_at_once() {
    let file = QueryFile::subject();
    for (data, book, place, before) in [(VISIBLE, 17, "shop", 0), (ODD, 3, "warehouse", 9)] {
        let one = deliver(&file, book, place, 20);
        let two = deliver(&file, book, place, 7);
        raced(&data, &one, &two, |shop, story| {
            let sql =
                format!("SELECT copies FROM stock WHERE book_id = {book} AND place = '{place}'");
            let got = sql::select(&shop.two, &sql);
            let mut expected = Table::new(["copies"]);
            expected.push(vec![(before + 27).into()]);
            if table::diff(&expected, &got, Order::Any).is_some() {
                fail("copies are lost when two scanners deliver at once")
                    .given(format!("{before} copies, then 20 and 7 more\n{story}"))
                    .expected(expected)
                    .got(got)
                    .because("what the first program has seen is no longer true when it writes: the second came in between. One statement that decides and writes leaves no gap")
                    .raise();
            }
        });
    }
}

/// Why addresses are compared, and kept, as they are.
const SAME_TEXT: &str = "an address is known if it is the same text: with capitals, or with a space, it is another one. What is trimmed or lowered on the way finds another customer's account, or loses one that is in the table";

fn makes_a_new_address_a_customer() {
    const WHY: &str = "whoever signs up for the first time becomes a customer, and the program needs the new id (https://sqlite.org/lang_returning.html)";
    let file = QueryFile::subject();
    let cases = [
        (VISIBLE, 16, "zoë@example.com", WHY),
        (ODD, 91, "zoë@example.com", WHY),
        (EMPTY, 1, "zoë@example.com", WHY),
        // These only look like one that is known.
        (VISIBLE, 16, " ana.lima@example.com", SAME_TEXT),
        (VISIBLE, 16, "Ana.Lima@example.com", SAME_TEXT),
    ];
    for (data, id, email, why) in cases {
        for city in [Some("Besançon"), None] {
            let shop = Shop::open(&data);
            let mut expected = shop.table("customers");
            let call = sign_up(&file, "Robert'); DROP TABLE", email, city);
            shop.answers(&call, "id", id, why);
            expected.push(vec![
                id.into(),
                "Robert'); DROP TABLE".into(),
                email.into(),
                city.map_or(Value::Null, Value::from),
                "2025-04-01".into(),
            ]);
            shop.holds("customers", &expected, call.given(), why);
        }
    }
}

fn finds_the_customer_of_a_known_address_and_changes_nothing() {
    const WHY: &str = "an address belongs to one customer: the program goes on with that id. DO NOTHING and OR IGNORE return no row, and last_insert_rowid() is that of an earlier INSERT";
    let file = QueryFile::subject();
    let cases = [
        (VISIBLE, "ana.lima@example.com", 1, WHY),
        (VISIBLE, "quentin@example.com", 15, WHY),
        (ODD, "o'neill@example.com", 12, WHY),
        (ODD, "LI@EXAMPLE.COM", 55, SAME_TEXT),
        (ODD, "zoe@example.com", 90, WHY),
    ];
    for (data, email, id, why) in cases {
        let shop = Shop::open(&data);
        let new = sign_up(&file, "Just New", "new@example.com", None);
        shop.asks(&new, "id", "a new address becomes a customer");
        let before = shop.table("customers");
        let call = sign_up(&file, "Somebody Else", email, Some("Elsewhere"));
        shop.answers(&call, "id", id, why);
        shop.holds(
            "customers",
            &before,
            call.given(),
            "anybody can type anybody's address into the form: that must not change a customer",
        );
    }
}

fn makes_one_customer_when_two_forms_come_at_once() {
    let file = QueryFile::subject();
    let one = sign_up(&file, "Kim", "kim@example.com", None);
    let two = sign_up(&file, "Kim Lee", "kim@example.com", Some("Seoul"));
    raced(&ODD, &one, &two, |shop, story| {
        let sql = "SELECT count(*) FROM customers WHERE email = 'kim@example.com'";
        let got = sql::select(&shop.two, sql);
        if !got.cell(0, 0).same(&1.into()) {
            fail("one address does not belong to one customer")
                .given(story)
                .expected("one customer")
                .got(got)
                .because("a person who presses the button twice is still one person")
                .raise();
        }
    });
}

const FIRST: Opinion = Opinion {
    book: 1,
    customer: 2,
    stars: Some(3),
    text: Some("Too cold."),
    day: "2025-03-12",
};

/// Makes the call and expects the review to say this.
fn written(shop: &Shop, call: &Call<'_>, opinion: Opinion, why: &str) {
    let before = shop.table("reviews");
    let stars = opinion.stars.map_or(Value::Null, Value::from);
    shop.answers(call, "stars", stars.clone(), why);
    let is =
        |row: &[Value]| row[1].same(&opinion.book.into()) && row[2].same(&opinion.customer.into());
    let row = vec![
        Value::Null,
        opinion.book.into(),
        opinion.customer.into(),
        stars,
        opinion.text.map_or(Value::Null, Value::from),
        opinion.day.into(),
    ];
    // Ids are judged by a check of their own.
    let columns = ["book_id", "customer_id", "stars", "text", "written_on"];
    let expected = with_row(&before, is, row).pick(&columns);
    let got = shop.table("reviews").pick(&columns);
    if let Some(difference) = table::diff(&expected, &got, Order::Any) {
        fail(format!("the reviews are wrong: {}", difference.what))
            .given(format!("{}\n{}", call.given(), shop.about))
            .expected(difference.expected)
            .got(difference.got)
            .because(why)
            .raise();
    }
}

fn writes_a_first_review_and_a_later_one_over_it() {
    const WHY: &str = "a customer has one review of a book: what came later counts, of the same day too, and NULL (no stars, no words) is what the customer says, too";
    let file = QueryFile::subject();
    let shop = Shop::open(&VISIBLE);
    let later = [
        FIRST,
        Opinion {
            stars: Some(5),
            text: Some("Now I see."),
            day: "2025-03-15",
            ..FIRST
        },
        // The same day: what comes later counts.
        Opinion {
            stars: Some(4),
            text: None,
            day: "2025-03-15",
            ..FIRST
        },
        Opinion {
            stars: None,
            text: Some("No stars any more."),
            day: "2026-01-01",
            ..FIRST
        },
        // The same again, on a later day; and words that are none, which is not NULL.
        Opinion {
            stars: None,
            text: Some("No stars any more."),
            day: "2026-01-02",
            ..FIRST
        },
        Opinion {
            stars: None,
            text: Some(""),
            day: "2026-01-02",
            ..FIRST
        },
        // Another book and another customer have reviews of their own.
        Opinion { book: 2, ..FIRST },
        Opinion {
            customer: 3,
            ..FIRST
        },
    ];
    for opinion in later {
        written(&shop, &review(&file, opinion), opinion, WHY);
    }
}

fn keeps_the_id_of_a_review_that_changes() {
    const WHY: &str = "likes and links point at the id. DELETE and INSERT, and REPLACE too, make a new row: whatever pointed at the old one is lost (https://sqlite.org/lang_conflict.html)";
    let file = QueryFile::subject();
    let cases = [(40, 12, 31), (3, 90, 8)];
    for (book, customer, id) in cases {
        let shop = Shop::open(&ODD);
        for (stars, day) in [(Some(1), "2025-03-10"), (None, "2025-09-01")] {
            let opinion = Opinion {
                book,
                customer,
                stars,
                text: Some("Again."),
                day,
            };
            shop.answers(&review(&file, opinion), "id", id, WHY);
            let ids = sql::select(&shop.two, "SELECT id FROM reviews ORDER BY id");
            let mut expected = Table::new(["id"]);
            expected.push(vec![8.into()]);
            expected.push(vec![31.into()]);
            if let Some(difference) = table::diff(&expected, &ids, Order::Any) {
                fail("a review that changes gets another id")
                    .given(format!(
                        "{}\n{}",
                        review(&file, opinion).given(),
                        shop.about
                    ))
                    .expected(difference.expected)
                    .got(difference.got)
                    .because(WHY)
                    .raise();
            }
        }
    }
}

fn leaves_a_review_alone_when_an_older_one_comes_late() {
    const WHY: &str = "messages overtake each other: what was written earlier must not win because it arrives later. DO UPDATE takes a WHERE";
    let file = QueryFile::subject();
    for (book, customer) in [(40, 12), (3, 90)] {
        for day in ["2025-03-09", "2024-12-31"] {
            let shop = Shop::open(&ODD);
            let before = shop.table("reviews");
            let call = review(
                &file,
                Opinion {
                    book,
                    customer,
                    stars: Some(5),
                    text: Some("The first version."),
                    day,
                },
            );
            let answer = match call.run(&shop.one) {
                Ok(answer) => answer,
                Err(failure) => failure.because(WHY).raise(),
            };
            shop.holds("reviews", &before, call.given(), WHY);
            if !answer.is_empty() {
                fail("`review` returns a row, and nothing was written")
                    .given(format!("{}\n{}", call.given(), shop.about))
                    .expected("no row")
                    .got(answer)
                    .because("by the row that comes back the program knows that the review is now this one")
                    .raise();
            }
        }
    }
}

fn keeps_the_later_review_when_two_come_at_once() {
    let file = QueryFile::subject();
    let early = Opinion {
        book: 40,
        customer: 55,
        stars: Some(1),
        text: Some("Bad."),
        day: "2025-05-01",
    };
    let late = Opinion {
        stars: Some(4),
        text: Some("Good after all."),
        day: "2025-05-02",
        ..early
    };
    raced(
        &ODD,
        &review(&file, early),
        &review(&file, late),
        |shop, story| {
            let sql = "SELECT stars, text FROM reviews WHERE book_id = 40 AND customer_id = 55";
            let got = sql::select(&shop.two, sql);
            let mut expected = Table::new(["stars", "text"]);
            expected.push(vec![4.into(), "Good after all.".into()]);
            if let Some(difference) = table::diff(&expected, &got, Order::Any) {
                fail("the later review does not stand when two come at once")
                .given(story)
                .expected(difference.expected)
                .got(difference.got)
                .because("which of two messages arrives first is chance; which was written later is not")
                .raise();
            }
        },
    );
}

/// The call with NULL for one of its parameters.
fn without<'q>(mut call: Call<'q>, name: &str) -> Call<'q> {
    for (parameter, value) in &mut call.values {
        if *parameter == name {
            *value = Value::Null;
        }
    }
    call
}

fn says_so_when_the_tables_refuse() {
    const WHY: &str = "the tables' rules hold for every program; a statement that swallows their objection (OR IGNORE does) lets the program believe that all is well";
    let file = QueryFile::subject();
    let stars = |stars| Opinion {
        stars: Some(stars),
        ..FIRST
    };
    // NULL where the tables want a value.
    let nameless = without(sign_up(&file, "", "no@example.com", None), ":name");
    let undated = without(review(&file, FIRST), ":written_on");
    let refused = [
        (deliver(&file, 4, "attic", 3), "there is no place `attic`"),
        (deliver(&file, 999, "shop", 3), "there is no book 999"),
        (deliver(&file, 1, "SHOP", 3), "there is no place `SHOP`"),
        (
            deliver(&file, 1, "shop", Value::Null),
            "nobody knows how many copies",
        ),
        (nameless, "a customer has a name"),
        (undated, "a review has a day"),
        (
            deliver(&file, 1, "shop", -4),
            "the shelf would have -1 copies",
        ),
        (
            sign_up(&file, "Nobody", "", None),
            "an address is not empty",
        ),
        (
            sign_up(&file, "Nobody", "no@example.com", Some("")),
            "a city is not empty",
        ),
        (review(&file, stars(6)), "there are no six stars"),
        (
            review(&file, Opinion { book: 999, ..FIRST }),
            "there is no book 999",
        ),
        (
            review(
                &file,
                Opinion {
                    book: 1,
                    customer: 1,
                    day: "2025-12-01",
                    ..stars(0)
                },
            ),
            "there are no zero stars, and there is a review already",
        ),
    ];
    for (call, reason) in refused {
        let shop = Shop::open(&VISIBLE);
        let table = match call.query.name() {
            "deliver" => "stock",
            "sign_up" => "customers",
            _ => "reviews",
        };
        let before = shop.table(table);
        if let Ok(answer) = call.run(&shop.one) {
            fail(format!(
                "`{}` does not say that the tables refuse",
                call.query.name()
            ))
            .given(format!("{}\n{reason}", call.given()))
            .expected("SQLite's error")
            .got(format!("no error, and {} rows", answer.len()))
            .because(WHY)
            .raise();
        }
        shop.holds(table, &before, format!("{}\n{reason}", call.given()), WHY);
    }
}

fn leaves_columns_that_it_does_not_name() {
    const WHY: &str = "REPLACE deletes the row and makes another one: a column that your statement does not know gets its default. INSERT without a list of columns breaks as soon as there is one more";
    let file = QueryFile::subject();
    let opinion = Opinion {
        book: 40,
        customer: 12,
        stars: Some(2),
        text: None,
        day: "2025-08-01",
    };
    let calls = [
        ("stock", "shelf", deliver(&file, 3, "warehouse", 4)),
        (
            "customers",
            "newsletter",
            sign_up(&file, "X", "zoe@example.com", None),
        ),
        ("reviews", "likes", review(&file, opinion)),
    ];
    for (table, column, call) in calls {
        let shop = Shop::open(&WIDER);
        let sql = format!("SELECT {column} FROM {table} ORDER BY rowid");
        let before = sql::select(&shop.two, &sql);
        if let Err(failure) = call.run(&shop.one) {
            failure.part("the shop", shop.about).because(WHY).raise();
        }
        let after = sql::select(&shop.two, &sql);
        if let Some(difference) = table::diff(&before, &after, Order::Any) {
            fail(format!(
                "`{}` loses what is in the column `{column}`",
                call.query.name()
            ))
            .given(format!("{}\n{}", call.given(), shop.about))
            .expected(difference.expected)
            .got(difference.got)
            .because(WHY)
            .raise();
        }
    }
}

fn is_one_statement_for_each_query() {
    let file = QueryFile::subject();
    for name in ["deliver", "sign_up", "review"] {
        let query = file.query(name);
        let statements = sql::statements(query.text());
        if statements.len() != 1 {
            let list = statements
                .iter()
                .map(|place| shortened(&query.text()[place.clone()]));
            fail(format!("`{name}` holds {} statements", statements.len()))
                .expected("one statement that decides, writes and answers")
                .got(list.collect::<Vec<_>>().join("\n"))
                .because("between two statements any other program's may run; even where that does no harm today, it is one more thing to think of with each change")
                .raise();
        }
    }
}
