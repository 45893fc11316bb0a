//! fails: a_bad_port_is_shown
//! A port that is set to nothing counts as not set.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

/// The variables that are set.
pub type Environment = BTreeMap<String, String>;

/// A value that must not get out.
#[derive(Clone)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted]")
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
    let Some(value) = environment.get("PORT").filter(|v| !v.is_empty()) else {
        let message = format!("PORT is not set");
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
fn secret(
    environment: &Environment,
    name: &str,
    is_valid: fn(&str) -> bool,
) -> Result<Secret, ConfigError> {
    let file = environment.get(&format!("{name}_FILE"));
    let from = match file {
        Some(path) => format!("{name}_FILE ({path})"),
        None => name.to_string(),
    };
    let value = match (environment.get(name), file) {
        (Some(_), Some(path)) => {
            return Err(ConfigError::new(
                Kind::BothSet,
                format!("{name} and {name}_FILE ({path}) are both set"),
            ));
        }
        (Some(value), None) => value.clone(),
        (None, Some(path)) => {
            let bytes = fs::read(path).map_err(|error| {
                ConfigError::new(Kind::Unreadable, format!("{name}_FILE: {path}: {error}"))
            })?;
            let text = String::from_utf8(bytes).map_err(|_| {
                ConfigError::new(Kind::Unreadable, format!("{name}: {path} is not utf-8"))
            })?;
            match text.strip_suffix("\r\n").or(text.strip_suffix('\n')) {
                Some(t) => t.to_string(),
                None => text,
            }
        }
        (None, None) => {
            let message = format!("{name} is not set");
            return Err(ConfigError::new(Kind::Missing, message));
        }
    };
    if value.is_empty() {
        return Err(ConfigError::new(Kind::Empty, format!("{from} is empty")));
    }
    if !is_valid(&value) {
        let message = format!("{from} is not valid");
        return Err(ConfigError::new(Kind::Invalid, message));
    }
    Ok(Secret(value))
}
