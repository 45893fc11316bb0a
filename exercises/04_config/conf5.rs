//! # conf5: new settings while the shop is open
//!
//! When the sale began, the shop reloaded its settings while they were still being copied. Half a
//! file is often good TOML: the shop sold everything with the defaults of the other half. In the
//! evening the function that checks the settings panicked, and after that every request failed.
//!
//! Every key may be left out, and then has its default. Therefore a file ends with a line of its
//! own, by which one can see that it is whole. `reload` reads the file, the shop's own `validate`
//! looks at what it means, and `with` lets the code for a request read the settings in service.
//! Such a file:
//!
//! ```toml
//! revision = 7
//! banner = "Summer sale"
//! free_shipping_cents = 5000
//! # end 7
//! ```
//!
//! Rules:
//! - A file is whole if its last line is `# end N` and nothing else, where N is its revision, with
//!   no sign and no zeros before it. Behind that line is one `\n` or none. (A `\r` before that `\n`
//!   is left open.) Everything else is torn: cut off, or begun anew over the rest of an old file.
//!   A torn file is refused, even if it is good TOML.
//! - `reload` puts settings into service only if they could be read, are whole, are good (see
//!   `Config::parse`), and `validate` has accepted exactly these. Until then nobody sees anything
//!   of them.
//! - If `reload` refuses, it returns an error that says why, and the old settings stay in service,
//!   all of them. The text contains that of the source's error, or that of `validate`'s.
//! - A call of `with` sees one whole `Config`, the old or the new one, from beginning to end. When
//!   `reload` has returned `Ok`, later calls see the new one.
//! - `with` does not wait for a reload that is under way, however long reading and validating take.
//!   And a reload does not wait for a call of `with` that is under way. (A clone of
//!   an `Arc<Config>` is another handle to the same settings, and keeps them alive:
//!   <https://doc.rust-lang.org/std/sync/struct.Arc.html>.)
//! - The revision in service never goes down. A file with a lower one is refused, also if the
//!   higher one came into service while this reload was at work. For an equal one it is up to you.
//! - Several threads may call `reload`. Whether one waits for the other is up to you, but none is
//!   refused because another one is at work.
//! - The code given to `with`, `validate` and the source may panic. That changes no settings, and
//!   `with` and `reload` go on working afterwards. Whether `reload` then panics too or returns an
//!   error is up to you. (A `Mutex` is poisoned when a thread panics while it holds the lock:
//!   <https://doc.rust-lang.org/std/sync/struct.Mutex.html#poisoning>.)
//!
//! What to do: mend `with` and `reload`. Add and change private fields of `Live` as you need. The
//! module `config` is right as it is.

use std::io;
use std::sync::Mutex;

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
    current: Mutex<Config>,
    validate: Box<Validate>,
}

impl Live {
    /// Puts the first settings into service.
    pub fn new(first: Config, validate: Box<Validate>) -> Self {
        Self {
            current: Mutex::new(first),
            validate,
        }
    }

    /// Lets `read` look at the settings in service.
    pub fn with<T>(&self, read: impl FnOnce(&Config) -> T) -> T {
        let current = self.current.lock().unwrap();
        read(&current)
    }

    /// Reads new settings and puts them into service, or says why not.
    pub fn reload(&self, source: &dyn Source) -> Result<(), String> {
        let mut current = self.current.lock().unwrap();
        let text = source.read().unwrap_or_default();
        *current = Config::parse(&text)?;
        (self.validate)(&current)
    }
}
