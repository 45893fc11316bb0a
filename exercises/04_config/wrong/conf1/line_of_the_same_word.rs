//! fails: an_unknown_key_is_reported_with_its_path_and_line
//! The line is searched for by the key's word.

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
        text: text.to_owned(),
        problems: Vec::new(),
    };
    let mut server: Table = reader.optional(&mut file, "server").unwrap_or_default();
    let mut catalogue: Table = reader.optional(&mut file, "catalogue").unwrap_or_default();

    // First ask for everything. Nothing returns early, or the rest of the file is not looked at.
    let name = reader.required(&mut file, "name");
    let host = reader.required(&mut server, "server.host");
    let port = reader.optional(&mut server, "server.port");
    let page_size = reader.required(&mut catalogue, "catalogue.page_size");
    let languages = reader.required(&mut catalogue, "catalogue.languages");

    // Whatever nobody has taken out of its table is unknown.
    reader.unknown(&file, "");
    reader.unknown(&server, "server.");
    reader.unknown(&catalogue, "catalogue.");

    // Only then decide. A port that is wrong leaves a `None` like one that is not there: what tells
    // them apart is that there is a problem.
    match (name, host, page_size, languages) {
        (Some(name), Some(host), Some(page_size), Some(languages))
            if reader.problems.is_empty() =>
        {
            Ok(Settings {
                name,
                server: Server {
                    host,
                    port: port.unwrap_or(8080),
                },
                catalogue: Catalogue {
                    page_size,
                    languages,
                },
            })
        }
        _ => Err(reader.problems),
    }
}

/// Takes values out of tables, and notes what is wrong.
struct Reader {
    /// The line of each key, by its path.
    lines: BTreeMap<String, usize>,
    text: String,
    problems: Vec<Problem>,
}

impl Reader {
    /// Notes what is wrong with the key at `path`.
    fn note(&mut self, path: &str, what: What) {
        let line = self
            .text
            .lines()
            .position(|line| line.contains(last_part(path)));
        self.problems.push(Problem {
            key: path.to_owned(),
            line: self.lines.get(path).and(line).map(|index| index + 1),
            what,
        });
    }

    /// Takes the value at `path` out of its table; `None` if there is none, or if it does not fit.
    fn optional<T: DeserializeOwned>(&mut self, table: &mut Table, path: &str) -> Option<T> {
        let value = table.remove(last_part(path))?;
        match value.try_into() {
            Ok(wanted) => Some(wanted),
            Err(error) => {
                self.note(path, What::Wrong(error.message().to_owned()));
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

    /// Notes all keys that are left in a table.
    fn unknown(&mut self, table: &Table, prefix: &str) {
        for key in table.keys() {
            self.note(&format!("{prefix}{key}"), What::Unknown);
        }
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
