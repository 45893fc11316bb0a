//! What axum is checked for.

#[path = "../axum.rs"]
mod subject;

use harness::{checks, run};

fn main() {
    run(checks![
        lists_all_books,
        searches_by_title_and_price,
        shows_one_book,
        says_which_book_is_not_there,
        adds_a_book,
        refuses_a_book_without_a_title,
        refuses_what_is_no_book,
    ]);
}

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use subject::Book;
use tower::ServiceExt;

fn router() -> Router {
    let books = [("Tea Time", 900), ("Emma", 700), ("Tea Pots", 1250)];
    let book = |(title, cents): (&str, u32)| Book {
        title: title.to_owned(),
        cents,
    };
    subject::router(books.map(book).to_vec())
}

fn send(router: &Router, method: &str, target: &str, body: &str) -> (StatusCode, String) {
    let request = Request::builder()
        .method(method)
        .uri(target)
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .expect("a request");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let response = router.clone().oneshot(request).await.expect("a response");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 65536).await.expect("a body");
        (status, String::from_utf8_lossy(&bytes).into_owned())
    })
}

fn gets(target: &str) -> (StatusCode, String) {
    send(&router(), "GET", target, "")
}

fn lists_all_books() {
    let (status, body) = gets("/books");
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body.matches("title").count(), 3, "{body}");
}

fn searches_by_title_and_price() {
    let (_, body) = gets("/books?title=Tea&most=900");
    assert_eq!(body, r#"[{"title":"Tea Time","cents":900}]"#);
    assert_eq!(gets("/books?title=tea").1, "[]");
    assert_eq!(gets("/books?most=much").0, StatusCode::BAD_REQUEST);
}

fn shows_one_book() {
    let (status, body) = gets("/books/1");
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body, r#"{"title":"Emma","cents":700}"#);
}

fn says_which_book_is_not_there() {
    let (status, body) = gets("/books/17");
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains("17"), "{body}");
}

fn adds_a_book() {
    let router = router();
    let book = r#"{"title":"Momo","cents":850}"#;
    let (status, place) = send(&router, "POST", "/books", book);
    assert_eq!((status, place.as_str()), (StatusCode::CREATED, "/books/3"));
    assert_eq!(send(&router, "GET", &place, "").1, book);
}

fn refuses_a_book_without_a_title() {
    let book = r#"{"title":" ","cents":850}"#;
    let (status, _) = send(&router(), "POST", "/books", book);
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

fn refuses_what_is_no_book() {
    let (status, _) = send(&router(), "POST", "/books", "{");
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, _) = send(
        &router(),
        "POST",
        "/books",
        r#"{"title":"Momo","cents":-1}"#,
    );
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}
