//! What sql1 is checked for. Read it as the specification; edits here are undone.

use testkit::checks;
use testkit::marginalia::{Dataset, EMPTY, VISIBLE};
use testkit::sql::{Database, QueryFile};
use testkit::table::{Order, Value};

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
    about: "hidden data: prices next to 900 cents, places that are nearly Leipzig, names with quotes",
    fill: |shop| {
        let poet = shop.author("Bashō (松尾 芭蕉)");
        shop.author("O'Brien'); DELETE FROM authors; --");
        let first = shop.author("Ælfric");
        shop.author("Nobody");
        // In this order of ids neither the prices nor the years nor the titles are sorted.
        shop.book("Zig", Some(poet), Some(2001), 899);
        shop.book("Élan", Some(first), Some(2001), 900);
        shop.book("Quiet", None, None, 901);
        shop.book("Alpha", None, None, 899);
        shop.book("Free", Some(poet), Some(-600), 0);
        shop.book("Alpha", Some(poet), Some(2001), 899);
        shop.book("Ode", Some(first), Some(0), 1);
        shop.book("100% 'Proof'", Some(poet), Some(2000), 899);
        for (name, email, city) in [
            ("Sam", None, Some("Leipzig")),
            ("Sam", Some("sam@example.com"), None),
            ("NULL", Some("null@example.com"), Some("Leipziger Land")),
            ("Łucja", None, Some("Markkleeberg bei Leipzig")),
            ("D'Arcy", Some("null"), Some("Leipzig, Ohio")),
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
        query
            .run(&db)
            .because("less than 900 does not include 900; and where ORDER BY finds two rows equal, their order is left to chance: a further term decides")
            .is(&expected, Order::Exact);
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
        query
            .run(&db)
            .showing("customers", &["id", "name", "city"])
            .because("NULL <> 'Leipzig' is NULL, not true, and WHERE keeps a row only where the condition is true")
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
        query
            .run(&db)
            .because("ORDER BY takes NULL as smaller than every value, so the unknown years come first unless one says otherwise (https://sqlite.org/lang_select.html#orderby)")
            .is(&expected, Order::Exact);
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
        query
            .run(&db)
            .showing("books", &["id", "title", "author_id"])
            .because("11 NOT IN (1, 2, NULL) is NULL, since the unknown one might be 11: a single book without an author empties the list (https://sqlite.org/lang_expr.html#in_op)")
            .is(&expected, Order::Any);
    }
}
