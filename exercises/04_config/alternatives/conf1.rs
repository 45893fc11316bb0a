//! # conf1: all that is wrong with a settings file, by a list of what may be in it
//!
//! The file is compared with a list of keys, one at a time. When nothing is wrong, serde builds the
//! settings in one go, and then it cannot fail.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The shop's settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Settings {
    pub name: String,
    pub server: Server,
    pub catalogue: Catalogue,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Server {
    pub host: String,
    #[serde(default = "default_port")]
    pub port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Catalogue {
    pub page_size: u16,
    pub languages: Vec<String>,
}

fn default_port() -> u16 {
    8080
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

/// What a key must be.
enum Shape {
    Text,
    Texts,
    Small,
    Keys(&'static [(&'static str, Need, Shape)]),
}

#[derive(PartialEq)]
enum Need {
    Required,
    Optional,
}
use Need::{Optional, Required};

const FILE: Shape = Shape::Keys(&[
    ("name", Required, Shape::Text),
    (
        "server",
        Required,
        Shape::Keys(&[
            ("host", Required, Shape::Text),
            ("port", Optional, Shape::Small),
        ]),
    ),
    (
        "catalogue",
        Required,
        Shape::Keys(&[
            ("page_size", Required, Shape::Small),
            ("languages", Required, Shape::Texts),
        ]),
    ),
]);

/// Reads the settings, or says all that is wrong with them.
pub fn load(text: &str) -> Result<Settings, Vec<Problem>> {
    let not_toml = |error: toml::de::Error| {
        vec![Problem {
            key: String::new(),
            line: error.span().map(|span| line_at(text, span.start)),
            what: What::NotToml(error.message().to_owned()),
        }]
    };
    let file = DeTable::parse(text).map_err(not_toml)?;
    let span = file.span();
    let file = Spanned::new(span, DeValue::Table(file.into_inner()));
    let mut problems = Vec::new();
    compare(text, "", &file, &FILE, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    toml::from_str(text).map_err(not_toml)
}

fn compare(
    text: &str,
    path: &str,
    value: &Spanned<DeValue<'_>>,
    shape: &Shape,
    problems: &mut Vec<Problem>,
) {
    let outcome = match (shape, value.get_ref()) {
        (Shape::Keys(known), DeValue::Table(table)) => {
            compare_keys(text, path, table, known, problems);
            return;
        }
        (Shape::Keys(_), other) => Err(format!("a table is expected, not {}", other.type_str())),
        (Shape::Text, _) => fits::<String>(value),
        (Shape::Texts, _) => fits::<Vec<String>>(value),
        (Shape::Small, _) => fits::<u16>(value),
    };
    if let Err(reason) = outcome {
        problems.push(Problem {
            key: path.to_owned(),
            line: Some(line_at(text, value.span().start)),
            what: What::Wrong(reason),
        });
    }
}

fn compare_keys(
    text: &str,
    path: &str,
    table: &DeTable<'_>,
    known: &'static [(&'static str, Need, Shape)],
    problems: &mut Vec<Problem>,
) {
    let below = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    for (key, need, shape) in known {
        match (table.get(*key), shape) {
            (Some(value), _) => compare(text, &below(key), value, shape, problems),
            // A missing table is like an empty one.
            (None, Shape::Keys(known)) => {
                compare_keys(text, &below(key), &DeTable::new(), known, problems);
            }
            (None, _) if *need == Required => problems.push(Problem {
                key: below(key),
                line: None,
                what: What::Missing,
            }),
            (None, _) => {}
        }
    }
    for key in table.keys() {
        if !known.iter().any(|(known, ..)| key.get_ref() == known) {
            problems.push(Problem {
                key: below(key.get_ref()),
                line: Some(line_at(text, key.span().start)),
                what: What::Unknown,
            });
        }
    }
}

fn fits<T: for<'de> Deserialize<'de>>(value: &Spanned<DeValue<'_>>) -> Result<(), String> {
    let wanted = T::deserialize(value.clone().into_deserializer());
    wanted.map(drop).map_err(|error| error.message().to_owned())
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    1 + before.filter(|byte| **byte == b'\n').count()
}
