//! # conf3: secrets that stay secret, by errors that have no place for a value
//!
//! The steps know nothing but kinds; the message is written in one place, from the kind, the name and
//! the path alone. No value gets as far as that.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;

/// The variables that are set.
pub type Environment = BTreeMap<String, String>;

/// A value that must not get out.
#[derive(Clone)]
pub struct Secret(Rc<[u8]>);

impl Secret {
    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secret")
            .field(&format_args!("[redacted]"))
            .finish()
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("[redacted]")
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
    cause: Option<io::Error>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.cause.as_ref()?)
    }
}

/// Reads the settings from these variables.
pub fn load(environment: &Environment) -> Result<Settings, ConfigError> {
    let database_url = secret(environment, "DATABASE_URL", &|url| {
        url.strip_prefix("postgres://").is_some()
    })?;
    let payment_key = secret(environment, "PAYMENT_KEY", &|key| {
        let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        key.len() == 28 && key.starts_with("pay_") && key.chars().skip(4).all(digit)
    })?;
    let port = match environment.get("PORT") {
        None => Err((Kind::Missing, "is not set".to_owned())),
        Some(value) => value
            .parse()
            .map_err(|cause| (Kind::Invalid, format!("is {value:?}: {cause}"))),
    };
    let port = port.map_err(|(kind, text)| ConfigError {
        kind,
        message: format!("PORT {text}"),
        cause: None,
    })?;
    Ok(Settings {
        port,
        database_url,
        payment_key,
    })
}

fn secret(
    environment: &Environment,
    name: &str,
    is_valid: &dyn Fn(&str) -> bool,
) -> Result<Secret, ConfigError> {
    let path = environment.get(&format!("{name}_FILE")).map(Path::new);
    let value = environment.get(name).map(String::as_bytes);
    read(value, path, is_valid).map_err(|(kind, cause)| {
        let says = match kind {
            Kind::Missing => "is not set",
            Kind::BothSet => "is set, and its file too",
            Kind::Unreadable => "cannot be read from its file",
            Kind::Empty => "is empty",
            Kind::Invalid => "is not as it must be",
        };
        let place = path.map(|path| format!(" [{}]", path.display()));
        ConfigError {
            kind,
            message: format!("{name} {says}{}", place.unwrap_or_default()),
            cause,
        }
    })
}

fn read(
    value: Option<&[u8]>,
    path: Option<&Path>,
    is_valid: &dyn Fn(&str) -> bool,
) -> Result<Secret, (Kind, Option<io::Error>)> {
    let bytes: Rc<[u8]> = match (value, path) {
        (None, None) => return Err((Kind::Missing, None)),
        (Some(_), Some(_)) => return Err((Kind::BothSet, None)),
        (Some(value), None) => value.into(),
        (None, Some(path)) => {
            let mut bytes = fs::read(path).map_err(|cause| (Kind::Unreadable, Some(cause)))?;
            if bytes.last() == Some(&b'\n') {
                bytes.pop();
                if bytes.last() == Some(&b'\r') {
                    bytes.pop();
                }
            }
            bytes.into()
        }
    };
    // Only that it is not UTF-8, without the bytes that are not.
    let text = std::str::from_utf8(&bytes).map_err(|_| (Kind::Unreadable, None))?;
    match text {
        "" => Err((Kind::Empty, None)),
        text if is_valid(text) => Ok(Secret(bytes)),
        _ => Err((Kind::Invalid, None)),
    }
}
