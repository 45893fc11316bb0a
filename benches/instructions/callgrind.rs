//! One path under Callgrind.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::paths::Prepared;

/// Runs a path. Callgrind counts while this function runs and finds it by its name, so
/// it must neither be inlined nor be left by a jump.
///
/// # Errors
///
/// The path's own.
#[inline(never)]
pub fn counted_part(path: Prepared) -> Result<()> {
    std::hint::black_box(path())
}

/// Makes sure that there is a Valgrind.
///
/// # Errors
///
/// When there is none: how to install it.
pub fn find() -> Result<()> {
    let status = Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => bail!(
            "instructions are counted by Valgrind, and `valgrind` cannot be started\n  \
             install it: `apt-get install valgrind` on Debian and Ubuntu, `dnf install valgrind` on Fedora"
        ),
    }
}

/// How many instructions a path takes.
///
/// # Errors
///
/// When it does not run, or nothing was counted.
pub fn count(name: &str, inputs: &Path) -> Result<u64> {
    let profile = profile(name);
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg("--toggle-collect=*counted_part*")
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(env::current_exe().context("cannot find this program")?)
        .args(["--run", name, "--inputs"])
        .arg(inputs)
        // With somebody's own options it would count something else.
        .env_remove("VALGRIND_OPTS")
        .stdin(Stdio::null())
        .output()
        .context("cannot start `valgrind`")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {}", output.status, said.trim());
    }
    let text = fs::read_to_string(&profile)
        .with_context(|| format!("cannot read `{}`", profile.display()))?;
    total(&text).with_context(|| {
        format!(
            "`{}` has no count, for this program has no symbols: build it with `--profile instructions`",
            profile.display()
        )
    })
}

/// Where the profile of a path's last run is.
pub fn profile(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.callgrind"))
}

/// The sum that a profile ends with.
fn total(profile: &str) -> Option<u64> {
    let line = profile
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))?;
    line.trim().parse().ok().filter(|total| *total > 0)
}
