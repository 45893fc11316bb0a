//! What a check needs of the testkit: its root alone, or all of it.
//!
//! The root is what the library's own root file uses. It compiles in a fraction
//! of the time, and most first exercises need no more.

use std::collections::BTreeSet;

/// The testkit's root file, and which modules it uses.
pub struct Root<'a> {
    text: &'a str,
    needed: BTreeSet<&'a str>,
}

impl<'a> Root<'a> {
    /// Finds out what the root file `text` uses. `files` are the library's, as
    /// `testkit/NAME.rs` or `testkit/NAME/...`, with their text.
    pub fn new(text: &'a str, files: &[(String, Vec<u8>)]) -> Self {
        let declarations: BTreeSet<&str> = text.lines().filter_map(declared).collect();
        let mut needed = BTreeSet::new();
        let mut texts = vec![text.to_owned()];
        while let Some(text) = texts.pop() {
            for name in &declarations {
                if !needed.contains(name) && names(&text, name) {
                    needed.insert(*name);
                    let file = format!("testkit/{name}.rs");
                    let below = format!("testkit/{name}/");
                    texts.extend(
                        files
                            .iter()
                            .filter(|(path, _)| *path == file || path.starts_with(&below))
                            .map(|(_, text)| String::from_utf8_lossy(text).into_owned()),
                    );
                }
            }
        }
        Self { text, needed }
    }

    /// The file without the modules that neither it nor one of its modules uses;
    /// lines stay where they are.
    pub fn alone(&self) -> String {
        let mut lines: Vec<&str> = self.text.lines().collect();
        for at in 0..lines.len() {
            if declared(lines[at]).is_some_and(|name| !self.needed.contains(name)) {
                let attributes = lines[..at]
                    .iter()
                    .rev()
                    .take_while(|line| line.starts_with("#["))
                    .count();
                lines[at - attributes..=at].fill("");
            }
        }
        lines.join("\n") + "\n"
    }

    /// Whether a check names no module beyond these.
    pub fn suffices(&self, check: &str) -> bool {
        self.text
            .lines()
            .filter_map(declared)
            .all(|name| self.needed.contains(name) || !names(check, name))
    }
}

/// The module that a line of a formatted root file declares.
fn declared(line: &str) -> Option<&str> {
    let line = line.strip_suffix(';')?;
    let line = match line.strip_prefix("pub") {
        Some(rest) => rest.strip_prefix("(crate)").unwrap_or(rest).trim_start(),
        None => line,
    };
    line.strip_prefix("mod ")
}

/// Whether a text may use a module of that name: the word stands in a path or
/// in a list of names, in code. Said too often costs time, never a verdict.
fn names(text: &str, name: &str) -> bool {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .any(|line| {
            line.match_indices(name).any(|(at, _)| {
                let before = &line[..at];
                let after = &line[at + name.len()..];
                let part = |c: char| c.is_alphanumeric() || c == '_';
                let whole = !before.ends_with(part) && !after.starts_with(part);
                let before = before.trim_end();
                let in_path = before.is_empty()
                    || before.ends_with("::")
                    || before.ends_with(['{', ','])
                    || after.trim_start().starts_with("::");
                whole && in_path
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "//! A testkit with http.\n\npub mod base;\npub mod http;\nmod inner;\n\
                        #[cfg(feature = \"rusqlite\")]\npub mod sql;\npub(crate) mod words;\n\n\
                        pub use base::eq;\n";

    fn files() -> Vec<(String, Vec<u8>)> {
        [
            (
                "testkit/base.rs",
                "use crate::inner::deep;\n// not http::this\n",
            ),
            ("testkit/http.rs", "use crate::words;\n"),
            ("testkit/inner/mod.rs", "fn f() { let http = 1; }\n"),
            ("testkit/sql.rs", ""),
            ("testkit/words.rs", ""),
        ]
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .to_vec()
    }

    #[test]
    fn the_root_keeps_what_it_uses_through_others_and_its_lines() {
        let expected =
            "//! A testkit with http.\n\npub mod base;\n\nmod inner;\n\n\n\n\npub use base::eq;\n";
        assert_eq!(Root::new(ROOT, &files()).alone(), expected);
    }

    #[test]
    fn a_check_that_names_another_module_needs_all() {
        for check in [
            "use testkit::http;",
            "use testkit::{eq, http::Client};",
            "use testkit::{\n    http,\n};",
            "fn f() { testkit :: sql::open() }",
            "use testkit::*;\nfn f() { http::get() }",
        ] {
            assert!(!Root::new(ROOT, &files()).suffices(check), "{check}");
        }
        for check in [
            "use testkit::eq;",
            "// uses testkit::http",
            "use testkit::base;\nlet http = \"http\";",
            "use crate::https::x;",
        ] {
            assert!(Root::new(ROOT, &files()).suffices(check), "{check}");
        }
    }
}
