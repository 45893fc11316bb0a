//! # conf2: which layer said so
//!
//! During Saturday's sale the shop ran on the test system's database: the deploy had set `database`
//! in the environment, but the settings file in the image won. `--banner ""` did not turn off the
//! sale's banner, and `PAGE_SIZE=5O` (with a letter O) was not even noticed. Nobody could tell where
//! any of these values came from.
//!
//! Rules:
//! - Four layers can set a value. A stronger one wins: default < file < environment < flag.
//!   Each key is decided on its own (<https://12factor.net/config>: the environment is what differs
//!   between deploys; a flag is what a person wants this once).
//! - A setting says which layer its value came from.
//! - Empty is not unset. A layer that sets a key to an empty value has set it: the empty value wins
//!   over weaker layers.
//! - `number` reads the winning value as a `u32`: decimal digits, any number from 0 to 4294967295.
//!   If it is not one, that is an error that names the key, the value and the layer; a weaker layer
//!   does not step in. Values that did not win are not looked at.
//! - It is left open whether white space or a `+` is allowed in a number, as in `" 20"` or `+20`.
//! - A key that no layer sets is `ConfigError::Missing`. There is no value to fall back on, and the
//!   four maps are all there is to ask.
//! - `text` returns values unchanged.
//!
//! What to do: fix `text` and `number`. The maps are already filled, and they use the same keys in
//! all layers: `page_size` stands for `PAGE_SIZE` and for `--page-size` too.

use std::collections::BTreeMap;

/// What one layer sets: keys with their values.
pub type Values = BTreeMap<String, String>;

/// Where a value comes from, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    Default,
    File,
    Environment,
    Flag,
}

/// What all layers set.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    pub defaults: Values,
    pub file: Values,
    pub environment: Values,
    pub flags: Values,
}

/// A value, and the layer that said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    pub value: T,
    pub layer: Layer,
}

/// Why there is no setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigError {
    /// No layer sets the key.
    Missing { key: String },
    /// The value that won is not a number that fits into a `u32`.
    NotANumber {
        key: String,
        value: String,
        layer: Layer,
    },
}

/// The setting `key`, as text.
pub fn text(layers: &Layers, key: &str) -> Result<Setting<String>, ConfigError> {
    let weakest_first = [
        (Layer::Default, &layers.defaults),
        (Layer::Environment, &layers.environment),
        (Layer::File, &layers.file),
        (Layer::Flag, &layers.flags),
    ];
    let mut found = None;
    for (layer, values) in weakest_first {
        let value = values.get(key).filter(|value| !value.is_empty());
        if let Some(value) = value {
            found = Some(Setting {
                value: value.clone(),
                layer,
            });
        }
    }
    found.ok_or_else(|| ConfigError::Missing {
        key: key.to_owned(),
    })
}

/// The setting `key`, as a number.
pub fn number(layers: &Layers, key: &str) -> Result<Setting<u32>, ConfigError> {
    let strongest_first = [
        (Layer::Flag, &layers.flags),
        (Layer::File, &layers.file),
        (Layer::Environment, &layers.environment),
        (Layer::Default, &layers.defaults),
    ];
    for (layer, values) in strongest_first {
        if let Some(Ok(value)) = values.get(key).map(|value| value.parse()) {
            return Ok(Setting { value, layer });
        }
    }
    Err(ConfigError::Missing {
        key: key.to_owned(),
    })
}
