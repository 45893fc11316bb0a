//! fails: the_answer_is_lowercase

pub fn answer(path: &str) -> Option<&'static str> {
    match path {
        "/health" => Some("OK"),
        _ => None,
    }
}
