//! # conf5: new settings while the shop is open, with one reload at a time
//!
//! Reloads wait for each other, so that nothing changes between the look at the revision and the
//! swap. Readers wait for neither.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

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
pub struct Live {
    current: RwLock<Arc<Config>>,
    /// Held by the reload that is under way; readers do not know it.
    reloading: Mutex<()>,
    validate: Box<Validate>,
}

impl Live {
    /// Puts the first settings into service.
    pub fn new(first: Config, validate: Box<Validate>) -> Self {
        Self {
            current: RwLock::new(Arc::new(first)),
            reloading: Mutex::new(()),
            validate,
        }
    }

    /// Lets `read` look at the settings in service.
    pub fn with<T>(&self, read: impl FnOnce(&Config) -> T) -> T {
        read(&self.snapshot())
    }

    /// Reads new settings and puts them into service, or says why not.
    pub fn reload(&self, source: &dyn Source) -> Result<(), String> {
        // The lock guards no data, so there is nothing that a panic could have left half done.
        let _alone = self
            .reloading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let candidate = catch_unwind(AssertUnwindSafe(|| self.candidate(source)));
        let config =
            candidate.unwrap_or_else(|_| Err("the settings made the check panic".into()))?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = config;
        Ok(())
    }

    /// Settings that may be put into service.
    fn candidate(&self, source: &dyn Source) -> Result<Arc<Config>, String> {
        let text = source.read().map_err(|error| error.to_string())?;
        let body = text.strip_suffix('\n').unwrap_or(&text);
        let (_, end) = body.rsplit_once("\n# end ").ok_or("there is no end line")?;
        let config = Config::parse(&text)?;
        if end != config.revision().to_string() {
            return Err("the revisions in the first and the last line differ".into());
        }
        // Nobody else reloads, so the revision in service cannot rise before the swap.
        if config.revision() < self.snapshot().revision() {
            return Err("newer settings are in service".into());
        }
        (self.validate)(&config)?;
        Ok(Arc::new(config))
    }

    fn snapshot(&self) -> Arc<Config> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }
}
