//! fails: the_answer_is_in_small_letters

pub fn answer(path: &str) -> Option<&'static str> {
    match path {
        "/health" => Some("OK"),
        _ => None,
    }
}
