//! fails: the_health_check_answers_ok
//! The word was changed, but not to the one that the balancer waits for.

pub fn answer(path: &str) -> Option<&'static str> {
    match path {
        "/health" => Some("alive"),
        _ => None,
    }
}
