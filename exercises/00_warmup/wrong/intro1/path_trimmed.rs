//! fails: no_other_path_is_healthy
//! White space around the path does not count, though it makes another path.

pub fn answer(path: &str) -> Option<&'static str> {
    match path.trim() {
        "/health" => Some("ok"),
        _ => None,
    }
}
