//! What db4 is checked for. Read it as the specification; edits here are undone.

#[path = "../db4.rs"]
mod db4;

use db4::{Book, Review, shelf};
use rusqlite::Connection;
use testkit::marginalia::{self, Dataset, EMPTY, Shop, VISIBLE};
use testkit::sql::{
    Effort, Ran, Verb, during, expect_no_transaction, failing_select, growth, select, watch,
};
use testkit::table::{Order, Table, Value, diff};
use testkit::{checks, fail};

fn main() {
    testkit::run(checks![
        shows_the_books_of_the_genre_by_title_and_id,
        shows_every_book_with_its_author_or_without,
        adds_up_the_copies_of_all_places,
        shows_every_review_the_newest_first,
        writes_nothing,
        runs_two_statements_at_most,
        runs_no_more_statements_for_more_books,
        takes_a_shelf_of_more_books_than_a_statement_has_parameters,
        takes_no_row_of_other_shelves,
        takes_any_text_for_a_genre,
        hands_on_the_error_when_sqlite_fails,
    ]);
}

/// What looks alike in Marginalia's own data is told apart here.
const ODD: Dataset = Dataset {
    name: "odd",
    about: "another shop: equal titles, equal names, books without author, stock or reviews, reviews of the same day",
    fill: |shop| {
        shop.run(
            "INSERT INTO authors (id, name) VALUES (4, 'Li'), (9, 'Li'), (5, 'No Book');
             INSERT INTO customers (id, name, joined_on) VALUES
                 (1, 'Kim', '2025-01-01'), (2, 'Kim', '2025-01-01'),
                 (3, 'Zoë', '2025-01-01'), (4, 'Ann', '2025-01-01');
             INSERT INTO books (id, title, author_id, genre, price_cents) VALUES
                 (31, 'Tea', 9, 'novel', 100),
                 (7, 'Tea', 4, 'novel', 100),
                 (12, 'a small letter', 4, 'novel', 100),
                 (19, 'Zen', NULL, 'novel', 100),
                 (23, 'Tea', NULL, 'novel', 100),
                 (2, 'Quiet', 9, 'novel', 100),
                 (40, 'Élan', NULL, 'novel', 100),
                 (3, 'On No Shelf', 4, NULL, 100),
                 (5, 'Another Shelf', 4, 'Novel', 100),
                 (6, 'A Rare One', NULL, 'children''s', 100);
             INSERT INTO stock (book_id, place, copies) VALUES
                 (31, 'shop', 2), (31, 'warehouse', 2),
                 (7, 'warehouse', 5), (12, 'shop', 0), (19, 'shop', 1), (19, 'warehouse', 0),
                 (3, 'shop', 77), (6, 'shop', 4);
             INSERT INTO reviews (id, book_id, customer_id, stars, text, written_on) VALUES
                 (1, 31, 2, 5, 'Hot.', '2025-03-02'),
                 (2, 31, 1, 5, 'Hot.', '2025-03-02'),
                 (8, 31, 3, NULL, 'No stars.', '2025-03-01'),
                 (3, 31, 4, 1, NULL, '2025-03-09'),
                 (4, 7, 1, NULL, NULL, '2025-03-05'),
                 (9, 23, 4, 2, '', '2025-03-05'),
                 (6, 23, 3, 3, 'The same day.', '2025-03-05'),
                 (5, 3, 1, 4, 'On no shelf.', '2025-03-05'),
                 (7, 6, 1, 4, 'Rare.', '2025-03-05'),
                 (10, 5, 2, 4, 'Another shelf.', '2025-03-05'),
                 (11, 7, 4, 3, 'Before Zoë.', '2025-03-05'),
                 (12, 7, 3, 3, 'Behind Ann.', '2025-03-05');
             CREATE INDEX reviews_by_customer ON reviews (book_id, written_on, id DESC);
             CREATE INDEX books_by_genre ON books (genre, title, author_id);",
        );
    },
};

/// The same with another index, from which the reviews of a day come by id, the highest first.
const BY_DAY: Dataset = Dataset {
    name: "by_day",
    about: "the other shop, with an index on reviews (written_on) in place of its others",
    fill: |shop| {
        (ODD.fill)(shop);
        shop.run(
            "DROP INDEX reviews_by_customer;
             DROP INDEX books_by_genre;
             CREATE INDEX reviews_by_day ON reviews (written_on)",
        );
    },
};

/// A data set in memory.
fn shop(data: &Dataset) -> Connection {
    let conn = Connection::open_in_memory().expect("a database in memory");
    let shop = Shop::new(&conn);
    shop.run("BEGIN");
    shop.run(marginalia::SCHEMA);
    (data.fill)(&shop);
    shop.run("COMMIT");
    conn
}

/// A data set in a real SQLite file.
fn shop_in_a_file(data: &Dataset) -> Connection {
    marginalia::create_at(format!("{}.db", data.name), data)
}

#[track_caller]
fn write(conn: &Connection, sql: &str) {
    conn.execute_batch(sql).expect("the check's own statement");
}

fn integer(value: &Value) -> i64 {
    value.integer().expect("a number")
}

fn text(value: &Value) -> String {
    value.text().expect("text").to_owned()
}

/// The shelf, worked out one book at a time.
fn right(conn: &Connection, genre: &str) -> Vec<Book> {
    let all = |table: &str| select(conn, &format!("SELECT * FROM {table} ORDER BY 1"));
    let (authors, stock) = (all("authors"), all("stock"));
    let (reviews, customers) = (all("reviews"), all("customers"));
    let name_of = |of: &Table, id: &Value| {
        let mut rows = of.rows();
        rows.find(|row| row["id"].same(id))
            .map(|row| text(&row["name"]))
    };
    let books = all("books").keep(|book| book["genre"].text() == Some(genre));
    let books = books.sorted(|one, two| {
        let title = one["title"].order(&two["title"]);
        title.then(one["id"].order(&two["id"]))
    });
    let book = |book: testkit::table::Row<'_>| {
        let copies = stock.rows().filter(|row| row["book_id"].same(&book["id"]));
        let written = reviews.keep(|review| review["book_id"].same(&book["id"]));
        let written = written.sorted(|one, two| {
            let newest = two["written_on"].order(&one["written_on"]);
            newest.then(one["id"].order(&two["id"]))
        });
        let review = |review: testkit::table::Row<'_>| Review {
            by: name_of(&customers, &review["customer_id"]).expect("a customer"),
            stars: review["stars"].integer(),
            text: review["text"].text().map(str::to_owned),
        };
        Book {
            id: integer(&book["id"]),
            title: text(&book["title"]),
            author: name_of(&authors, &book["author_id"]),
            copies: copies.map(|row| integer(&row["copies"])).sum(),
            reviews: written.rows().map(review).collect(),
        }
    };
    books.rows().map(book).collect()
}

fn call(genre: &str) -> String {
    format!("shelf(shop, {genre:?})")
}

/// A shelf that must come.
#[track_caller]
fn books(conn: &Connection, genre: &str, about: &str) -> Vec<Book> {
    match shelf(conn, genre) {
        Ok(books) => books,
        Err(error) => {
            let many = error.to_string().contains("too many SQL variables");
            fail("there is no shelf")
                .given(format!("{}\nthe shop: {about}", call(genre)))
                .expected("Ok(...)")
                .got(format!("Err: {error}"))
                .because(if many {
                    "one `?` for each book works until there are more than 32,766: let SQLite find the reviews by the same condition as the books (https://sqlite.org/limits.html#max_variable_number)"
                } else {
                    "the database is in order, so the statement is not; the error says what SQLite has against it"
                })
                .raise()
        }
    }
}

/// Compares one view of the shelf on each data set.
#[track_caller]
fn compare(view: impl Fn(&[Book]) -> Table, order: Order, why: &str) {
    for data in [&VISIBLE, &ODD, &BY_DAY, &EMPTY] {
        let conn = shop(data);
        for genre in [
            "novel",
            "stories",
            "poetry",
            "children's",
            "Novel",
            "nothing",
        ] {
            let expected = view(&right(&conn, genre));
            let got = view(&books(&conn, genre, data.about));
            if let Some(difference) = diff(&expected, &got, order) {
                fail(format!("the shelf is wrong: {}", difference.what))
                    .given(format!("{}\nthe shop: {}", call(genre), data.about))
                    .expected(difference.expected)
                    .got(difference.got)
                    .because(why)
                    .raise();
            }
        }
    }
}

fn shows_the_books_of_the_genre_by_title_and_id() {
    compare(
        |books| {
            let mut table = Table::new(["id", "title"]);
            for book in books {
                table.push(vec![book.id.into(), book.title.as_str().into()]);
            }
            table
        },
        Order::Exact,
        "every book of the genre once, by title, equal titles by id: a join drops a book that has no partner and repeats one that has several, and what comes out of a map has no order",
    );
}

fn shows_every_book_with_its_author_or_without() {
    compare(
        |books| {
            let mut table = Table::new(["id", "title", "author"]);
            for book in books {
                table.push(vec![
                    book.id.into(),
                    book.title.as_str().into(),
                    book.author.as_deref().into(),
                ]);
            }
            table
        },
        Order::Any,
        "nobody knows who wrote Beowulf, and it is sold all the same: JOIN drops a row that has no partner, LEFT JOIN keeps it with NULL",
    );
}

fn adds_up_the_copies_of_all_places() {
    compare(
        |books| {
            let mut table = Table::new(["id", "title", "copies"]);
            for book in books {
                table.push(vec![
                    book.id.into(),
                    book.title.as_str().into(),
                    book.copies.into(),
                ]);
            }
            table
        },
        Order::Any,
        "copies are the sum over all places, 0 if there is none; joined with reviews in the same statement, each row of stock comes once for each review (exercise sql2)",
    );
}

fn shows_every_review_the_newest_first() {
    compare(
        |books| {
            let mut table = Table::new(["id", "title", "review", "by", "stars", "text"]);
            for book in books {
                for (review, place) in book.reviews.iter().zip(1_i64..) {
                    table.push(vec![
                        book.id.into(),
                        book.title.as_str().into(),
                        place.into(),
                        review.by.as_str().into(),
                        review.stars.into(),
                        review.text.as_deref().into(),
                    ]);
                }
            }
            table
        },
        Order::Any,
        "each book has all of its reviews and no others, the newest first, those of one day by id; stars and text may be missing",
    );
}

/// What a call runs, but for the frame of a transaction.
#[track_caller]
fn ran(conn: &Connection, genre: &str) -> (Vec<Book>, Ran) {
    watch(conn);
    let (books, mut ran) = during(|| books(conn, genre, "counted statements"));
    ran.runs.retain(|run| {
        let verb = Verb::of(&run.sql);
        !matches!(verb, Verb::Begin | Verb::Commit | Verb::Rollback)
    });
    (books, ran)
}

#[track_caller]
fn two_at_most(conn: &Connection, genre: &str, about: &str) -> Vec<Book> {
    let (books, ran) = ran(conn, genre);
    if ran.runs.len() > 2 {
        let reviews: usize = books.iter().map(|book| book.reviews.len()).sum();
        fail(format!("{} statements for one page", ran.runs.len()))
            .given(format!(
                "{}: {} books, {reviews} reviews\nthe shop: {about}",
                call(genre),
                books.len()
            ))
            .expected("at most 2 statements")
            .part("what ran", &ran)
            .because("a statement in a loop runs once per row; with a database over a network each of them waits for an answer: join what belongs to a row, and fetch the reviews of all books at once")
            .raise();
    }
    books
}

fn runs_two_statements_at_most() {
    for data in [&VISIBLE, &ODD, &EMPTY] {
        let conn = shop_in_a_file(data);
        for genre in ["novel", "stories", "poetry", "nothing"] {
            two_at_most(&conn, genre, data.about);
        }
    }
}

/// As many books, each with its author, copies and two reviews.
fn grown(books: usize) -> Connection {
    let conn = shop(&EMPTY);
    write(
        &conn,
        &format!(
            "BEGIN;
             INSERT INTO customers (id, name, joined_on)
             VALUES (1, 'Ana', '2025-01-01'), (2, 'Bo', '2025-01-01');
             WITH RECURSIVE numbers (n) AS (
                 SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {books}
             )
             INSERT INTO authors (id, name) SELECT n, 'Author ' || n FROM numbers;
             INSERT INTO books (id, title, author_id, genre, price_cents)
             SELECT id, 'Volume ' || id, id, 'novel', 100 FROM authors;
             INSERT INTO stock (book_id, place, copies) SELECT id, 'shop', 1 FROM books;
             INSERT INTO reviews (book_id, customer_id, stars, written_on)
             SELECT books.id, customers.id, 3, '2025-03-01' FROM books, customers;
             COMMIT"
        ),
    );
    conn
}

fn runs_no_more_statements_for_more_books() {
    let effort = |books: usize| -> Effort {
        let conn = grown(books);
        ran(&conn, "novel").1.effort()
    };
    growth(6, effort).expect_same_statements(
        "what grows with the shelf must be the rows of a statement, not the number of statements",
    );
}

fn takes_a_shelf_of_more_books_than_a_statement_has_parameters() {
    const BOOKS: i64 = 33_000;
    // Code that asks once per book is not kept waiting for 33,000 of them.
    two_at_most(&grown(20), "novel", "20 books, before 33,000 are tried");
    let about = "33,000 books on one shelf, the first and the last one with a review";
    let conn = shop(&EMPTY);
    write(
        &conn,
        &format!(
            "BEGIN;
             WITH RECURSIVE numbers (n) AS (
                 SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {BOOKS}
             )
             INSERT INTO books (title, genre, price_cents)
             SELECT printf('%05d', n), 'novel', 100 FROM numbers;
             INSERT INTO customers (id, name, joined_on) VALUES (1, 'Ana', '2025-01-01');
             INSERT INTO reviews (book_id, customer_id, written_on)
             VALUES ({BOOKS}, 1, '2025-03-01'), (1, 1, '2025-03-01');
             COMMIT"
        ),
    );
    let shown = two_at_most(&conn, "novel", about);
    let reviewed: Vec<i64> = shown
        .iter()
        .filter(|book| !book.reviews.is_empty())
        .map(|book| book.id)
        .collect();
    let got = format!("{} books, reviews of the books {reviewed:?}", shown.len());
    let expected = format!("{BOOKS} books, reviews of the books {:?}", [1, BOOKS]);
    if got != expected {
        fail("a large shelf is not complete")
            .given(format!("{}\nthe shop: {about}", call("novel")))
            .expected(expected)
            .got(got)
            .because(
                "the common catalogue takes the whole shelf: no limit that the rules do not have",
            )
            .raise();
    }
}

fn takes_no_row_of_other_shelves() {
    let conn = shop(&VISIBLE);
    let before = ran(&conn, "novel").1.effort().rows;
    write(
        &conn,
        "WITH RECURSIVE numbers (n) AS (
             SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100
         )
         INSERT INTO books (id, title, author_id, genre, price_cents)
         SELECT 1000 + n, 'Poem ' || n, n % 12 + 1, iif(n % 2, 'poetry', NULL), 500 FROM numbers;
         INSERT INTO authors (name) SELECT 'A ' || id FROM books WHERE id > 1000;
         INSERT INTO stock (book_id, place, copies) SELECT id, 'shop', 1 FROM books WHERE id > 1000;
         INSERT INTO reviews (book_id, customer_id, written_on)
         SELECT books.id, customers.id, '2025-03-01' FROM books, customers
         WHERE books.id > 1000 AND customers.id < 4",
    );
    let after = ran(&conn, "novel").1;
    let rows = after.effort().rows;
    if rows != before {
        fail("rows of other shelves come out of SQLite")
            .given(format!("{}, before and after 100 other books came in, with reviews", call("novel")))
            .expected(format!("the same number of rows, {before}"))
            .got(format!("{before} rows, then {rows}"))
            .part("what ran", &after)
            .because("to read everything and throw most of it away is slower with each book that the shop sells: every statement needs the condition on the genre")
            .raise();
    }
}

fn takes_any_text_for_a_genre() {
    for data in [&VISIBLE, &ODD] {
        let conn = shop(data);
        for genre in [
            "children's",
            "' OR 1=1 --",
            "novel' OR 'a' = 'a",
            "novel'; DROP TABLE reviews; --",
            "%",
            "\"",
            "",
            "NULL",
            "nov\0el",
            "1,2,3",
            " novel",
            "novel ",
            "NOVEL",
        ] {
            let (expected, got) = (right(&conn, genre), shelf(&conn, genre));
            if got.as_ref().ok() != Some(&expected) {
                let why = if genre.trim().eq_ignore_ascii_case("novel") {
                    "exactly this genre: another letter case or a space makes it another text, and what is to be the same is decided where books are entered, not here"
                } else {
                    "the genre comes out of the link: a bound value needs no quotes, and nothing in it becomes SQL"
                };
                fail("a genre is not taken as it is")
                    .given(format!("{}\nthe shop: {}", call(genre), data.about))
                    .expected(format!("Ok({expected:?})"))
                    .got(format!("{got:?}"))
                    .because(why)
                    .raise();
            }
        }
    }
}

fn writes_nothing() {
    let conn = shop(&VISIBLE);
    let (_, ran) = ran(&conn, "novel");
    let words = |sql: &str| sql.to_ascii_uppercase();
    let writes = |sql: &str| match Verb::of(sql) {
        Verb::Insert | Verb::Update | Verb::Delete => true,
        Verb::Other => {
            let sql = words(sql);
            let first = sql.split_whitespace().next();
            matches!(first, Some("CREATE" | "DROP" | "ALTER"))
        }
        _ => false,
    };
    if let Some(run) = ran.runs.iter().find(|run| writes(&run.sql)) {
        fail("a page that is only read writes")
            .given(call("novel"))
            .expected("SELECT, and BEGIN and COMMIT if you like")
            .got(&run.sql)
            .part("what ran", &ran)
            .because(if words(&run.sql).contains("TEMP") {
                "a temporary table takes a statement to make it and others to fill it, on each call: the condition that finds the books can find their reviews, too"
            } else {
                "a page that writes waits for all others that write, and cannot be answered by a read-only copy of the database"
            })
            .raise();
    }
}

/// Fails unless the shelf ends with SQLite's own error, and the connection is as before.
#[track_caller]
fn hands_on(conn: &Connection, what: &str) {
    judge(conn, shelf(conn, "novel"), what);
}

#[track_caller]
fn judge(conn: &Connection, result: Result<Vec<Book>, rusqlite::Error>, what: &str) {
    expect_no_transaction(
        conn,
        "when a statement fails, `?` leaves the function before its COMMIT: the next call on this connection then finds a transaction that it did not begin; rusqlite's `Transaction` rolls back when it is dropped",
    );
    if let Ok(books) = result {
        let reviews: usize = books.iter().map(|book| book.reviews.len()).sum();
        fail("SQLite failed, and that was not handed on")
            .given(format!("{}\nthe shop: {what}", call("novel")))
            .expected("Err(...)")
            .got(format!("Ok, with {} books and {reviews} reviews", books.len()))
            .because("a shelf that looks complete and is not hides books that the shop could sell, and wakes nobody")
            .raise();
    }
}

fn hands_on_the_error_when_sqlite_fails() {
    let no_tables = Connection::open_in_memory().expect("a database in memory");
    hands_on(&no_tables, "a database without tables");
    for (table, columns, broken) in [
        (
            "reviews",
            "id, book_id, customer_id, text, written_on",
            "stars",
        ),
        (
            "books",
            "id, author_id, genre, published, price_cents",
            "title",
        ),
    ] {
        let damaged = shop(&VISIBLE);
        write(
            &damaged,
            &format!(
                "PRAGMA foreign_keys = OFF;
                 ALTER TABLE {table} RENAME TO paper;
                 CREATE VIEW {table} AS
                 SELECT {columns}, iif(id = 14, abs(-9223372036854775807 - 1), {broken}) AS {broken}
                 FROM paper"
            ),
        );
        hands_on(
            &damaged,
            &format!("a database that fails while it reads number 14 of {table}"),
        );
    }
    for row in [0, 2] {
        for nth in 1..=2 {
            let conn = shop(&VISIBLE);
            let (result, failed) = failing_select(&conn, nth, row, || shelf(&conn, "novel"));
            if let Some(sql) = failed {
                let at = ["at once", "after its first row"][row.min(1)];
                judge(
                    &conn,
                    result,
                    &format!("this statement fails {at}:\n{}", sql.trim()),
                );
            }
        }
    }
}
