//! # conf3: secrets that stay secret
//!
//! The shop's payment key was found in the logs, which twenty people can read: one line prints the
//! settings at startup, and an error message quoted the key because it was mistyped. It had to be
//! replaced. From now on secrets can come as files, and they must not get out again.
//!
//! Rules:
//! - `Secret` holds a secret. Its `Debug` contains `[redacted]`, and nothing in it depends on the
//!   value, not even its length. If you give it a `Display`, that tells nothing of it either.
//!   `expose` gives the value, unchanged. `Settings` can still be printed with `{:?}`, and shows
//!   its port.
//! - DATABASE_URL and PAYMENT_KEY are secrets, as a whole. Each comes from the variable, or from
//!   the file whose path is in the variable with `_FILE` behind its name
//!   (<https://hub.docker.com/_/postgres>, "Docker Secrets": an environment is passed on to child
//!   processes and printed by tools; a file is not).
//! - If both variables are set, that is `BothSet`, whatever their values are: nobody should have to
//!   guess which one counts. Set to nothing is still set, as in conf2. If neither is set, that is
//!   `Missing`.
//! - From the end of a file one line end is removed, `\n` or `\r\n`, because editors and `echo` add
//!   one. Nothing else is removed, neither a space, which may be part of a password, nor a byte
//!   order mark. The value of a variable is not changed at all.
//! - A file that cannot be read, or that is not UTF-8, is `Unreadable`. An empty secret (of a file:
//!   without that line end) is `Empty`.
//! - Otherwise a secret that is not as it must be is `Invalid`. DATABASE_URL begins with
//!   `postgres://`, in these letters. PAYMENT_KEY is `pay_` and then 24 characters out of 0-9 and a-f.
//! - PORT is no secret. It is a number that fits into a u16, else it is `Invalid`, and the error's
//!   text contains the value as it is. Set to nothing, or with a space, it is no number. (A `+`
//!   before it is left open.) If it is not set, it is `Missing`.
//! - The text of an error contains the name of the variable (DATABASE_URL_FILE contains
//!   DATABASE_URL). If the value came from a file, or should have, it contains its path,
//!   too, whichever error it is.
//! - Nothing in an error depends on the value of a secret or on what is in its file: not its text,
//!   not its `Debug`, not its `source`. The same holds for what `load` prints, if it prints.
//!   (Where a file stops being UTF-8 may be said.)
//! - If there are several problems, it is up to you which of them is reported.
//!
//! What to do: find each place where a secret gets out, and mend how `secret` reads it. You may
//! change everything but the names and types of what is `pub`; more fields are fine.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

/// The variables that are set.
pub type Environment = BTreeMap<String, String>;

/// A value that must not get out.
#[derive(Debug, Clone)]
pub struct Secret(String);

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
        let message = format!("PORT is not set, only {environment:?}");
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
    let value = match (environment.get(name), file) {
        (Some(value), _) => value.clone(),
        (None, Some(path)) => {
            let bytes = fs::read(path).unwrap_or_default();
            let text = String::from_utf8(bytes).map_err(|error| {
                ConfigError::new(Kind::Unreadable, format!("{name}: {path}: {error:?}"))
            })?;
            text.trim().to_owned()
        }
        (None, None) => {
            let message = format!("{name} is not set, only {environment:?}");
            return Err(ConfigError::new(Kind::Missing, message));
        }
    };
    if !is_valid(&value) {
        let message = format!("{name} is not valid: {value}");
        return Err(ConfigError::new(Kind::Invalid, message));
    }
    Ok(Secret(value))
}
