//! fails: all_problems_are_reported_at_once
//! serde reads the whole file with `deny_unknown_fields`, and stops at the first problem.

use serde::Deserialize;

/// The shop's settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub name: String,
    pub server: Server,
    pub catalogue: Catalogue,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub host: String,
    #[serde(default = "default_port")]
    pub port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
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
    pub key: String,
    pub line: Option<usize>,
    pub what: What,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(dead_code)]
pub enum What {
    NotToml(String),
    Unknown,
    Missing,
    Wrong(String),
}

/// Reads the settings, or says all that is wrong with them.
pub fn load(text: &str) -> Result<Settings, Vec<Problem>> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let line = |start| 1 + text[..start].matches('\n').count();
        vec![Problem {
            key: String::new(),
            line: error.span().map(|span| line(span.start)),
            what: What::NotToml(error.message().to_owned()),
        }]
    })
}
