//! Somebody's course is somebody's code: it runs when the user has said so.
//!
//! The answer is kept with the user and never in a workspace or a course, which
//! could come with an answer of their own.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::course::{Course, Source};
use crate::home;

/// `trusted.toml`.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Trusted {
    /// Canonical paths of courses.
    courses: BTreeSet<PathBuf>,
}

/// The directory of a course that the user has to be asked about; none for the
/// course in this program, its copies, and those that were trusted before.
///
/// # Errors
///
/// When the list of trusted courses cannot be read.
pub fn to_be_asked(course: &Course) -> Result<Option<&Path>> {
    let Source::Directory(directory) = &course.source else {
        return Ok(None);
    };
    let is_known = load()?.courses.contains(directory) || course.source.is_embedded_copy();
    Ok((!is_known).then_some(directory))
}

/// Remembers that a course is trusted.
///
/// # Errors
///
/// When the list cannot be written.
pub fn remember(directory: &Path) -> Result<()> {
    let home = home::data()?;
    let path = home.join("trusted.toml");
    let write = || -> Result<()> {
        fs::create_dir_all(&home)?;
        let lock = File::create(home.join("trusted.lock"))?;
        // Where the file system has no locks, rename still keeps the list whole.
        let _ = lock.lock();
        let mut trusted = load()?;
        if trusted.courses.insert(directory.to_owned()) {
            let mut file = tempfile::NamedTempFile::new_in(&home)?;
            file.write_all(toml::to_string(&trusted)?.as_bytes())?;
            file.persist(&path)?;
        }
        Ok(())
    };
    write().with_context(|| format!("cannot write `{}`", path.display()))
}

fn load() -> Result<Trusted> {
    let path = home::data()?.join("trusted.toml");
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Trusted::default()),
        text => text.with_context(|| format!("cannot read `{}`", path.display()))?,
    };
    toml::from_str(&text).with_context(|| {
        format!(
            "cannot read `{}`: remove it, and you will be asked again",
            path.display()
        )
    })
}
