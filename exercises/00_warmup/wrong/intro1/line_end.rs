//! fails: nothing_surrounds_the_answer
//! A line end, as if for a person at a terminal.

pub fn answer(path: &str) -> Option<&'static str> {
    match path {
        "/health" => Some("ok\n"),
        _ => None,
    }
}
