//! fails: the_environment_wins_over_the_file
//! The order is written twice, and only one of the two is fixed.

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
        (Layer::File, &layers.file),
        (Layer::Environment, &layers.environment),
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
