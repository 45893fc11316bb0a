//! What rusqlite is checked for.

#[path = "../rusqlite.rs"]
mod subject;

use harness::{checks, run};

fn main() {
    run(checks![
        finds_what_was_added,
        searches_in_either_case_and_sorts,
        takes_sql_for_plain_text,
        takes_wildcards_for_themselves,
        sells_what_is_there,
        sells_nothing_that_is_not_there,
    ]);
}

use rusqlite::Connection;
use subject::SaleError;

fn shelf() -> Connection {
    let shelf = Connection::open_in_memory().expect("a database");
    subject::create(&shelf).expect("a table");
    for (title, cents, copies) in [
        ("Tea Time", 900, 3),
        ("Emma", 700, 1),
        ("A Tea Pot for Two", 1250, 0),
        ("100% Cotton", 300, 2),
    ] {
        subject::add(&shelf, title, cents, copies).expect("a book");
    }
    shelf
}

fn titles(text: &str) -> Vec<String> {
    let books = subject::search(&shelf(), text).expect("a search");
    books.into_iter().map(|book| book.title).collect()
}

fn finds_what_was_added() {
    let shelf = shelf();
    let id = subject::add(&shelf, "Momo", 850, 4).expect("a book");
    let book = subject::find(&shelf, id).expect("no error").expect("it");
    assert_eq!(
        (book.title.as_str(), book.cents, book.copies),
        ("Momo", 850, 4)
    );
    assert_eq!(subject::find(&shelf, 999).expect("no error"), None);
}

fn searches_in_either_case_and_sorts() {
    assert_eq!(titles("tEa"), ["A Tea Pot for Two", "Tea Time"]);
    assert_eq!(titles("").len(), 4);
    assert!(titles("zzz").is_empty());
}

fn takes_sql_for_plain_text() {
    for text in ["' OR 1=1 --", "'; DROP TABLE books; --", "\""] {
        assert!(titles(text).is_empty(), "{text:?}");
    }
}

fn takes_wildcards_for_themselves() {
    assert_eq!(titles("%"), ["100% Cotton"]);
    assert!(titles("_").is_empty());
}

fn sells_what_is_there() {
    let mut shelf = shelf();
    assert_eq!(subject::sell(&mut shelf, 1, 2).expect("a sale"), 1800);
    let left = subject::find(&shelf, 1).expect("no error").expect("it");
    assert_eq!(left.copies, 1);
}

fn sells_nothing_that_is_not_there() {
    let mut shelf = shelf();
    assert!(matches!(
        subject::sell(&mut shelf, 1, 4),
        Err(SaleError::TooFew(3))
    ));
    assert!(matches!(
        subject::sell(&mut shelf, 77, 1),
        Err(SaleError::Unknown)
    ));
    let left = subject::find(&shelf, 1).expect("no error").expect("it");
    assert_eq!(left.copies, 3);
}
