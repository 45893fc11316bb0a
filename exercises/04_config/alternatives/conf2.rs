//! # conf2: which layer said so, by laying one layer on top of another

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

/// Everything that is set, each value with its layer. The layers are laid one on top of the other,
/// and the top value of each key is what you see. This map is also worth printing at startup.
fn merged(layers: &Layers) -> BTreeMap<&str, Setting<&str>> {
    let mut merged = BTreeMap::new();
    let mut lay = |layer: Layer, values| {
        let values: &Values = values;
        for (key, value) in values {
            merged.insert(
                key.as_str(),
                Setting {
                    value: value.as_str(),
                    layer,
                },
            );
        }
    };
    lay(Layer::Default, &layers.defaults);
    lay(Layer::File, &layers.file);
    lay(Layer::Environment, &layers.environment);
    lay(Layer::Flag, &layers.flags);
    merged
}

/// The setting `key`, as text.
pub fn text(layers: &Layers, key: &str) -> Result<Setting<String>, ConfigError> {
    let setting = merged(layers).remove(key);
    let Setting { value, layer } = setting.ok_or(ConfigError::Missing { key: key.into() })?;
    Ok(Setting {
        value: value.into(),
        layer,
    })
}

/// The setting `key`, as a number.
pub fn number(layers: &Layers, key: &str) -> Result<Setting<u32>, ConfigError> {
    let Setting { value, layer } = text(layers, key)?;
    let number = value.parse();
    let key = key.into();
    number
        .map(|value| Setting { value, layer })
        .map_err(|_| ConfigError::NotANumber { key, value, layer })
}
