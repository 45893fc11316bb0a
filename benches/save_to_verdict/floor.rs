//! The floor: what backlings runs for a save as one compiler and the check, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::course::Save;
use super::files::write;
use super::process::Run;
use super::runners::{Runner, Traced};

/// Compiler and check, started one after the other.
pub struct Floor<'a> {
    run: &'a Run,
    commands: Vec<Traced>,
    /// The subject, in a tree of its own.
    file: PathBuf,
    /// The check's directory, made anew each time.
    home: PathBuf,
}

impl<'a> Floor<'a> {
    /// Takes over the commands of a workspace; what they write goes below `place`,
    /// and `file` is saved there.
    pub fn new(
        run: &'a Run,
        mut commands: Vec<Traced>,
        workspace: &Path,
        place: &Path,
        file: &str,
    ) -> Result<Self> {
        if commands.is_empty() {
            bail!("backlings has started nothing");
        }
        join_compilers(&mut commands);
        let _ = fs::remove_dir_all(place);
        copy(&workspace.join("exercises"), &place.join("exercises"))?;
        let home = place.join("home");
        relocate(&mut commands, workspace, place, &home);
        Ok(Self {
            run,
            commands,
            file: place.join(file),
            home,
        })
    }

    /// Runs the commands up to the first that fails: which one that is.
    fn run_all(&self, limit: Duration) -> Result<(Option<usize>, Instant)> {
        let mut ended = Instant::now();
        for (index, traced) in self.commands.iter().enumerate() {
            let mut command = self.run.command(&traced.program);
            command.args(&traced.args).current_dir(&traced.cwd);
            for name in &traced.env_remove {
                command.env_remove(name);
            }
            command.envs(&traced.env);
            let (output, at) = self.run.finish(command, limit)?;
            ended = at;
            if !output.status.success() {
                return Ok((Some(index), ended));
            }
        }
        Ok((None, ended))
    }
}

impl Runner for Floor<'_> {
    fn name(&self) -> &'static str {
        "floor"
    }

    fn save(&mut self, save: Save, text: &str, limit: Duration) -> Result<Duration> {
        let _ = fs::remove_dir_all(&self.home);
        fs::create_dir_all(&self.home)?;
        write(&self.file, text)?;
        let started = Instant::now();
        let (failed, ended) = self.run_all(limit)?;
        let check = self.commands.len() - 1;
        let found = match failed {
            None => Save::Passes,
            Some(index) if index == check => Save::CheckFails,
            Some(_) => Save::DoesNotCompile,
        };
        if found != save {
            bail!("this text has another verdict: {found}");
        }
        Ok(ended.saturating_duration_since(started))
    }
}

/// Makes one compiler out of two that build and lint side by side: the floor is the
/// process that does the same work by itself.
pub fn join_compilers(commands: &mut Vec<Traced>) {
    let pair = |args: &[String], flag: &str| {
        let starts = |pair: &[String]| pair[0] == flag && pair[1].starts_with("clippy::");
        args.windows(2).position(starts)
    };
    let is_linter = |one: &Traced| one.args.iter().any(|arg| arg == "--emit=metadata");
    let source = |one: &Traced| one.args.iter().find(|arg| arg.ends_with(".rs")).cloned();
    while let Some(at) = commands.iter().position(is_linter) {
        let linter = commands.remove(at);
        let mut builders = commands.iter_mut();
        let Some(builder) = builders.find(|one| source(one) == source(&linter)) else {
            continue;
        };
        // It lints, too.
        while let Some(at) = pair(&builder.args, "-A") {
            builder.args.drain(at..at + 2);
        }
        if let Some(at) = pair(&linter.args, "-W") {
            builder.args.extend_from_slice(&linter.args[at..at + 2]);
        }
    }
}

/// Gives commands other places: for the tree that they read, for what they write,
/// and for the check's scratch directory. Libraries stay where backlings built them.
pub fn relocate(commands: &mut [Traced], workspace: &Path, place: &Path, home: &Path) {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let root = text(workspace);
    let mut moved = vec![(
        text(&workspace.join("exercises")),
        text(&place.join("exercises")),
    )];
    for (number, command) in commands.iter().enumerate() {
        for (index, argument) in command.args.iter().enumerate() {
            let next = command.args.get(index + 1);
            if let Some(product) = next.filter(|_| argument == "-o") {
                let own = place.join(format!("product-{number}"));
                moved.push((product.clone(), text(&own)));
            }
            if let Some(directory) = argument.strip_prefix("incremental=") {
                let own = place.join(format!("incremental-{number}"));
                moved.push((directory.to_owned(), text(&own)));
            }
        }
    }
    for command in commands {
        let scratch = command.cwd.clone();
        // The compiler's directory mirrors the workspace, whose subject it finds here.
        let in_workspace = scratch == root || scratch.ends_with("/tree");
        let change = |value: &mut String| {
            if !in_workspace && *value == scratch {
                *value = text(home);
            }
            for (from, to) in &moved {
                *value = value.replace(from, to);
            }
        };
        change(&mut command.program);
        command.args.iter_mut().for_each(change);
        command.env.values_mut().for_each(change);
        // The harness appends to it; see `src/harness/lib.rs`.
        if let Some(report) = command.env.get_mut("BACKLINGS_REPORT") {
            *report = text(&home.join("report"));
        }
        command.cwd = text(if in_workspace { place } else { home });
    }
}

/// Copies a directory with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let context = || format!("cannot copy `{}`", from.display());
    fs::create_dir_all(to).with_context(context)?;
    for entry in fs::read_dir(from).with_context(context)? {
        let entry = entry.with_context(context)?;
        let target = to.join(entry.file_name());
        if entry.file_type().with_context(context)?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target).with_context(context)?;
        }
    }
    Ok(())
}
