//! What std is checked for.

#[path = "../std.rs"]
mod subject;

use harness::{checks, run};

fn main() {
    run(checks![
        takes_a_plain_path,
        splits_parameters_and_keeps_their_order,
        decodes_escapes_in_either_case,
        reads_a_plus_as_a_space_in_the_query_only,
        refuses_a_broken_escape,
        refuses_bytes_that_are_no_text,
        counts_pages_from_one,
    ]);
}

use subject::{Refusal, Target};

fn parse(text: &str) -> Target {
    Target::parse(text).unwrap_or_else(|refusal| panic!("{text:?} is refused: {refusal:?}"))
}

fn takes_a_plain_path() {
    let target = parse("/books");
    assert_eq!(target.path, "/books");
    assert!(target.parameters.is_empty());
    assert_eq!(Target::parse("books"), Err(Refusal::NotAPath));
}

fn splits_parameters_and_keeps_their_order() {
    let target = parse("/books?tag=new&title=tea&tag=used&&flag");
    assert_eq!(target.parameters["tag"], ["new", "used"]);
    assert_eq!(target.first("title"), Some("tea"));
    assert_eq!(target.first("flag"), Some(""));
    assert_eq!(target.first("none"), None);
}

fn decodes_escapes_in_either_case() {
    assert_eq!(parse("/a%2fb?x=%C3%BC").first("x"), Some("ü"));
    assert_eq!(parse("/a%2Fb").path, "/a/b");
    assert_eq!(parse("/%4A%6f").path, "/Jo");
}

fn reads_a_plus_as_a_space_in_the_query_only() {
    let target = parse("/a+b?title=tea+time&sum=1%2B1");
    assert_eq!(target.path, "/a+b");
    assert_eq!(target.first("title"), Some("tea time"));
    assert_eq!(target.first("sum"), Some("1+1"));
}

fn refuses_a_broken_escape() {
    for text in ["/%", "/%4", "/%4g", "/x?a=%%20"] {
        assert_eq!(Target::parse(text), Err(Refusal::BadEscape), "{text:?}");
    }
}

fn refuses_bytes_that_are_no_text() {
    for text in ["/%ff", "/x?a=%C3", "/x?%80=1"] {
        assert_eq!(Target::parse(text), Err(Refusal::NotText), "{text:?}");
    }
}

fn counts_pages_from_one() {
    assert_eq!(parse("/books").page(), Some(1));
    assert_eq!(parse("/books?page=7").page(), Some(7));
    for text in ["/books?page=0", "/books?page=-1", "/books?page="] {
        assert_eq!(parse(text).page(), None, "{text:?}");
    }
}
