//! `backlings dev`: the commands for authors of courses.

mod check;
mod mutants;
mod new;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::Context as _;

use super::Context;
use crate::cli::DevCommand;
use crate::course::{Course, Exercise};
use crate::error::{Error, Result};
use crate::workspace;

pub fn dev(context: &Context, command: DevCommand) -> Result<ExitCode> {
    match command {
        DevCommand::Check(args) => check::check(context, &args),
        DevCommand::Mutants {
            name,
            format,
            jobs,
            course,
        } => mutants::mutants(context, &name, format, jobs, course.as_deref()),
        DevCommand::New { directory } => new::new(context, &directory),
    }
}

/// The course that an author means, and its directory: the one named, else the one
/// they stand in.
fn course(context: &Context, named: Option<&Path>) -> Result<(Course, PathBuf)> {
    let directory = match named {
        Some(named) => context.here.join(named),
        None => workspace::enclosing_course(&context.here)
            .map(Path::to_owned)
            .ok_or_else(|| {
                Error::usage(
                    "there is no course here or above: stand in a directory with `info.toml` and \
                     `exercises/`, name one with `--course DIR`, or begin one with `backlings dev new DIR`",
                )
            })?,
    };
    let course = workspace::load_course(Some(&directory))?;
    let directory = fs::canonicalize(&directory)
        .with_context(|| format!("cannot open `{}`", directory.display()))?;
    Ok((course, directory))
}

/// The exercise that a name or path means.
fn exercise<'a>(course: &'a Course, name: &str) -> Result<&'a Exercise> {
    course.find(name).ok_or_else(|| {
        let help = course.nearest(name).map_or_else(
            || "see `info.toml`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Error::usage(format!("there is no exercise `{name}`: {help}"))
    })
}

/// How much is done at once: what was asked for, else twice as much as there are
/// cores, for most of a check's time may be spent waiting.
fn jobs(wanted: Option<u16>) -> usize {
    let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    wanted.map_or(2 * cores, usize::from)
}

/// Does all tasks on `jobs` threads, each of which tells its number; the results
/// are in the tasks' order.
fn side_by_side<T: Sync, R: Send>(
    tasks: &[T],
    jobs: usize,
    work: impl Fn(usize, &T) -> R + Sync,
) -> Vec<R> {
    let results: Vec<Mutex<Option<R>>> = tasks.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let lane = |lane: usize| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(index) else {
                return;
            };
            let result = work(lane, task);
            let place = &results[index];
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        }
    };
    let lane = &lane;
    thread::scope(|scope| {
        for number in 0..jobs.min(tasks.len()) {
            scope.spawn(move || lane(number));
        }
    });
    let taken =
        |result: Mutex<Option<R>>| result.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.into_iter().filter_map(taken).collect()
}
