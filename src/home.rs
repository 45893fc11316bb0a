//! What backlings keeps outside of workspaces and courses: which courses are
//! trusted, and what can be made again.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use etcetera::BaseStrategy as _;

/// The variable that names another directory for both.
pub const HOME_VARIABLE: &str = "BACKLINGS_HOME";

/// What must not get lost: below `BACKLINGS_HOME`, else in the platform's directory
/// for a user's data.
///
/// # Errors
///
/// When there is no home directory.
pub fn data() -> Result<PathBuf> {
    match named() {
        Some(home) => Ok(home),
        None => Ok(platform()?.data_dir().join("backlings")),
    }
}

/// What can be made again: below `BACKLINGS_HOME`, else in the platform's directory
/// for caches.
///
/// # Errors
///
/// When there is no home directory.
pub fn cache() -> Result<PathBuf> {
    match named() {
        Some(home) => Ok(home.join("cache")),
        None => Ok(platform()?.cache_dir().join("backlings")),
    }
}

fn named() -> Option<PathBuf> {
    env::var_os(HOME_VARIABLE)
        .filter(|home| !home.is_empty())
        .map(PathBuf::from)
}

fn platform() -> Result<impl etcetera::BaseStrategy> {
    etcetera::choose_base_strategy().with_context(|| {
        format!("there is no home directory: name a directory in `{HOME_VARIABLE}`")
    })
}
