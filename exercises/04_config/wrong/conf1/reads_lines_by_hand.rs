//! fails: reads_a_good_file_into_types
//! The lines of the example are understood, and TOML is not.

use std::num::ParseIntError;

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
    pub key: String,
    pub line: Option<usize>,
    pub what: What,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    NotToml(String),
    Unknown,
    Missing,
    Wrong(String),
}

/// Reads the settings, or says all that is wrong with them.
pub fn load(text: &str) -> Result<Settings, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut note = |key: &str, line, what| {
        let key = key.to_owned();
        problems.push(Problem { key, line, what });
    };
    let (mut name, mut host, mut port) = (None, None, Ok::<u16, ParseIntError>(8080));
    let (mut page_size, mut languages) = (None, None);
    let mut table = String::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let at = Some(index + 1);
        if line.is_empty() {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            table = format!("{}.", header.trim_end_matches(']'));
            continue;
        }
        let Some((key, value)) = line.split_once(" = ") else {
            note("", at, What::NotToml(line.to_owned()));
            continue;
        };
        let text = value.trim_matches('"').to_owned();
        match format!("{table}{key}").as_str() {
            "name" => name = Some(text),
            "server.host" => host = Some(text),
            "server.port" => port = value.parse(),
            "catalogue.page_size" => page_size = value.parse().ok(),
            "catalogue.languages" => {
                let inside = value.trim_matches(['[', ']']).split(", ");
                let items = inside.map(|item| item.trim_matches('"').to_owned());
                languages = Some(items.collect());
            }
            unknown => note(unknown, at, What::Unknown),
        }
    }
    if name.is_none() {
        note("name", None, What::Missing);
    }
    if let Err(error) = &port {
        note("server.port", None, What::Wrong(error.to_string()));
    }
    match (name, host, port, page_size, languages) {
        (Some(name), Some(host), Ok(port), Some(page_size), Some(languages))
            if problems.is_empty() =>
        {
            Ok(Settings {
                name,
                server: Server { host, port },
                catalogue: Catalogue {
                    page_size,
                    languages,
                },
            })
        }
        _ => Err(problems),
    }
}
