//! A linker that is loaded before it is needed.
//!
//! rustc calls a C compiler, that calls a program of its own, that calls the linker;
//! starting all of them takes longer than linking an exercise. While somebody watches,
//! rustc is given this program for a linker ([`shim`]), which hands its arguments to the
//! watcher, and there a linker waits that has been loaded already. What the C compiler
//! makes of its arguments is learned from it once ([`template`]), and used when the
//! linker makes the very same program of that, byte by byte. Whatever else happens, the
//! C compiler is called as ever.

#[cfg(target_os = "linux")]
mod service;
#[cfg(target_os = "linux")]
mod shim;
#[cfg(target_os = "linux")]
mod template;

#[cfg(target_os = "linux")]
pub use service::Service;
#[cfg(target_os = "linux")]
pub use shim::as_linker;

/// Elsewhere nobody has tried which linker there is, and how it waits.
#[cfg(not(target_os = "linux"))]
mod none {
    use std::ffi::OsString;
    use std::path::Path;
    use std::process::ExitCode;

    /// Does the work of a linker, where this program has been started as one.
    pub fn as_linker() -> Option<ExitCode> {
        None
    }

    /// There is none.
    #[derive(Debug)]
    pub enum Service {}

    impl Service {
        /// There is none.
        pub fn start(_: &Path, _: &str) -> Option<Self> {
            None
        }

        /// What rustc is told.
        pub fn arguments(&self) -> Vec<OsString> {
            match *self {}
        }

        /// The variable by which the linker finds the watcher.
        pub fn variable(&self) -> (&'static str, OsString) {
            match *self {}
        }

        /// Loads a linker.
        pub fn load(&self) {
            match *self {}
        }
    }
}
#[cfg(not(target_os = "linux"))]
pub use none::{Service, as_linker};
