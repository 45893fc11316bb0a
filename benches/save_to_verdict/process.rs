//! Processes that are waited for with a limit, and of which none is left behind.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use tempfile::TempDir;

/// How long anything may take that builds crates.
pub const BUILD_LIMIT: Duration = Duration::from_secs(1200);
/// How long a verdict may take.
pub const LIMIT: Duration = Duration::from_secs(120);
/// How often a wait looks whether somebody wants it to end.
pub const TICK: Duration = Duration::from_millis(100);
/// How long what was asked to end may take to do so.
const GRACE: Duration = Duration::from_secs(5);

/// The variable that marks all processes of a run of the benchmark.
const MARK: &str = "SAVE_TO_VERDICT_RUN";

/// One run of the benchmark: its directory, and all that it has started. Dropping
/// it, also in a panic, ends what still runs and removes a directory of its own.
#[derive(Debug)]
pub struct Run {
    directory: PathBuf,
    /// Removed when it is dropped.
    own: Option<TempDir>,
    mark: String,
    interrupted: Arc<AtomicBool>,
}

impl Run {
    /// Begins a run in a directory that is kept, or in a temporary one.
    pub fn begin(kept: Option<&Path>) -> Result<Self> {
        let interrupted = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // The second one ends at once.
            signal_hook::flag::register_conditional_shutdown(signal, 130, interrupted.clone())?;
            signal_hook::flag::register(signal, interrupted.clone())?;
        }
        let own = match kept {
            Some(_) => None,
            None => Some(
                tempfile::Builder::new()
                    .prefix("save-to-verdict-")
                    .tempdir()?,
            ),
        };
        let directory = match (&own, kept) {
            (Some(own), _) => own.path().to_owned(),
            (None, kept) => kept.context("no directory")?.to_owned(),
        };
        fs::create_dir_all(directory.join("tmp"))
            .with_context(|| format!("cannot make `{}`", directory.display()))?;
        Ok(Self {
            directory: directory.canonicalize()?,
            own,
            mark: format!("{}-{:?}", process::id(), Instant::now()),
            interrupted,
        })
    }

    /// The run's directory, without symbolic links.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// The environment of all that is started: as the user has it, without what
    /// Cargo sets for a benchmark, and with this run's mark and directories.
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut variables: Vec<(OsString, OsString)> = env::vars_os()
            .filter(|(name, _)| is_the_users(name))
            .collect();
        variables.extend([
            (MARK.into(), self.mark.clone().into()),
            ("TMPDIR".into(), self.directory.join("tmp").into()),
            ("BACKLINGS_HOME".into(), self.directory.join("home").into()),
        ]);
        variables
    }

    /// A command in that environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.environment());
        command
    }

    /// Fails where somebody wants the benchmark to end.
    pub fn go_on(&self) -> Result<()> {
        if self.interrupted.load(Ordering::Relaxed) {
            bail!("interrupted");
        }
        Ok(())
    }

    /// Runs a command to its end; when it ended stands beside what it printed.
    ///
    /// # Errors
    ///
    /// When it cannot be started, or takes longer than the limit: then it is ended.
    pub fn finish(&self, mut command: Command, limit: Duration) -> Result<(Output, Instant)> {
        use std::os::unix::process::CommandExt as _;

        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{name}`"))?;
        let group = child.id();
        let (sender, ended) = mpsc::channel();
        thread::spawn(move || {
            let output = child.wait_with_output();
            // Nobody listens any more where the command was given up.
            let _ = sender.send((output, Instant::now()));
        });
        let deadline = Instant::now() + limit;
        let trouble = loop {
            if let Ok((output, at)) = ended.recv_timeout(TICK) {
                return Ok((output?, at));
            }
            if let Err(error) = self.go_on() {
                break error;
            }
            if Instant::now() >= deadline {
                break anyhow::anyhow!("`{name}` did not end within {} s", limit.as_secs());
            }
        };
        // What has groups of its own below it ends those, when it is asked to.
        kill_group(group, Signal::TERM);
        let _ = ended.recv_timeout(GRACE);
        kill_group(group, Signal::KILL);
        Err(trouble)
    }

    /// Runs a command to its end and returns what it printed to standard output.
    ///
    /// # Errors
    ///
    /// As [`Run::finish`], and when it fails.
    pub fn output(&self, command: Command, limit: Duration) -> Result<String> {
        let told = format!("{command:?}");
        let (output, _) = self.finish(command, limit)?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            // The environment stands before the program's name.
            let told = told
                .rsplit_once("TMPDIR=")
                .map_or(told.as_str(), |(_, rest)| rest);
            bail!("failed: {told}\n{text}{errors}");
        }
        Ok(text)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        sweep(&format!("{MARK}={}", self.mark));
        // A failure to remove is no failure to measure.
        let _ = self.own.take().map(TempDir::close);
    }
}

/// Whether Cargo has not set this variable for the benchmark.
fn is_the_users(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let of_cargo = [
        "CARGO_MANIFEST_",
        "CARGO_PKG_",
        "CARGO_BIN_",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_TARGET_",
        "LD_LIBRARY_PATH",
        "DYLD_FALLBACK_LIBRARY_PATH",
    ];
    name != "CARGO" && !of_cargo.iter().any(|start| name.starts_with(start))
}

/// Sends a signal to a process group that may have gone.
pub fn kill_group(group: u32, signal: Signal) {
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, signal);
    }
}

/// Kills what has this mark in its environment. Only Linux can be asked; elsewhere
/// each watcher's process group is all that is ended.
fn sweep(mark: &str) {
    #[cfg(target_os = "linux")]
    // What is found may have started more meanwhile.
    for _ in 0..8 {
        let found = marked(mark);
        for process in &found {
            let _ = rustix::process::kill_process(*process, Signal::KILL);
        }
        if found.is_empty() {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    #[cfg(not(target_os = "linux"))]
    let _ = mark;
}

#[cfg(target_os = "linux")]
fn marked(mark: &str) -> Vec<Pid> {
    let has_mark = |pid: i32| {
        let variables = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        variables
            .split(|byte| *byte == 0)
            .any(|one| one == mark.as_bytes())
    };
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| has_mark(*pid))
        .filter_map(Pid::from_raw)
        .collect()
}
