//! fails: a_bad_number_is_an_error_that_names_its_layer
//! Read as a floating-point number; `1e3` is 1000 then.

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
    let (layer, value) = winner(layers, key)?;
    let value = value.to_owned();
    Ok(Setting { value, layer })
}

/// The setting `key`, as a number.
pub fn number(layers: &Layers, key: &str) -> Result<Setting<u32>, ConfigError> {
    let (layer, value) = winner(layers, key)?;
    match value.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && (0.0..=4_294_967_295.0).contains(&number) => {
            let value = number as u32;
            Ok(Setting { value, layer })
        }
        _ => Err(ConfigError::NotANumber {
            key: key.to_owned(),
            value: value.to_owned(),
            layer,
        }),
    }
}

/// The strongest layer that sets `key`, and its value.
///
fn winner<'a>(layers: &'a Layers, key: &str) -> Result<(Layer, &'a str), ConfigError> {
    let strongest_first = [
        (Layer::Flag, &layers.flags),
        (Layer::Environment, &layers.environment),
        (Layer::File, &layers.file),
        (Layer::Default, &layers.defaults),
    ];
    strongest_first
        .into_iter()
        .find_map(|(layer, values)| Some((layer, values.get(key)?.as_str())))
        .ok_or_else(|| ConfigError::Missing {
            key: key.to_owned(),
        })
}
