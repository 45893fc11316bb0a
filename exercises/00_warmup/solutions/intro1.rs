//! # intro1: the health check

/// The text that answers a request for `path`, if there is such a page.
///
/// The other side of this contract is a machine. It compares bytes, so the answer is exactly `ok`:
/// no capital letters, no line end, no friendly sentence around it.
pub fn answer(path: &str) -> Option<&'static str> {
    match path {
        "/health" => Some("ok"),
        _ => None,
    }
}
