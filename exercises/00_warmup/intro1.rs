//! # intro1: the health check
//!
//! Marginalia's shop runs on two servers behind a load balancer. Every few seconds the balancer
//! asks each server for `/health`, and it sends customers only to servers that answer `ok`.
//! Ours answers `TODO`, so nobody can buy a book.
//!
//! Rules:
//! - The answer to `/health` is `ok`: two lowercase letters, with nothing before or after them. The
//!   balancer compares the whole answer, byte for byte.
//! - The answer to every other path is `None`, as it is now.
//!
//! What to do: change one word below, then save this file. It is checked as soon as you save.

/// The text that answers a request for `path`, if there is such a page.
pub fn answer(path: &str) -> Option<&'static str> {
    match path {
        "/health" => Some("TODO"),
        _ => None,
    }
}
