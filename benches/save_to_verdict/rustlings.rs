//! rustlings with the same code as its exercises.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use toml::{Table, Value};

use super::course::{Exercise, Save};
use super::files::{read, write};
use super::process::{BUILD_LIMIT, LIMIT, Run};
use super::runners::{Markers, Runner, Saver, Watching};
use super::terminal::Watcher;

/// What is compared with.
const VERSION: &str = "6.5.0";

/// A directory of community exercises.
pub struct Rustlings<'a> {
    run: &'a Run,
    program: PathBuf,
    directory: PathBuf,
}

/// A program of the exercises' package.
#[derive(Serialize)]
pub struct Binary {
    pub name: String,
    pub path: String,
}

impl<'a> Rustlings<'a> {
    /// Finds or installs rustlings and makes its exercises, with the crates of
    /// the benchmark's course.
    pub fn prepare(
        run: &'a Run,
        place: &str,
        course: &Path,
        exercises: &[Exercise],
    ) -> Result<Self> {
        let rustlings = Self {
            run,
            program: if place == "install" {
                install(run)?
            } else {
                place.into()
            },
            directory: run.path().join("rustlings"),
        };
        let mut version = run.command(&rustlings.program);
        version.arg("--version");
        let version = run.output(version, LIMIT)?;
        if !version.contains(VERSION) {
            bail!(
                "`{}` is not rustlings {VERSION}: {version}",
                rustlings.program.display()
            );
        }
        rustlings.lay(course, exercises)?;
        Ok(rustlings)
    }

    fn lay(&self, course: &Path, exercises: &[Exercise]) -> Result<()> {
        let mut info = "format_version = 1\n".to_owned();
        let mut binaries = Vec::new();
        for exercise in exercises.iter().filter(|one| one.tests.is_some()) {
            let name = name(exercise);
            info += &format!("\n[[exercises]]\nname = \"{name}\"\nhint = \"\"\"None.\"\"\"\n");
            for (directory, ending) in [("exercises", ""), ("solutions", "_sol")] {
                let path = format!("{directory}/{name}.rs");
                let text = in_one_file(exercise, &exercise.text(Save::CheckFails, "first"));
                write(&self.directory.join(&path), &text)?;
                binaries.push(Binary {
                    name: format!("{name}{ending}"),
                    path,
                });
            }
        }
        write(&self.directory.join("info.toml"), &info)?;
        let manifest = manifest(&read(&course.join("info.toml"))?, binaries)?;
        write(&self.directory.join("Cargo.toml"), &manifest)?;
        let crates = read(&course.join("exercises/crates.lock"))?;
        let lock = crates.replace("name = \"course-crates\"", "name = \"exercises\"");
        write(&self.directory.join("Cargo.lock"), &lock)
    }

    /// Starts the watcher on an exercise.
    pub fn watch(&self, exercise: &Exercise, saver: Saver) -> Result<RustlingsWatching<'a>> {
        let name = name(exercise);
        let state = format!("DON'T EDIT THIS FILE!\n\n{name}\n\n");
        write(&self.directory.join(".rustlings-state.txt"), &state)?;
        let file = self.directory.join(format!("exercises/{name}.rs"));
        write(
            &file,
            &in_one_file(exercise, &exercise.text(Save::CheckFails, "last")),
        )?;
        let markers = Markers::rustlings();
        let mut watcher = Watcher::start(self.run, &self.program, &[], &self.directory)?;
        // It judges what it finds, which builds the crates, before it looks at saves.
        watcher.wait(&markers.check_fails, BUILD_LIMIT)?;
        Ok(RustlingsWatching {
            tests: exercise.tests.clone().unwrap_or_default(),
            watching: Watching {
                name: "rustlings",
                watcher,
                file,
                markers,
                saver,
            },
        })
    }
}

/// A watcher whose exercise has its tests in the same file.
pub struct RustlingsWatching<'a> {
    tests: String,
    watching: Watching<'a>,
}

impl Runner for RustlingsWatching<'_> {
    fn name(&self) -> &'static str {
        self.watching.name()
    }

    fn save(&mut self, save: Save, text: &str, limit: Duration) -> Result<Duration> {
        let text = with_tests(text, &self.tests);
        self.watching.save(save, &text, limit)
    }
}

/// An exercise's name, which no crate has.
fn name(exercise: &Exercise) -> String {
    format!("save_{}", exercise.name)
}

fn in_one_file(exercise: &Exercise, subject: &str) -> String {
    with_tests(subject, exercise.tests.as_deref().unwrap_or_default())
}

/// Nothing but the tests uses the subject; `main` stands empty, as in rustlings' own.
fn with_tests(subject: &str, tests: &str) -> String {
    format!("#![allow(dead_code)]\n{subject}{tests}")
}

/// The manifest of the exercises, as `rustlings dev new` and `dev update` write it.
pub fn manifest(course: &str, binaries: Vec<Binary>) -> Result<String> {
    let course: Table = course
        .parse()
        .context("the course's `info.toml` is no TOML")?;
    let crates = course
        .get("crates")
        .cloned()
        .unwrap_or(Value::Table(Table::new()));
    let mut manifest = Table::new();
    manifest.insert("bin".to_owned(), Value::try_from(binaries)?);
    let package = "name = \"exercises\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false";
    manifest.insert("package".to_owned(), Value::Table(package.parse()?));
    manifest.insert("workspace".to_owned(), Value::Table(Table::new()));
    manifest.insert("dependencies".to_owned(), crates);
    Ok(toml::to_string(&manifest)?)
}

/// Installs rustlings below the target directory, once.
fn install(run: &Run) -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rustlings-{VERSION}"));
    let program = root.join("bin/rustlings");
    if !program.is_file() {
        eprintln!("installing rustlings {VERSION} in `{}`", root.display());
        fs::create_dir_all(&root)?;
        let mut command = run.command("cargo");
        command.args(["install", "rustlings", "--version", VERSION, "--locked"]);
        command.arg("--root").arg(&root);
        run.output(command, BUILD_LIMIT)?;
    }
    Ok(program)
}
