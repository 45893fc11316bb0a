//! `backlings dev new`: a course to begin with.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use super::super::{Context, emit, shorten};
use crate::author;
use crate::error::{Error, Result};
use crate::trust;

pub fn new(context: &Context, directory: &Path) -> Result<ExitCode> {
    let root = context.here.join(directory);
    let is_taken = fs::read_dir(&root).is_ok_and(|mut entries| entries.next().is_some());
    if is_taken || root.is_file() {
        return Err(Error::usage(format!(
            "`{}` exists and is not empty: nothing there is overwritten\n  \
             name another directory, as in `backlings dev new my-course`",
            directory.display()
        )));
    }
    author::new(&root)?;
    // Whoever makes it may run it.
    let made = fs::canonicalize(&root).context("cannot open the course")?;
    trust::remember(&made)?;
    let place = shorten(&root, &context.here);
    emit(&format!(
        "The course `{place}` has one exercise of each kind, with comments for you. Now:\n\n    \
             cd {place}\n    \
             backlings dev check     proves it\n    \
             backlings               is what learners see\n\n\
         Then read its README.md and info.toml, and make it yours.\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}
