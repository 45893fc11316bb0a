//! Whether a Rust file is as rustfmt would write it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use duct::cmd;

use crate::judge::Toolchain;

/// The toolchain's rustfmt, for one course.
#[derive(Debug)]
pub struct Formatter {
    rustfmt: PathBuf,
    /// Where a `rustfmt.toml` is looked for: the course.
    directory: PathBuf,
    edition: String,
}

impl Formatter {
    /// The formatter of a toolchain.
    ///
    /// # Errors
    ///
    /// When it is not installed.
    pub fn find(toolchain: &Toolchain, directory: &Path, edition: &str) -> Result<Self> {
        let name = format!("rustfmt{}", std::env::consts::EXE_SUFFIX);
        let rustfmt = toolchain.rustc().with_file_name(name);
        if !rustfmt.is_file() {
            bail!("rustfmt is not installed: `rustup component add rustfmt`");
        }
        Ok(Self {
            rustfmt,
            directory: directory.to_owned(),
            edition: edition.to_owned(),
        })
    }

    /// The first line that rustfmt would change, from 1, and what it would write
    /// there; nothing where the text is formatted, or does not parse.
    ///
    /// # Errors
    ///
    /// When rustfmt cannot be started.
    pub fn first_change(&self, text: &[u8]) -> Result<Option<(usize, String)>> {
        let answer = cmd!(
            &self.rustfmt,
            "--edition",
            &self.edition,
            "--emit",
            "stdout"
        )
        .dir(&self.directory)
        .stdin_bytes(text)
        .stdout_capture()
        .stderr_null()
        .unchecked()
        .run()
        .with_context(|| format!("cannot start `{}`", self.rustfmt.display()))?;
        if !answer.status.success() {
            return Ok(None);
        }
        let theirs = String::from_utf8_lossy(text);
        let formatted = String::from_utf8_lossy(&answer.stdout);
        if theirs == formatted {
            return Ok(None);
        }
        let mut formatted_lines = formatted.lines();
        let mut number = 0;
        for line in theirs.lines() {
            number += 1;
            match formatted_lines.next() {
                Some(formatted) if formatted == line => {}
                other => return Ok(Some((number, other.unwrap_or_default().to_owned()))),
            }
        }
        let rest = formatted_lines.next().unwrap_or("(a line end)");
        Ok(Some((number + 1, rest.to_owned())))
    }
}
