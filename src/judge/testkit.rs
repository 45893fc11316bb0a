//! What a check needs of the testkit: its root alone, or all of it.
//!
//! The root is what the library's own root file uses. It compiles in a fraction
//! of the time, and most first exercises need no more.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Key;

/// What is to be known of a course's testkit, without its text.
#[derive(Debug)]
pub struct Testkit {
    /// Changes with every byte of it.
    pub key: String,
    /// Whether the course has none.
    pub is_empty: bool,
    root: Option<Alone>,
}

/// The root file as it is built alone.
#[derive(Debug)]
struct Alone {
    text: String,
    /// The modules it is built without.
    without: BTreeSet<String>,
}

impl Testkit {
    /// Works it out from the testkit's files, named as `testkit/...`.
    pub fn new(files: &[(String, Vec<u8>)]) -> Self {
        let root = files.iter().find(|(path, _)| path == "testkit/lib.rs");
        Self {
            key: key(files),
            is_empty: files.is_empty(),
            root: root.map(|(_, text)| {
                let text = String::from_utf8_lossy(text);
                let root = Root::new(&text, files);
                Alone {
                    text: root.alone(),
                    without: root.without().map(str::to_owned).collect(),
                }
            }),
        }
    }

    /// The root file's text where it is built alone: the lines are where they are in
    /// the whole file.
    pub fn root(&self) -> Option<&str> {
        self.root.as_ref().map(|root| root.text.as_str())
    }

    /// Whether a check names no module beyond those that the root uses.
    pub fn root_suffices(&self, check: &str) -> bool {
        self.root
            .as_ref()
            .is_some_and(|root| path_words(check).all(|word| !root.without.contains(word)))
    }
}

/// The key of a testkit with these files: [`Testkit::key`], without the rest.
pub fn key(files: &[(String, Vec<u8>)]) -> String {
    let mut key = Key::default();
    for (path, text) in files {
        key.add(path);
        key.add(text);
    }
    key.end()
}

/// The testkit's root file, and which modules it uses.
struct Root<'a> {
    text: &'a str,
    needed: BTreeSet<&'a str>,
}

impl<'a> Root<'a> {
    /// Finds out what the root file `text` uses. `files` are the library's, as
    /// `testkit/NAME.rs` or `testkit/NAME/...`, with their text.
    fn new(text: &'a str, files: &[(String, Vec<u8>)]) -> Self {
        let declarations: BTreeSet<&str> = text.lines().filter_map(declared).collect();
        let mut needed = BTreeSet::new();
        let mut texts = vec![Cow::Borrowed(text)];
        while let Some(text) = texts.pop() {
            for name in path_words(&text) {
                let Some(name) = declarations.get(name) else {
                    continue;
                };
                if needed.insert(*name) {
                    let file = format!("testkit/{name}.rs");
                    let below = format!("testkit/{name}/");
                    texts.extend(
                        files
                            .iter()
                            .filter(|(path, _)| *path == file || path.starts_with(&below))
                            .map(|(_, text)| String::from_utf8_lossy(text)),
                    );
                }
            }
        }
        Self { text, needed }
    }

    /// The file without the modules that neither it nor one of its modules uses;
    /// lines stay where they are.
    fn alone(&self) -> String {
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

    /// The modules that are not used.
    fn without(&self) -> impl Iterator<Item = &'a str> {
        let declared = self.text.lines().filter_map(declared);
        declared.filter(|name| !self.needed.contains(name))
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

/// The words of a text that may name a module: they stand in a path or in a list
/// of names, in code. One too many costs time, never a verdict.
fn path_words(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| {
            let part = |c: char| c.is_alphanumeric() || c == '_';
            let words = line
                .split(move |c| !part(c))
                .filter(|word| !word.is_empty());
            words.filter(move |word| {
                // Both are slices of the same line.
                let start = word.as_ptr() as usize - line.as_ptr() as usize;
                let before = line[..start].trim_end();
                let after = line[start + word.len()..].trim_start();
                before.is_empty()
                    || before.ends_with("::")
                    || before.ends_with(['{', ','])
                    || after.starts_with("::")
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "//! A testkit with http.\n\npub mod base;\npub mod http;\nmod inner;\n\
                        #[cfg(feature = \"rusqlite\")]\npub mod sql;\npub(crate) mod words;\n\n\
                        pub use base::eq;\n";

    fn testkit() -> Testkit {
        let files = [
            ("testkit/lib.rs", ROOT),
            (
                "testkit/base.rs",
                "use crate::inner::deep;\n// not http::this\n",
            ),
            ("testkit/http.rs", "use crate::words;\n"),
            ("testkit/inner/mod.rs", "fn f() { let http = 1; }\n"),
            ("testkit/sql.rs", ""),
            ("testkit/words.rs", ""),
        ]
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        Testkit::new(&files)
    }

    #[test]
    fn the_root_keeps_what_it_uses_through_others_and_its_lines() {
        let expected =
            "//! A testkit with http.\n\npub mod base;\n\nmod inner;\n\n\n\n\npub use base::eq;\n";
        assert_eq!(testkit().root(), Some(expected));
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
            assert!(!testkit().root_suffices(check), "{check}");
        }
        for check in [
            "use testkit::eq;",
            "// uses testkit::http",
            "use testkit::base;\nlet http = \"http\";",
            "use crate::https::x;",
        ] {
            assert!(testkit().root_suffices(check), "{check}");
        }
    }
}
