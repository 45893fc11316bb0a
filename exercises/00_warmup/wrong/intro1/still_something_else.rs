//! fails: the_answer_contains_ok_in_any_case
//! The word was changed, but not to the one that the balancer expects.

pub fn answer(path: &str) -> Option<&'static str> {
    match path {
        "/health" => Some("alive"),
        _ => None,
    }
}
