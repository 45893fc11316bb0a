//! What db1 is checked for. Read it as the specification; edits here are undone.

#[path = "../db1.rs"]
mod db1;

use db1::{Book, SearchError, search};
use rusqlite::Connection;
use testkit::marginalia::{self, Dataset, EMPTY, VISIBLE};
use testkit::sql::{select, traced};
use testkit::table::{Order, Table, Value, diff};
use testkit::{Failure, checks, fail};

fn main() {
    testkit::run(checks![
        finds_titles_that_contain_the_text_in_any_case,
        sorts_as_asked_and_equal_books_by_id,
        finds_a_title_with_an_apostrophe,
        takes_sql_in_the_text_for_plain_text,
        shows_no_other_table,
        sends_the_same_statement_whatever_is_searched,
        takes_percent_and_underscore_for_themselves,
        takes_the_escape_character_for_itself,
        refuses_an_unknown_sort,
        refuses_sql_in_the_sort,
        refuses_an_unknown_direction,
    ]);
}

/// Titles that a careless search trips over.
const ODD: Dataset = Dataset {
    name: "odd",
    about: "a shop whose titles hold quotes, wildcards and SQL",
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
            ("A Tale", Some(1999), 900),
            ("A Tale", Some(1999), 800),
        ] {
            shop.book(title, author, published, price_cents);
        }
        // What is equal in the first column of these comes in an order that is not that of the ids.
        shop.run(
            "CREATE INDEX by_title ON books (title, price_cents, published, author_id, genre);
             CREATE INDEX by_price ON books (price_cents, title, published, author_id, genre);
             CREATE INDEX by_year ON books (published, title, price_cents, author_id, genre);",
        );
        shop.customer("Ann", Some("ann@example.com"), None);
    },
};

fn open(data: &Dataset) -> Connection {
    marginalia::create_at(format!("{}.db", data.name), data)
}

fn call(text: &str, sort: &str, direction: &str) -> String {
    format!("search(shop, {text:?}, {sort:?}, {direction:?})")
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
fn finds(shop: &Connection, text: &str, why: &str) {
    let expected = containing(shop, text);
    let failure = match search(shop, text, "title", "asc") {
        Ok(books) => {
            let got = table(&books).sorted(|one, two| one["id"].order(&two["id"]));
            let Some(difference) = diff(&expected, &got, Order::Any) else {
                return;
            };
            fail(format!(
                "the search finds the wrong books: {}",
                difference.what
            ))
            .given(call(text, "title", "asc"))
            .expected(difference.expected)
            .got(difference.got)
        }
        Err(error) => fail("the search fails")
            .given(call(text, "title", "asc"))
            .expected(expected)
            .got(format!("Err: {error}")),
    };
    let all = select(shop, "SELECT id, title FROM books ORDER BY id");
    if all.len() <= 14 {
        failure.part("the books of this shop", all)
    } else {
        failure
    }
    .because(why)
    .raise()
}

/// Fails unless the request is refused as the client's mistake.
#[track_caller]
fn refuses(shop: &Connection, sort: &str, direction: &str, why: &str) {
    let failure = |what: &str| -> Failure {
        fail(what)
            .given(call("o", sort, direction))
            .expected("Err(SearchError::BadRequest(...))")
    };
    match search(shop, "o", sort, direction) {
        Err(SearchError::BadRequest(_)) => {}
        Err(SearchError::Database(error)) => failure("what is not allowed went to SQLite")
            .got(format!("Err(SearchError::Database({error}))"))
            .because(why)
            .raise(),
        Ok(books) => failure("what is not allowed was accepted")
            .got(format!("Ok:\n{}", table(&books)))
            .because(why)
            .raise(),
    }
}

fn finds_titles_that_contain_the_text_in_any_case() {
    let why = "people type a part of the title, in lower case; the empty text is in every title";
    for data in [VISIBLE, ODD, EMPTY] {
        let shop = open(&data);
        for text in [
            "moon",
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

fn sorts_as_asked_and_equal_books_by_id() {
    for data in [VISIBLE, ODD, EMPTY] {
        let shop = open(&data);
        sorts(&shop);
    }
}

/// Fails unless each sort and direction gives its order.
fn sorts(shop: &Connection) {
    let sorts = [
        ("title", "title"),
        ("price", "price_cents"),
        ("published", "published"),
    ];
    for (sort, column) in sorts {
        for direction in ["asc", "desc"] {
            let expected = containing(shop, "a").sorted(|one, two| {
                let ascending = one[column].order(&two[column]);
                let order = if direction == "asc" {
                    ascending
                } else {
                    ascending.reverse()
                };
                order.then(one["id"].order(&two["id"]))
            });
            let given = call("a", sort, direction);
            let failure = match search(shop, "a", sort, direction) {
                Ok(books) => {
                    let Some(difference) = diff(&expected, &table(&books), Order::Exact) else {
                        continue;
                    };
                    fail(format!(
                        "the result is not what was asked for: {}",
                        difference.what
                    ))
                    .given(given)
                    .expected(difference.expected)
                    .got(difference.got)
                }
                Err(error) => fail("the search fails")
                    .given(given)
                    .expected(expected)
                    .got(format!("Err: {error}")),
            };
            failure
                .because("the page must look the same at every reload: sorted as asked, equal books by id, the smallest first")
                .raise();
        }
    }
}

fn finds_a_title_with_an_apostrophe() {
    let why = "an apostrophe ended the string in the SQL, and the rest of the title was read as SQL; a bound value has no end to find";
    finds(&open(&VISIBLE), "winter's night", why);
    let odd = open(&ODD);
    finds(&odd, "'", why);
    finds(&odd, "\"quoted\"", why);
}

fn takes_sql_in_the_text_for_plain_text() {
    let why = "whatever ends the string goes on as SQL of the client's making; what is bound never is SQL (OWASP, SQL Injection Prevention)";
    for data in [VISIBLE, ODD] {
        let shop = open(&data);
        let tables = || {
            select(
                &shop,
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
                    .given(call(text, "title", "asc"))
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
    let shop = open(&VISIBLE);
    // Somebody who attacks tries out how many columns the statement has.
    let attacks: Vec<String> = (2..=8)
        .map(|columns| {
            let rest = ", 0".repeat(columns - 2);
            format!("zzz' UNION SELECT id, email{rest} FROM customers WHERE email IS NOT NULL --")
        })
        .collect();
    for attack in &attacks {
        if let Ok(books) = search(&shop, attack, "title", "asc")
            && !books.is_empty()
        {
            fail("the search shows what is in the table customers")
                .given(call(attack, "title", "asc"))
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
    let shop = open(&VISIBLE);
    let sent = |text: &str| traced(&shop, || drop(search(&shop, text, "title", "asc"))).1;
    let (first, second) = ("moon", "zebra");
    let (one, two) = (sent(first), sent(second));
    if one != two {
        fail("the SQL depends on what is searched")
            .given(format!("{}\n{}", call(first, "title", "asc"), call(second, "title", "asc")))
            .expected("the same SQL both times, with a parameter such as ?1 where the text goes")
            .part("got, first", one.join("\n"))
            .part("got, second", two.join("\n"))
            .because("text that is pasted into SQL is safe only as long as nobody forgets to double a quote, anywhere; a bound value needs no quotes (OWASP strongly discourages escaping)")
            .raise();
    }
}

fn takes_percent_and_underscore_for_themselves() {
    let why = "LIKE reads % as any characters and _ as any one: binding does not change that, ESCAPE does (https://sqlite.org/lang_expr.html#like)";
    let odd = open(&ODD);
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
    finds(&open(&VISIBLE), "_", why);
}

fn takes_the_escape_character_for_itself() {
    let odd = open(&ODD);
    for text in [
        "\\", "c:\\temp", "\\%", "\\_", "\\\\", "!", "#", "$", "&", "*", "+", "/", ":", "=", "?",
        "@", "[", "]", "^", "`", "{", "|", "}", "~", "# $", "| }",
    ] {
        let why = "the character that escapes % and _ in your pattern is a character of titles too: it needs itself in front (https://sqlite.org/lang_expr.html#like)";
        finds(&odd, text, why);
    }
}

fn refuses_an_unknown_sort() {
    let why = "the list of what may be sorted by decides, not the list of columns that exist; a silent default hides the mistake from the caller";
    let shop = open(&VISIBLE);
    for sort in ["colour", "id", "author_id", "rowid", "1", ""] {
        refuses(&shop, sort, "asc", why);
    }
}

fn refuses_sql_in_the_sort() {
    let why = "an order that depends on a secret tells it, one bit for each request; only words from your own list may stand in the SQL (OWASP, option 3)";
    let shop = open(&VISIBLE);
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
    let why = "the direction stands in the SQL as the column does, so it needs a list of its own: asc and desc";
    let shop = open(&VISIBLE);
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
