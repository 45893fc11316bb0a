//! # conf1: all that is wrong with a settings file
//!
//! Somebody wrote `prot = 9090` in the shop's settings. The server ignored it and listened on the
//! default port, and it took an evening to find out why. The next file had three mistakes, and
//! because only the first one was reported, it took three restarts to fix them.
//!
//! The settings are TOML (<https://toml.io/en/v1.0.0>): keys with values, in tables. This is a
//! good file, and behind it is what each key must be:
//!
//! ```toml
//! name = "Marginalia"             # a string, required
//!
//! [server]
//! host = "0.0.0.0"                # a string, required
//! port = 8080                     # an integer that fits into a u16; may be left out: then 8080
//!
//! [catalogue]
//! page_size = 20                  # an integer that fits into a u16, required
//! languages = ["de", "en"]        # an array of strings, required
//! ```
//!
//! Before it is yours, a value in a file is a `toml::Value`: an enum with a variant for each of
//! TOML's types (string, integer, float, boolean, date or time, array, table). `Value::try_into`
//! turns it into a type of yours. If the value does not fit, it gives an error that says why.
//!
//! Rules for `load`:
//! - A key has a path: `name`, or with its table `server.port`. TOML knows upper from lower case.
//! - It reports *all* problems of the file at once, each key at most once, in any order. If there
//!   is one, there are no settings.
//! - `Unknown`: a key that is not listed above. An unknown table is one problem, even if it is
//!   empty; the keys in it are not reported.
//! - `Missing`: a required key that is not there. A missing table is like an empty one: its keys
//!   are reported, not the table.
//! - `Wrong`: a value that is not what the key must be, with what the library says about it.
//!   Nothing is converted: `"8080"` and `8080.0` are no integers, and 65616 does not fit. (A date
//!   may be taken for a string, as the library does.) A key that may be left out must still be
//!   right if it is there.
//! - If `server` or `catalogue` is not a table, that is `Wrong`. Whether you then report the keys
//!   that should be in it is up to you.
//! - `line` is the line of the file on which the key stands, beginning with 1. A missing key has
//!   none. If a value goes over several lines, any of them will do.
//! - Text that is not TOML at all is one problem, `NotToml`. Its key is empty, and its line is the
//!   one where the library stopped. The same key twice in a table is not TOML either.
//! - What the texts in `NotToml` and `Wrong` say is up to you.
//!
//! What to do: save, and read the compile error. Then make `load` report everything. The functions
//! `lines` and `line_at` at the end are right as they are.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use toml::Table;
use toml::de::{DeTable, DeValue};

/// The shop's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub name: String,
    pub server: Server,
    pub catalogue: Catalogue,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub host: String,
    pub port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    pub page_size: u16,
    pub languages: Vec<String>,
}

/// One thing that is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key's path, such as `server.port`.
    pub key: String,
    /// Where the key stands, beginning with 1.
    pub line: Option<usize>,
    pub what: What,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The text is not TOML.
    NotToml(String),
    /// Nobody asks for this key.
    Unknown,
    /// The key is required.
    Missing,
    /// The value does not fit.
    Wrong(String),
}

/// Reads the settings, or says all that is wrong with them.
pub fn load(text: &str) -> Result<Settings, Vec<Problem>> {
    let mut file: Table = text.parse().map_err(|error: toml::de::Error| {
        vec![Problem {
            key: String::new(),
            line: error.span().map(|span| line_at(text, span.start)),
            what: What::NotToml(error.message().to_owned()),
        }]
    })?;
    let mut reader = Reader {
        lines: lines(text),
        problems: Vec::new(),
    };
    let mut server: Table = reader.optional(&mut file, "server").unwrap_or_default();
    let mut catalogue: Table = reader.optional(&mut file, "catalogue").unwrap_or_default();
    let Some(name) = reader.required(&mut file, "name") else {
        return Err(reader.problems);
    };
    let Some(host) = reader.required(&mut server, "server.host") else {
        return Err(reader.problems);
    };
    let port = reader.optional(&mut server, "server.port").unwrap_or(8080);
    let Some(page_size) = reader.required(&mut catalogue, "catalogue.page_size") else {
        return Err(reader.problems);
    };
    let Some(languages) = reader.required(&mut catalogue, "catalogue.languages") else {
        return Err(reader.problems);
    };
    Ok(Settings {
        name,
        server: Server { host, port },
        catalogue: Catalogue {
            page_size,
            languages,
        },
    })
}

/// Takes values out of tables, and notes what is wrong.
struct Reader {
    /// The line of each key, by its path.
    lines: BTreeMap<String, usize>,
    problems: Vec<Problem>,
}

impl Reader {
    /// Notes what is wrong with the key at `path`.
    fn note(&mut self, path: &str, what: What) {
        self.problems.push(Problem {
            key: path.to_owned(),
            line: self.lines.get(path).copied(),
            what,
        });
    }

    /// Takes the value at `path` out of its table; `None` if there is none, or if it does not fit.
    fn optional<T: DeserializeOwned>(&mut self, table: &mut Table, path: &str) -> Option<T> {
        let value = table.remove(last_part(path))?;
        let wanted: T = value;
        Some(wanted)
    }

    /// As `optional`, and notes that the key is missing if it is not there.
    fn required<T: DeserializeOwned>(&mut self, table: &mut Table, path: &str) -> Option<T> {
        if !table.contains_key(last_part(path)) {
            self.note(path, What::Missing);
        }
        self.optional(table, path)
    }
}

/// What follows the last dot: `port` of `server.port`.
fn last_part(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The line of each key of the file, by its path.
fn lines(text: &str) -> BTreeMap<String, usize> {
    fn walk(text: &str, table: &DeTable<'_>, path: &str, lines: &mut BTreeMap<String, usize>) {
        for (key, value) in table {
            let path = format!("{path}{}", key.get_ref());
            if let DeValue::Table(table) = value.get_ref() {
                walk(text, table, &format!("{path}."), lines);
            }
            lines.insert(path, line_at(text, key.span().start));
        }
    }
    let mut lines = BTreeMap::new();
    if let Ok(table) = DeTable::parse(text) {
        walk(text, table.get_ref(), "", &mut lines);
    }
    lines
}

/// The line in which the byte at `offset` stands, beginning with 1.
fn line_at(text: &str, offset: usize) -> usize {
    1 + text[..offset].matches('\n').count()
}
