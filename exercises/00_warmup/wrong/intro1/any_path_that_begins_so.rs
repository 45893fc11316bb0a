//! fails: no_other_path_is_healthy

pub fn answer(path: &str) -> Option<&'static str> {
    path.starts_with("/health").then_some("ok")
}
