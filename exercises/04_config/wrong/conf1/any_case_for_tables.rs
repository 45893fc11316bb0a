//! fails: an_unknown_table_is_one_problem
//! Where there is no `server`, `Server` is taken for it.

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
    let name = reader.required(&mut file, "name");
    let host = reader.required(&mut server, "server.host");
    let port = reader.optional(&mut server, "server.port").unwrap_or(8080);
    let page_size = reader.required(&mut catalogue, "catalogue.page_size");
    let languages = reader.required(&mut catalogue, "catalogue.languages");
    for key in file.keys() {
        reader.note(key, What::Unknown);
    }
    for key in server.keys() {
        reader.note(&format!("server.{key}"), What::Unknown);
    }
    for key in catalogue.keys() {
        reader.note(&format!("catalogue.{key}"), What::Unknown);
    }
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let (Some(name), Some(host), Some(page_size), Some(languages)) =
        (name, host, page_size, languages)
    else {
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
        let value = match table.remove(last_part(path)) {
            Some(value) => value,
            None if !path.contains('.') => {
                let found = table.keys().find(|k| k.eq_ignore_ascii_case(path))?.clone();
                table.remove(&found)?
            }
            None => return None,
        };
        match value.try_into() {
            Ok(wanted) => Some(wanted),
            Err(error) => {
                self.note(path, What::Wrong(error.to_string()));
                None
            }
        }
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
