//! What sql1 is checked for. Read it as the specification; edits here are undone.

use testkit::checks;
use testkit::marginalia::{Dataset, EMPTY, VISIBLE};
use testkit::sql::{Database, QueryFile};
use testkit::table::{Kind, Order, Table, Value};

fn main() {
    testkit::run(checks![
        lists_books_under_900_cents_by_price_and_title,
        finds_customers_whose_email_is_null,
        counts_an_unknown_city_as_outside_leipzig,
        puts_books_of_an_unknown_year_last,
        finds_authors_without_books_although_some_books_have_no_author,
    ]);
}

/// Rows that tell apart what looks alike in Marginalia's own data.
const ODD: Dataset = Dataset {
    name: "odd",
    about: "hidden data: prices close to 900 cents, years long ago and still to come, two editions of one title, cities that look like Leipzig, two authors with one name",
    fill: |shop| {
        let poet = shop.author("Bashō (松尾 芭蕉)");
        shop.author("O'Brien'); DELETE FROM authors; --");
        let first = shop.author("Ælfric");
        // Two without books, of one name.
        shop.author("Nobody");
        shop.author("Nobody");
        // The name of an author who has books; this one has none.
        shop.author("Ælfric");
        // In this order of ids neither the prices nor the years nor the titles are sorted.
        shop.book("Zig", Some(poet), Some(2001), 899);
        shop.book("Élan", Some(first), Some(2001), 900);
        shop.book("Quiet", None, None, 901);
        shop.book("Alpha", None, None, 899);
        shop.book("Winds", Some(poet), Some(-600), 0);
        shop.book("Alpha", Some(poet), Some(2001), 899);
        shop.book("Ode", Some(first), Some(0), 1);
        // A price of two digits, which as text comes after those of three.
        shop.book("Leaflet", None, Some(1990), 95);
        // A year of three digits, which as text comes after those of four.
        shop.book("Diamond", None, Some(868), 1500);
        // Other books by the same title, of the same year or of none.
        shop.book("Alpha", Some(first), Some(2001), 950);
        shop.book("Quiet", None, None, 1100);
        // Announced: after every year that one might put in the place of NULL today.
        shop.book("Zest", Some(poet), Some(2031), 950);
        shop.book("Yonder", Some(first), Some(2025), 1200);
        shop.book("100% 'Proof'", Some(poet), Some(2000), 899);
        for (name, email, city) in [
            ("Sam", None, Some("Leipzig")),
            ("Sam", Some("sam@example.com"), None),
            ("NULL", Some("null@example.com"), Some("Leipziger Land")),
            ("Łucja", None, Some("Markkleeberg bei Leipzig")),
            ("D'Arcy", Some("null"), Some("Leipzig, Ohio")),
            ("Ole", Some("ole@example.com"), Some("LEIPZIG")),
            ("Uwe", Some("uwe@example.com"), Some("Leipzig ")),
            ("松本", None, None),
            ("Zoë", Some("NULL"), Some("NULL")),
        ] {
            shop.customer(name, email, city);
        }
    },
};

/// No author is known, nobody left an address.
const NAMELESS: Dataset = Dataset {
    name: "nameless",
    about: "hidden data: one customer without email and city, one book without author and year",
    fill: |shop| {
        shop.author("Ada");
        shop.book("The Book", None, None, 100);
        shop.customer("Bo", None, None);
    },
};

/// Nothing is unknown.
const COMPLETE: Dataset = Dataset {
    name: "complete",
    about: "hidden data: everything known, nothing cheap, all customers in Leipzig",
    fill: |shop| {
        let ada = shop.author("Ada");
        shop.book("The Second Book", Some(ada), Some(1990), 2000);
        shop.book("The First Book", Some(ada), Some(1980), 2000);
        shop.customer("Bo", Some("bo@example.com"), Some("Leipzig"));
    },
};

fn databases() -> impl Iterator<Item = Database> {
    [VISIBLE, ODD, NAMELESS, COMPLETE, EMPTY]
        .iter()
        .map(Database::create)
}

/// How many values of the third column satisfy the condition; 0 where there is no such column.
fn count(table: &Table, condition: impl Fn(&Value) -> bool) -> usize {
    let rows = 0..table.len();
    let third = table.columns().len() > 2;
    rows.filter(|at| third && condition(table.cell(*at, 2)))
        .count()
}

fn lists_books_under_900_cents_by_price_and_title() {
    let file = QueryFile::subject();
    let query = file.query("cheap_books");
    for db in databases() {
        let expected = db
            .table("books")
            .keep(|book| book["price_cents"].integer() < Some(900))
            .sorted(|one, two| {
                let by_price = one["price_cents"].order(&two["price_cents"]);
                by_price.then(one["title"].order(&two["title"]))
            })
            .pick(&["title", "price_cents"]);
        let answer = query.run(&db);
        let why = match answer.differs(&expected, Order::Exact) {
            Some(Kind::Order(at)) if expected.cell(at, 1).same(answer.table.cell(at, 1)) => {
                "where ORDER BY finds two rows equal, their order is left to chance: a second term decides"
            }
            Some(Kind::Order(_)) => {
                "the price decides first, the lowest on top; the title only decides between equal prices"
            }
            _ => {
                "every book below 900 has a row, one for 899 too, and so has each of two books by one title and price; a price of 900 has none"
            }
        };
        answer.because(why).is(&expected, Order::Exact);
    }
}

fn finds_customers_whose_email_is_null() {
    let file = QueryFile::subject();
    let query = file.query("without_email");
    for db in databases() {
        let expected = db
            .table("customers")
            .keep(|customer| customer["email"].is_null())
            .pick(&["id", "name"]);
        query
            .run(&db)
            .showing("customers", &["id", "name", "email"])
            .because("a comparison with NULL is never true, not even NULL = NULL: WHERE needs another way to ask (https://sqlite.org/nulls.html)")
            .is(&expected, Order::Any);
    }
}

fn counts_an_unknown_city_as_outside_leipzig() {
    let file = QueryFile::subject();
    let query = file.query("outside_leipzig");
    for db in databases() {
        let expected = db
            .table("customers")
            .keep(|customer| customer["city"] != Value::from("Leipzig"))
            .pick(&["id", "name", "city"]);
        let answer = query.run(&db);
        let unknown = |city: &Value| city.is_null();
        let lost_unknown = count(&expected, unknown) > count(&answer.table, unknown);
        let why = if lost_unknown {
            "NULL <> 'Leipzig' is NULL, not true, and WHERE keeps a row only where the condition is true"
        } else {
            "the courier serves 'Leipzig' and no other spelling: =, <> and IS NOT compare every character, LIKE ignores case and reads % and _ as wildcards"
        };
        answer
            .showing("customers", &["id", "name", "city"])
            .because(why)
            .is(&expected, Order::Any);
    }
}

fn puts_books_of_an_unknown_year_last() {
    let file = QueryFile::subject();
    let query = file.query("oldest_first");
    for db in databases() {
        let expected = db
            .table("books")
            .sorted(|one, two| {
                let unknown_last = one["published"].is_null().cmp(&two["published"].is_null());
                let by_year = one["published"].order(&two["published"]);
                unknown_last
                    .then(by_year)
                    .then(one["title"].order(&two["title"]))
            })
            .pick(&["published", "title"]);
        let answer = query.run(&db);
        let why = match answer.differs(&expected, Order::Exact) {
            Some(Kind::Order(at)) if expected.cell(at, 0).same(answer.table.cell(at, 0)) => {
                "books of one year, and books without a year, come by title: without a second term their order is left to chance"
            }
            Some(Kind::Order(0)) if answer.table.cell(0, 0).is_null() => {
                "ORDER BY treats NULL as smaller than any value, so the unknown years come first unless you say otherwise (https://sqlite.org/lang_select.html#orderby)"
            }
            Some(Kind::Order(at)) if answer.table.cell(at, 0).is_null() => {
                "a year that stands in for NULL sorts among the real years: sort by whether the year is known, and only then by the year"
            }
            Some(Kind::Order(_)) => {
                "oldest first: the lowest year on top; the title only decides between equal years"
            }
            _ => {
                "every book has a row, and so has each of two books by one title and year; an unknown year is shown as NULL"
            }
        };
        answer.because(why).is(&expected, Order::Exact);
    }
}

fn finds_authors_without_books_although_some_books_have_no_author() {
    let file = QueryFile::subject();
    let query = file.query("authors_without_books");
    for db in databases() {
        let books = db.table("books");
        let expected = db
            .table("authors")
            .keep(|author| books.rows().all(|book| book["author_id"] != author["id"]))
            .pick(&["id", "name"]);
        let answer = query.run(&db);
        let not_in = query.text().to_ascii_lowercase().contains("not in");
        let why = if answer.table.is_empty() && not_in {
            "11 NOT IN (1, 2, NULL) is NULL, since the unknown one might be 11: a single book without an author empties the list (https://sqlite.org/lang_expr.html#in_op)"
        } else {
            "a book belongs to an author when its author_id is the author's id; a name says less, two authors may share one"
        };
        answer
            .showing("authors", &["id", "name"])
            .showing("books", &["id", "title", "author_id"])
            .because(why)
            .is(&expected, Order::Any);
    }
}
