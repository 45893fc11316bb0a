//! What intro1 is checked for. Read it as the specification; edits here are undone.

#[path = "../intro1.rs"]
mod intro1;

use testkit::{checks, fail, no_panic};

fn main() {
    testkit::run(checks![
        the_answer_contains_ok_in_any_case,
        the_answer_is_lowercase,
        nothing_surrounds_the_answer,
        no_other_path_is_healthy,
    ]);
}

const HEALTHY: &str = r#"Some("ok")"#;

#[track_caller]
fn answer(path: &str, expected: &str) -> Option<&'static str> {
    no_panic(
        format!("{path:?}"),
        expected,
        "a server that panics in its health check gets no customers",
        || intro1::answer(path),
    )
}

#[track_caller]
fn health() -> &'static str {
    match answer("/health", HEALTHY) {
        Some(text) => text,
        None => fail("the health check has no answer")
            .given(r#""/health""#)
            .expected(HEALTHY)
            .got("None")
            .because("a server that does not answer counts as dead and gets no customers")
            .raise(),
    }
}

fn the_answer_contains_ok_in_any_case() {
    let got = health();
    if !got.to_lowercase().contains("ok") {
        fail("the health check does not say ok")
            .given(r#""/health""#)
            .expected(HEALTHY)
            .got(format!("Some({got:?})"))
            .because("the load balancer sends customers only to servers that answer `ok`")
            .raise();
    }
}

fn the_answer_is_lowercase() {
    let got = health();
    if got.chars().any(char::is_uppercase) {
        fail("the answer has capital letters")
            .given(r#""/health""#)
            .expected(HEALTHY)
            .got(format!("Some({got:?})"))
            .because("the load balancer compares bytes, and `O` is not the same byte as `o`")
            .raise();
    }
}

fn nothing_surrounds_the_answer() {
    let got = health();
    if got.to_lowercase() != "ok" {
        fail("the answer is not just those two letters")
            .given(r#""/health""#)
            .expected(format!("{:?}: the bytes {:?}", "ok", b"ok"))
            .got(format!("{got:?}: the bytes {:?}", got.as_bytes()))
            .because("the load balancer compares the whole answer, spaces and line ends included")
            .raise();
    }
}

fn no_other_path_is_healthy() {
    let others = [
        "/",
        "",
        "/books",
        "/healthy",
        "/health/",
        "//health",
        "health",
        "/HEALTH",
        " /health",
        "/health\n",
        "/health\0",
        "/health/../orders",
        "/admin?next=/health",
    ];
    for path in others {
        if let Some(got) = answer(path, "None") {
            fail("a path other than the health check was answered")
                .given(format!("{path:?}"))
                .expected("None")
                .got(format!("Some({got:?})"))
                .because("a page that does not exist must not look like one that does")
                .raise();
        }
    }
}
