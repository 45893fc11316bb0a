//! fails: a_file_that_is_not_text_is_named_and_not_shown

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

/// The variables that are set.
pub type Environment = BTreeMap<String, String>;

/// A value that must not get out.
///
/// Whatever holds one can derive `Debug` and stays safe: the type decides what is printed, not each
/// place that prints.
#[derive(Clone)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The same for every value: a length or the first letters would be a beginning, too.
        f.write_str("[redacted]")
    }
}

impl Secret {
    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The settings of the shop.
#[derive(Debug, Clone)]
pub struct Settings {
    pub port: u16,
    pub database_url: Secret,
    pub payment_key: Secret,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Neither the variable nor the one with `_FILE` is set.
    Missing,
    /// Both are set.
    BothSet,
    /// The file cannot be read, or is not UTF-8.
    Unreadable,
    /// There is nothing in it.
    Empty,
    /// The value is not as it must be.
    Invalid,
}

/// Why there are no settings.
#[derive(Debug)]
pub struct ConfigError {
    pub kind: Kind,
    pub message: String,
}

impl ConfigError {
    fn new(kind: Kind, message: String) -> Self {
        Self { kind, message }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}

/// Reads the settings from these variables.
pub fn load(environment: &Environment) -> Result<Settings, ConfigError> {
    let settings = Settings {
        port: port(environment)?,
        database_url: secret(environment, "DATABASE_URL", is_database_url)?,
        payment_key: secret(environment, "PAYMENT_KEY", is_payment_key)?,
    };
    eprintln!("starting with {settings:?}");
    Ok(settings)
}

fn port(environment: &Environment) -> Result<u16, ConfigError> {
    let Some(value) = environment.get("PORT") else {
        let message = "PORT is not set".to_owned();
        return Err(ConfigError::new(Kind::Missing, message));
    };
    value.parse().map_err(|_| {
        let message = format!("PORT is `{value}`, which is not a port");
        ConfigError::new(Kind::Invalid, message)
    })
}

fn is_database_url(value: &str) -> bool {
    value.starts_with("postgres://")
}

fn is_payment_key(value: &str) -> bool {
    let digits = value.strip_prefix("pay_").unwrap_or_default();
    digits.len() == 24
        && digits
            .bytes()
            .all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

/// Reads the secret `name` from its variable or its file.
///
/// `origin` is what an error may say about the value: where it is from, for whoever is to look there.
fn secret(
    environment: &Environment,
    name: &str,
    is_valid: fn(&str) -> bool,
) -> Result<Secret, ConfigError> {
    let in_file = format!("{name}_FILE");
    let (value, origin) = match (environment.get(name), environment.get(&in_file)) {
        (Some(value), None) => (value.clone(), name.to_owned()),
        (None, Some(path)) => {
            let origin = format!("{in_file} ({path})");
            // Of a file that is not UTF-8 this says so. `String::from_utf8` gives back an error that
            // holds all bytes, and its `Debug` prints them.
            let bytes = fs::read(path).map_err(|error| {
                let message = format!("{origin} cannot be read: {error}");
                ConfigError::new(Kind::Unreadable, message)
            })?;
            let text = String::from_utf8_lossy(&bytes);
            (without_line_end(&text).to_owned(), origin)
        }
        (Some(_), Some(path)) => {
            let message = format!("{name} and {in_file} ({path}) are both set; remove one of them");
            return Err(ConfigError::new(Kind::BothSet, message));
        }
        (None, None) => {
            let message = format!("neither {name} nor {in_file} is set");
            return Err(ConfigError::new(Kind::Missing, message));
        }
    };
    if value.is_empty() {
        let message = format!("{origin} is empty");
        return Err(ConfigError::new(Kind::Empty, message));
    }
    if !is_valid(&value) {
        let message = format!("{origin} does not hold a valid {name}");
        return Err(ConfigError::new(Kind::Invalid, message));
    }
    Ok(Secret(value))
}

/// The text without one line end at its end.
fn without_line_end(text: &str) -> &str {
    match text.strip_suffix('\n') {
        Some(text) => text.strip_suffix('\r').unwrap_or(text),
        None => text,
    }
}
