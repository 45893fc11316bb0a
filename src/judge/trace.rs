//! What the judge starts, written down for who asks.
//!
//! With `BACKLINGS_TRACE_COMMANDS=FILE` each program that the judge runs to its
//! end is appended to the file as a line of JSON, so that it can be started again
//! without backlings: to look into a problem, or to measure what it costs alone.
//! A compiler that was started ahead is told with what it was given later.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use super::process::Child;

/// The variable that names the file.
const VARIABLE: &str = "BACKLINGS_TRACE_COMMANDS";

/// One line. What is not UTF-8 is replaced.
#[derive(Serialize)]
struct Command<'a> {
    program: String,
    args: Vec<String>,
    cwd: String,
    /// The file that is its standard input; it has none where that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    stdin: Option<String>,
    /// Set on top of the environment that backlings was given.
    env: BTreeMap<&'a str, String>,
    /// Taken out of it.
    env_remove: &'a [&'a str],
}

/// Writes a program down, where that is asked for.
pub fn command(child: &Child<'_>) {
    let Some(file) = env::var_os(VARIABLE).filter(|file| !file.is_empty()) else {
        return;
    };
    // Who asks for it will miss it; a verdict must not depend on it.
    let _ = append(Path::new(&file), child);
}

fn append(file: &Path, child: &Child<'_>) -> io::Result<()> {
    let text = |part: &OsStr| part.to_string_lossy().into_owned();
    let command = Command {
        program: text(child.program.as_os_str()),
        args: child.args.iter().map(|one| text(one)).collect(),
        cwd: text(child.directory.as_os_str()),
        stdin: child.input.as_ref().map(|input| text(input.as_os_str())),
        env: child
            .env
            .iter()
            .map(|(name, value)| (*name, text(value)))
            .collect(),
        env_remove: child.without,
    };
    // One write, so that lines of exercises that are judged at once stay whole.
    let line = serde_json::to_string(&command)? + "\n";
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    file.write_all(line.as_bytes())
}
