//! Who judges a save: backlings here, and what all runners have in common.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::course::{Exercise, Save};
use super::files::{read, write};
use super::process::{BUILD_LIMIT, LIMIT, Run};
use super::terminal::Watcher;

/// The program under measurement, in the profile of the benchmark.
const BACKLINGS: &str = env!("CARGO_BIN_EXE_backlings");

/// Something that judges saves of one exercise.
pub trait Runner {
    /// Its name in the table.
    fn name(&self) -> &'static str;

    /// Saves a text and waits for the verdict, no longer than the limit; how long
    /// that took.
    fn save(&mut self, save: Save, text: &str, limit: Duration) -> Result<Duration>;
}

/// How files are saved.
#[derive(Debug, Clone, Copy)]
pub struct Saver {
    /// Under another name, then renamed.
    pub rename: bool,
    /// How long a watcher is left alone before.
    pub settle: Duration,
}

impl Saver {
    /// Saves a file; the moment when that was done.
    pub fn save(self, path: &Path, text: &str) -> Result<Instant> {
        let save = || {
            if self.rename {
                let other = path.with_extension("saving~");
                write_and_close(&other, text)?;
                fs::rename(&other, path)?;
            } else {
                write_and_close(path, text)?;
            }
            std::io::Result::Ok(Instant::now())
        };
        save().with_context(|| format!("cannot save `{}`", path.display()))
    }
}

/// In one write, so that no watcher sees half of it.
fn write_and_close(path: &Path, text: &str) -> std::io::Result<()> {
    fs::File::create(path)?.write_all(text.as_bytes())
}

/// What stands on the terminal when a verdict is there.
#[derive(Debug)]
pub struct Markers {
    pub passes: String,
    pub check_fails: String,
    pub does_not_compile: String,
}

impl Markers {
    fn backlings(exercise: &str) -> Self {
        Self {
            passes: format!("✓ {exercise} passes"),
            check_fails: format!("✗ {exercise}: "),
            does_not_compile: format!("✗ {exercise} does not compile"),
        }
    }

    /// rustlings gives what Cargo prints.
    pub fn rustlings() -> Self {
        Self {
            passes: "Exercise done".to_owned(),
            check_fails: "test result: FAILED".to_owned(),
            does_not_compile: "error[E".to_owned(),
        }
    }

    fn of(&self, save: Save) -> &str {
        match save {
            Save::Passes => &self.passes,
            Save::CheckFails => &self.check_fails,
            Save::DoesNotCompile => &self.does_not_compile,
        }
    }
}

/// A watcher that watches one exercise's file.
pub struct Watching<'a> {
    pub name: &'static str,
    pub watcher: Watcher<'a>,
    pub file: PathBuf,
    pub markers: Markers,
    pub saver: Saver,
}

impl Runner for Watching<'_> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn save(&mut self, save: Save, text: &str, limit: Duration) -> Result<Duration> {
        self.watcher.settle(self.saver.settle)?;
        let saved = self.saver.save(&self.file, text)?;
        // No verdict has the text of the one before it: what is awaited is new.
        let seen = self.watcher.wait(self.markers.of(save), limit)?;
        Ok(seen.saturating_duration_since(saved))
    }
}

/// A program that backlings starts for a save; see `src/judge/trace.rs`.
#[derive(Debug, Clone, Deserialize)]
pub struct Traced {
    pub program: String,
    pub args: Vec<String>,
    pub cwd: String,
    pub env: std::collections::BTreeMap<String, String>,
    pub env_remove: Vec<String>,
}

/// A workspace of backlings.
pub struct Backlings<'a> {
    run: &'a Run,
    root: PathBuf,
}

impl<'a> Backlings<'a> {
    /// Makes a workspace of a course, unless a kept directory has it.
    pub fn prepare(run: &'a Run, course: &Path) -> Result<Self> {
        let course = course
            .canonicalize()
            .with_context(|| format!("there is no course `{}`", course.display()))?;
        let backlings = Self {
            run,
            root: run.path().join("backlings"),
        };
        if backlings.root.exists() {
            // It may be of an older course, or none.
            backlings.call(&["update"])?;
        } else {
            let mut command = run.command(BACKLINGS);
            command.args(["--trust", "init"]).arg(&backlings.root);
            command.arg("--course").arg(course);
            run.output(command, LIMIT)?;
        }
        Ok(backlings)
    }

    /// The workspace's directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// An exercise's file, from the workspace's root.
    pub fn file_of(&self, exercise: &Exercise) -> Result<String> {
        #[derive(Deserialize)]
        struct List {
            exercises: Vec<Listed>,
        }
        #[derive(Deserialize)]
        struct Listed {
            exercise: String,
            file: String,
        }
        let list: List = serde_json::from_str(&self.call(&["list", "--format", "json"])?)?;
        list.exercises
            .into_iter()
            .find(|one| one.exercise == exercise.name)
            .map(|one| one.file)
            .with_context(|| format!("the course has no exercise `{}`", exercise.name))
    }

    /// What backlings starts for a save of an exercise. Leaves a failing text behind.
    pub fn commands_of(&self, exercise: &Exercise, file: &str) -> Result<Vec<Traced>> {
        let path = self.root.join(file);
        write(&path, &exercise.text(Save::Passes, "first"))?;
        self.call(&["run", &exercise.name])?;
        // What is built once has been built: a trace of this has what a save costs.
        write(&path, &exercise.text(Save::Passes, "traced"))?;
        let trace = self.run.path().join("trace");
        let _ = fs::remove_file(&trace);
        let mut command = self.command(&["run", &exercise.name]);
        command.env("BACKLINGS_TRACE_COMMANDS", &trace);
        self.run.output(command, LIMIT)?;
        let text = read(&trace)?;
        let commands: Vec<Traced> = text
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()
            .context("backlings has written another trace than is known")?;
        write(&path, &exercise.text(Save::CheckFails, "last"))?;
        Ok(commands)
    }

    /// Starts the watcher on an exercise.
    pub fn watch(&self, exercise: &Exercise, file: &str, saver: Saver) -> Result<Watching<'a>> {
        let mut watcher = Watcher::start(self.run, BACKLINGS, &["watch".as_ref()], &self.root)?;
        // It watches before it shows anything.
        watcher.wait("", LIMIT)?;
        Ok(Watching {
            name: "backlings",
            watcher,
            file: self.root.join(file),
            markers: Markers::backlings(&exercise.name),
            saver,
        })
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.run.command(BACKLINGS);
        let workspace: [&OsStr; 2] = ["--workspace".as_ref(), self.root.as_ref()];
        command.arg("--trust").args(workspace).args(args);
        command
    }

    fn call(&self, args: &[&str]) -> Result<String> {
        self.run.output(self.command(args), BUILD_LIMIT)
    }
}
