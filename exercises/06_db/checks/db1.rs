//! What db1 is checked for. Read it as the specification; edits here are undone.

#[path = "../db1.rs"]
mod db1;

use db1::{Book, SearchError, search};
use rusqlite::Connection;
use testkit::marginalia::{self, Dataset, EMPTY, VISIBLE};
use testkit::sql::{rows_returned, select, traced};
use testkit::table::{Kind, Order, Table, Value, diff};
use testkit::{Failure, checks, fail};

fn main() {
    testkit::run(checks![
        finds_titles_that_contain_the_text_in_any_case,
        ignores_case_for_a_to_z_only,
        sorts_as_asked_and_equal_books_by_id,
        finds_a_title_with_an_apostrophe,
        takes_sql_in_the_text_for_plain_text,
        shows_no_other_table,
        sends_the_same_statement_whatever_is_searched,
        leaves_the_search_to_sqlite,
        returns_all_books_however_many_are_found,
        takes_percent_and_underscore_for_themselves,
        takes_the_escape_character_for_itself,
        refuses_an_unknown_sort,
        refuses_sql_in_the_sort,
        refuses_an_unknown_direction,
        refuses_any_other_spelling,
        hands_on_the_error_when_sqlite_fails,
        the_text_of_an_error_contains_what_is_inside,
    ]);
}

/// Titles that a careless search trips over.
const ODD: Dataset = Dataset {
    name: "odd",
    about: "another shop, whose titles hold quotes, wildcards, SQL and accents",
    fill: |shop| {
        let author = Some(shop.author("Anonymous"));
        for (title, published, price_cents) in [
            ("The 50% Solution", Some(1999), 900),
            ("The 50 Best Solutions", None, 900),
            ("500 Ways to Say %", Some(1999), 100),
            ("Snake_Case for Poets", Some(2020), 900),
            ("Snake Case for Painters", Some(-400), 0),
            ("C:\\Temp and Other Places", None, 100),
            ("Robert'); DROP TABLE books; --: a Memoir", Some(2007), 250),
            ("To Be' OR 1=1 -- or Not", Some(1603), 250),
            ("A \"Quoted\" Life", Some(1999), 250),
            (
                "Signs: ! # $ & * + / : = ? @ [ ] ^ ` { | } ~",
                Some(2020),
                900,
            ),
            ("Zażółć gęślą jaźń", None, 900),
            ("芭蕉の旅", Some(1702), 1000),
            ("Élan Vital", Some(1907), 250),
            ("A Tale", Some(1999), 900),
            ("A Tale", Some(1999), 800),
            // By bytes after all titles that begin with a capital letter from A to Z.
            ("an Unfinished Atlas", Some(1702), 800),
        ] {
            shop.book(title, author, published, price_cents);
        }
        // Read from these, books that are equal in the first column do not come by id.
        shop.run(
            "CREATE INDEX by_title ON books (title, price_cents, published, author_id, genre);
             CREATE INDEX by_price ON books (price_cents, title, published, author_id, genre);
             CREATE INDEX by_year ON books (published, title, price_cents, author_id, genre);",
        );
        shop.customer("Ann", Some("ann@example.com"), None);
    },
};

/// A data set in a real SQLite file.
struct Shop {
    conn: Connection,
    about: &'static str,
}

impl Shop {
    fn open(data: &Dataset) -> Self {
        Self {
            conn: marginalia::create_at(format!("{}.db", data.name), data),
            about: data.about,
        }
    }

    fn search(&self, text: &str, sort: &str, direction: &str) -> Result<Vec<Book>, SearchError> {
        search(&self.conn, text, sort, direction)
    }

    /// How a failure shows a call.
    fn given(&self, text: &str, sort: &str, direction: &str) -> String {
        format!("{}\nthe shop: {}", call(text, sort, direction), self.about)
    }
}

fn call(text: &str, sort: &str, direction: &str) -> String {
    format!("search(shop, {text:?}, {sort:?}, {direction:?})")
}

/// Why a search that must succeed failed, as far as one can tell.
fn why_it_failed(text: &str, error: &SearchError) -> &'static str {
    let error = match error {
        SearchError::BadRequest(_) => {
            return "any text may be searched for, and the sort and the direction are on the list: nothing here is a bad request";
        }
        SearchError::Database(error) => error,
    };
    let message = error.to_string();
    match error {
        rusqlite::Error::InvalidParameterCount(given, needed) if given > needed => {
            "a `?1` between quotes is text, not a parameter: write `LIKE ?1` and put the `%` into the value"
        }
        rusqlite::Error::InvalidParameterCount(..) => {
            "each parameter in the SQL needs a value: hand over as many values as the SQL has parameters"
        }
        _ if message.contains("ESCAPE expression must be a single character") => {
            r"the backslash has a meaning in Rust strings too: write ESCAPE '\\' in a plain string and ESCAPE '\' in a raw one (r#...#), so that SQLite sees one"
        }
        _ if text.contains('\'') => {
            "a quote in the text ended the string in the SQL, and the rest was read as SQL; SQLite never looks for a closing quote in a bound value"
        }
        _ => "a search must run for any text; the error says what SQLite refused",
    }
}

fn table(books: &[Book]) -> Table {
    let mut table = Table::new(["id", "title", "price_cents", "published"]);
    for book in books {
        let published = Value::from(book.published);
        table.push(vec![
            book.id.into(),
            book.title.as_str().into(),
            book.price_cents.into(),
            published,
        ]);
    }
    table
}

/// The books that `text` finds, by id.
fn containing(shop: &Connection, text: &str) -> Table {
    let wanted = text.to_ascii_lowercase();
    let books = select(
        shop,
        "SELECT id, title, price_cents, published FROM books ORDER BY id",
    );
    books.keep(|book| {
        let title = book["title"].text().expect("a title").to_ascii_lowercase();
        title.contains(&wanted)
    })
}

/// Fails unless `text` finds exactly the books that contain it; their order is judged elsewhere.
#[track_caller]
fn finds(shop: &Shop, text: &str, why: &str) {
    let expected = containing(&shop.conn, text);
    let given = shop.given(text, "title", "asc");
    let (failure, why) = match shop.search(text, "title", "asc") {
        Ok(books) => {
            let got = table(&books).sorted(|one, two| one["id"].order(&two["id"]));
            let Some(difference) = diff(&expected, &got, Order::Any) else {
                return;
            };
            let failure = fail(format!(
                "the search finds the wrong books: {}",
                difference.what
            ));
            (
                failure
                    .given(given)
                    .expected(difference.expected)
                    .got(difference.got),
                why,
            )
        }
        Err(error) => {
            let failure = fail("the search fails").given(given).expected(expected);
            (
                failure.got(format!("Err: {error}")),
                why_it_failed(text, &error),
            )
        }
    };
    let all = select(&shop.conn, "SELECT id, title FROM books ORDER BY id");
    if all.len() <= 16 {
        failure.part("the books in this shop", all)
    } else {
        failure
    }
    .because(why)
    .raise()
}

/// Fails unless the request is refused as the client's mistake.
#[track_caller]
fn refuses(shop: &Shop, sort: &str, direction: &str, why: &str) {
    let failure = |what: &str| -> Failure {
        fail(what)
            .given(shop.given("o", sort, direction))
            .expected("Err(SearchError::BadRequest(...))")
    };
    match shop.search("o", sort, direction) {
        Err(SearchError::BadRequest(_)) => {}
        Err(SearchError::Database(error)) => {
            failure("refused, but as `Database`: that page answers 500")
                .got(format!("Err(SearchError::Database({error}))"))
                .because("the client made the mistake, so the answer is BadRequest, and your own list decides; Database is for when SQLite itself fails")
                .raise()
        }
        Ok(books) => failure("something that is not on the list was accepted")
            .got(format!("Ok:\n{}", table(&books)))
            .because(why)
            .raise(),
    }
}

fn finds_titles_that_contain_the_text_in_any_case() {
    let why = "a title is found by any part of it; upper and lower case of A to Z count as the same, and every title contains the empty text";
    for data in [VISIBLE, ODD, EMPTY] {
        let shop = Shop::open(&data);
        for text in [
            "moom",
            "THE",
            "fall apart",
            "",
            " ",
            "Finn Family Moomintroll",
            "gęślą",
            "芭蕉",
            "zzz",
        ] {
            finds(&shop, text, why);
        }
    }
}

fn ignores_case_for_a_to_z_only() {
    let odd = Shop::open(&ODD);
    for text in ["Élan", "Élan VITAL", "ÉLAN"] {
        finds(
            &odd,
            text,
            "Rust's to_lowercase() turns É into é, SQLite's LIKE and lower() leave it alone: change the case on both sides by the same rule",
        );
    }
    for text in ["élan", "GĘŚLĄ"] {
        finds(
            &odd,
            text,
            "only the letters A to Z count as the same in upper and lower case; É and é are two different characters here",
        );
    }
}

fn sorts_as_asked_and_equal_books_by_id() {
    for data in [VISIBLE, ODD, EMPTY] {
        sorts(&Shop::open(&data));
    }
}

/// Whether a statement sorts by a parameter.
fn sorts_by_a_parameter(sent: &[String]) -> bool {
    sent.iter().any(|sql| {
        let sql = sql.to_ascii_lowercase();
        let mut terms = sql.split("order by").skip(1);
        terms.any(|term| {
            let term = term.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
            term.starts_with(['?', ':', '@', '$'])
        })
    })
}

/// Fails unless each sort and direction gives its order.
fn sorts(shop: &Shop) {
    let sorts = [
        ("title", "title"),
        ("price", "price_cents"),
        ("published", "published"),
    ];
    for (sort, column) in sorts {
        for direction in ["asc", "desc"] {
            let expected = containing(&shop.conn, "a").sorted(|one, two| {
                let ascending = one[column].order(&two[column]);
                let order = if direction == "asc" {
                    ascending
                } else {
                    ascending.reverse()
                };
                order.then(one["id"].order(&two["id"]))
            });
            let given = shop.given("a", sort, direction);
            let (result, sent) = traced(&shop.conn, || shop.search("a", sort, direction));
            let (failure, why) = match result {
                Ok(books) => {
                    let Some(difference) = diff(&expected, &table(&books), Order::Exact) else {
                        continue;
                    };
                    let failure = fail(format!(
                        "the result is not what was asked for: {}",
                        difference.what
                    ));
                    let why = match difference.kind {
                        Kind::Order(_) if sorts_by_a_parameter(&sent) => {
                            "a bound `?2` in ORDER BY is one constant, not a column: every row gets the same value to sort by"
                        }
                        Kind::Order(at)
                            if sort == "title"
                                && !expected.cell(at, 1).same(table(&books).cell(at, 1)) =>
                        {
                            "titles sort as SQLite sorts text, byte by byte: `Z` comes before `a`, and every capital letter before every small one"
                        }
                        Kind::Order(_) => {
                            "the page must look the same at every reload: sorted as asked, equal books by id, smallest first"
                        }
                        _ => "the sort decides the order of the books, not which are found",
                    };
                    (
                        failure
                            .given(given)
                            .expected(difference.expected)
                            .got(difference.got),
                        why,
                    )
                }
                Err(error) => {
                    let failure = fail("the search fails").given(given).expected(expected);
                    (
                        failure.got(format!("Err: {error}")),
                        why_it_failed("a", &error),
                    )
                }
            };
            failure.because(why).raise();
        }
    }
}

fn finds_a_title_with_an_apostrophe() {
    let why = "an apostrophe is a character of titles; SQLite never looks for a closing quote in a bound value, so there is nothing to double or to remove";
    finds(&Shop::open(&VISIBLE), "winter's night", why);
    let odd = Shop::open(&ODD);
    finds(&odd, "'", why);
    finds(&odd, "\"quoted\"", why);
}

fn takes_sql_in_the_text_for_plain_text() {
    let why = "text that ends the string in your SQL goes on as SQL that the client wrote; a bound value never becomes SQL (OWASP, SQL Injection Prevention)";
    for data in [VISIBLE, ODD] {
        let shop = Shop::open(&data);
        let tables = || {
            select(
                &shop.conn,
                "SELECT type, name, sql FROM sqlite_schema ORDER BY name",
            )
        };
        let before = tables();
        for text in [
            "' OR 1=1 --",
            "zzz' OR '1'='1",
            "zzz%' OR title LIKE '%",
            "x'; DROP TABLE books; --",
            "'); DROP TABLE books; --",
            "zzz' OR price_cents < 1000 /*",
            "?1",
            "''",
            "--",
            ";",
        ] {
            finds(&shop, text, why);
            if let Some(difference) = diff(&before, &tables(), Order::Any) {
                fail("a search changed the database's schema")
                    .given(shop.given(text, "title", "asc"))
                    .expected(difference.expected)
                    .got(difference.got)
                    .because(why)
                    .raise();
            }
        }
    }
}

fn shows_no_other_table() {
    let why = "a UNION that the client wrote adds the rows of any table to yours, and the page shows them";
    let shop = Shop::open(&VISIBLE);
    // An attacker tries out how many columns the statement has.
    let attacks: Vec<String> = (2..=8)
        .map(|columns| {
            let rest = ", 0".repeat(columns - 2);
            format!("zzz' UNION SELECT id, email{rest} FROM customers WHERE email IS NOT NULL --")
        })
        .collect();
    for attack in &attacks {
        if let Ok(books) = shop.search(attack, "title", "asc")
            && !books.is_empty()
        {
            fail("the search shows rows of the table customers")
                .given(shop.given(attack, "title", "asc"))
                .expected("no rows: no title contains that text")
                .got(table(&books))
                .because(why)
                .raise();
        }
    }
    for attack in &attacks {
        finds(&shop, attack, why);
    }
}

fn sends_the_same_statement_whatever_is_searched() {
    let shop = Shop::open(&VISIBLE);
    let sent = |text: &str| traced(&shop.conn, || drop(shop.search(text, "title", "asc"))).1;
    let (first, second) = ("zebra", "quasar");
    let (one, two) = (sent(first), sent(second));
    if one != two {
        fail("the SQL depends on what is searched for")
            .given(format!("{}\n{}", call(first, "title", "asc"), call(second, "title", "asc")))
            .expected("the same SQL both times, with a parameter such as ?1 where the text goes")
            .part("got, first", one.join("\n"))
            .part("got, second", two.join("\n"))
            .because("text that is pasted into SQL is safe only as long as nobody ever forgets to double a quote; a bound value needs no quotes (OWASP strongly discourages escaping)")
            .raise();
    }
}

fn leaves_the_search_to_sqlite() {
    let shop = Shop::open(&VISIBLE);
    let all = select(&shop.conn, "SELECT id FROM books").len();
    for text in ["zzz", "solaris"] {
        let matching = containing(&shop.conn, text).len();
        let (_, read) = rows_returned(&shop.conn, || drop(shop.search(text, "title", "asc")));
        if read >= all {
            fail("the whole table came out of SQLite")
                .given(shop.given(text, "title", "asc"))
                .expected(format!("only the rows that match: {matching} of {all}"))
                .got(format!("{read} rows"))
                .because("the shop grows, and each search would read every book into memory: put the condition into WHERE, with the text as a bound value")
                .raise();
        }
    }
}

fn returns_all_books_however_many_are_found() {
    const BOOKS: usize = 1500;
    let large = Dataset {
        name: "large",
        about: "a shop with 1500 books",
        fill: |shop| {
            shop.run(
                "WITH RECURSIVE numbers (n) AS (
                     SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1500
                 )
                 INSERT INTO books (title, price_cents) SELECT 'Volume ' || n, n FROM numbers",
            );
        },
    };
    let shop = Shop::open(&large);
    let found = match shop.search("volume", "price", "asc") {
        Ok(books) => books.len().to_string(),
        Err(error) => format!("Err: {error}"),
    };
    if found != BOOKS.to_string() {
        fail("not all books that contain the text were returned")
            .given(shop.given("volume", "price", "asc"))
            .expected(BOOKS)
            .got(found)
            .because(
                "a limit that nobody asked for hides books, and the page cannot tell that it does",
            )
            .raise();
    }
}

fn takes_percent_and_underscore_for_themselves() {
    let why = "LIKE reads % as any characters and _ as any one character: binding does not change that, ESCAPE does; with replace(), replace the escape character first (https://sqlite.org/lang_expr.html#like)";
    let odd = Shop::open(&ODD);
    for text in [
        "50%",
        "%",
        "0% s",
        "_",
        "snake_case",
        "%%",
        "__",
        "5_",
        "%_%",
    ] {
        finds(&odd, text, why);
    }
    finds(&Shop::open(&VISIBLE), "_", why);
}

fn takes_the_escape_character_for_itself() {
    let odd = Shop::open(&ODD);
    for text in [
        "\\", "c:\\temp", "\\%", "\\_", "\\\\", "!", "#", "$", "&", "*", "+", "/", ":", "=", "?",
        "@", "[", "]", "^", "`", "{", "|", "}", "~", "# $", "| }",
    ] {
        let why = "the character that escapes % and _ in your pattern occurs in titles too: put it in front of itself as well; with replace(), replace the escape character first (https://sqlite.org/lang_expr.html#like)";
        finds(&odd, text, why);
    }
}

fn refuses_an_unknown_sort() {
    let why = "your list of sorts decides, not the columns that exist; a silent default hides the mistake from the caller";
    let shop = Shop::open(&VISIBLE);
    for sort in ["colour", "id", "author_id", "rowid", "1", ""] {
        refuses(&shop, sort, "asc", why);
    }
}

fn refuses_sql_in_the_sort() {
    let why = "if the sort order can depend on a secret, each request leaks a bit of it; only words from your own list may go into the SQL (OWASP, option 3)";
    let shop = Shop::open(&VISIBLE);
    for sort in [
        "(CASE WHEN (SELECT email FROM customers WHERE id = 1) LIKE 'a%' THEN title ELSE price_cents END)",
        "title, (SELECT email FROM customers)",
        "title; DROP TABLE books",
        "title --",
        "title\" --",
        "price_cents * (SELECT count(*) FROM orders)",
        "title DESC",
    ] {
        refuses(&shop, sort, "asc", why);
    }
}

fn refuses_an_unknown_direction() {
    let why = "the direction goes into the SQL just like the column, so it needs a list of its own: asc and desc";
    let shop = Shop::open(&VISIBLE);
    for direction in [
        "sideways",
        "",
        "asc, (SELECT email FROM customers)",
        "desc; DROP TABLE books",
        "desc --",
        "desc NULLS LAST",
        "LIMIT 1",
    ] {
        refuses(&shop, "price", direction, why);
    }
}

fn refuses_any_other_spelling() {
    let why = "the list is exact: each extra spelling is one more promise to keep, and the names of your columns are no part of what the page offers";
    let shop = Shop::open(&VISIBLE);
    for sort in [
        "Title",
        "PRICE",
        "price_cents",
        " title",
        "title ",
        "published\n",
    ] {
        refuses(&shop, sort, "asc", why);
    }
    for direction in ["ASC", "Desc", "DESC", "asc ", " desc", "ascending"] {
        refuses(&shop, "title", direction, why);
    }
}

/// Fails unless the search ends with SQLite's own error, which has a code; those that rusqlite
/// makes have none.
#[track_caller]
fn hands_on(conn: &Connection, given: &str) {
    let result = search(conn, "o", "title", "asc");
    if let Err(SearchError::Database(error)) = &result
        && error.sqlite_error_code().is_some()
    {
        return;
    }
    let (got, why) = match result {
        Ok(books) => (
            format!("Ok, with {} books", books.len()),
            "a page that says \"nothing found\" when the database is broken sends customers away, and wakes nobody",
        ),
        Err(error @ SearchError::BadRequest(_)) => (
            format!("{error:?}"),
            "the request was right: with a 400 the client looks for a mistake that it did not make",
        ),
        Err(error @ SearchError::Database(_)) => (
            format!("{error:?}"),
            "SQLite's own error says what is broken; one that you made up does not",
        ),
    };
    fail("SQLite failed, and that was not handed on")
        .given(format!("{}\nthe shop: {given}", call("o", "title", "asc")))
        .expected("Err(SearchError::Database(...)) with the error that SQLite gave")
        .got(got)
        .because(why)
        .raise()
}

fn hands_on_the_error_when_sqlite_fails() {
    let no_tables = Connection::open_in_memory().expect("a database in memory");
    hands_on(&no_tables, "a database without tables");
    let damaged = Shop::open(&VISIBLE).conn;
    damaged
        .execute_batch(
            "ALTER TABLE books RENAME TO shelf;
             CREATE VIEW books AS
             SELECT id, title, author_id, genre, published,
                 iif(id = 12, abs(-9223372036854775807 - 1), price_cents) AS price_cents
             FROM shelf;",
        )
        .expect("a database that can be written");
    hands_on(&damaged, "a database that fails while it reads book 12");
}

fn the_text_of_an_error_contains_what_is_inside() {
    let broken = Connection::open_in_memory()
        .and_then(|conn| conn.execute_batch("SELECT title FROM books"))
        .expect_err("there is no such table");
    for (inside, error) in [
        (
            "no sort \"colour\"".to_owned(),
            SearchError::BadRequest("no sort \"colour\"".to_owned()),
        ),
        (broken.to_string(), SearchError::Database(broken)),
    ] {
        let text = error.to_string();
        if !text.contains(&inside) {
            fail("the text of the error leaves out what is inside")
                .given(format!("{error:?}"))
                .expected(format!("{inside:?} somewhere in the text"))
                .got(format!("{text:?}"))
                .because(
                    "the text goes into the log, and there it is all that is left of the error",
                )
                .raise();
        }
    }
}
