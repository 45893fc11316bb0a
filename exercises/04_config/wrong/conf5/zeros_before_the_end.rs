//! fails: a_file_cut_off_anywhere_is_refused
//! The digits of the last line are read as a number, so that 08 is 8.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use config::Config;

/// What can be in the file. Outside of this module nobody can change a `Config`, or make one of
/// parts of two.
mod config {
    use serde::Deserialize;

    /// The settings that may change while the shop is open.
    #[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Config {
        revision: u64,
        banner: String,
        free_shipping_cents: u64,
        express_cents: u64,
    }

    impl Config {
        /// Makes settings of the text of a file.
        pub fn parse(text: &str) -> Result<Self, String> {
            toml::from_str(text)
                .map_err(|error| format!("the settings are not good: {}", error.message()))
        }

        pub fn revision(&self) -> u64 {
            self.revision
        }

        pub fn banner(&self) -> &str {
            &self.banner
        }

        pub fn free_shipping_cents(&self) -> u64 {
            self.free_shipping_cents
        }

        pub fn express_cents(&self) -> u64 {
            self.express_cents
        }
    }
}

/// Where the settings come from: a file, in production.
pub trait Source {
    /// The text of the settings, as it is now. Each call may give another one.
    fn read(&self) -> io::Result<String>;
}

/// Says whether settings make sense, and if not, why.
pub type Validate = dyn Fn(&Config) -> Result<(), String> + Send + Sync;

/// The settings in service.
///
/// The lock guards which settings are in service, not the settings: those never change once they are
/// made. It is held for a clone of the `Arc` or for a comparison and a swap, and never while code of
/// somebody else runs, so that nobody waits long, and nobody can panic with it.
pub struct Live {
    current: Mutex<Arc<Config>>,
    validate: Box<Validate>,
}

impl Live {
    /// Puts the first settings into service.
    pub fn new(first: Config, validate: Box<Validate>) -> Self {
        Self {
            current: Mutex::new(Arc::new(first)),
            validate,
        }
    }

    /// Lets `read` look at the settings in service.
    pub fn with<T>(&self, read: impl FnOnce(&Config) -> T) -> T {
        let config = Arc::clone(&self.current());
        read(&config)
    }

    /// Reads new settings and puts them into service, or says why not.
    pub fn reload(&self, source: &dyn Source) -> Result<(), String> {
        // All of this on the side. Whatever fails or panics here, nobody has seen anything.
        let text = source
            .read()
            .map_err(|error| format!("the settings cannot be read: {error}"))?;
        let config = Config::parse(&text)?;
        if !is_whole(&text, config.revision()) {
            return Err("the settings are torn: the last line is not the end of them".into());
        }
        (self.validate)(&config)?;

        // The revision is compared under the same lock as the swap: between the two, another reload
        // could put a higher one into service.
        let mut current = self.current();
        if config.revision() < current.revision() {
            let (old, new) = (current.revision(), config.revision());
            return Err(format!(
                "revision {new} is older than {old}, which is in service"
            ));
        }
        *current = Arc::new(config);
        Ok(())
    }

    fn current(&self) -> MutexGuard<'_, Arc<Config>> {
        // Even if the lock were poisoned, an `Arc` is there or was replaced, and never half of each.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the text ends with the line that only a whole file has.
fn is_whole(text: &str, revision: u64) -> bool {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let last = text.rsplit('\n').next().unwrap_or_default();
    last.strip_prefix("# end ").is_some_and(|end| {
        end.bytes().all(|byte| byte.is_ascii_digit()) && end.parse() == Ok(revision)
    })
}
