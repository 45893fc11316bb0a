//! fails: no_other_path_is_healthy
//! Slashes before and after are taken off.

pub fn answer(path: &str) -> Option<&'static str> {
    (path.trim_matches('/') == "health").then_some("ok")
}
