//! What is guarded: each path with what leads up to it.

use std::fmt;
use std::hint::black_box;
use std::path;

use anyhow::{Context as _, Result, anyhow};

use backlings::author::{self, Answers};
use backlings::course::{Course, Source};
use backlings::judge::{read_diagnostics, read_report};
use backlings::screen::{self, Frame, Paint, View};
use backlings::workspace::{Progress, Workspace, load_course};

use crate::callgrind::counted_part;
use crate::inputs::{self, MARK, SIZES};

/// A path whose instructions are counted.
pub struct Path {
    /// What it is called in the table and in budgets.toml.
    pub name: &'static str,
    /// What is counted, in words.
    pub what: &'static str,
    /// The figure is for one of so many parts.
    pub parts: fn() -> Result<u64>,
    /// Prepares it.
    prepare: fn(&path::Path) -> Result<Prepared>,
}

/// The path itself, with all that it needs. One that fails would be a cheap one.
pub type Prepared = Box<dyn FnOnce() -> Result<()>>;

impl Path {
    const fn new(
        name: &'static str,
        what: &'static str,
        prepare: fn(&path::Path) -> Result<Prepared>,
    ) -> Self {
        Self {
            name,
            what,
            parts: || Ok(1),
            prepare,
        }
    }

    /// Prepares the path and runs it once.
    ///
    /// # Errors
    ///
    /// When what it needs is not there, or it fails.
    pub fn run(&self, inputs: &path::Path) -> Result<()> {
        counted_part((self.prepare)(inputs)?)
    }
}

/// Two paths that do the same, one of them for ten times as much.
pub struct Scaling {
    /// For [`SIZES`]`[0]` exercises.
    pub small: &'static str,
    /// For [`SIZES`]`[1]`.
    pub large: &'static str,
}

/// How many times the instructions the larger one may take. Ten is linear.
pub const TIMES: f64 = 12.0;

/// What must be linear.
pub const SCALINGS: [Scaling; 3] = [
    Scaling {
        small: "load-100",
        large: "load-1000",
    },
    Scaling {
        small: "open-100",
        large: "open-1000",
    },
    Scaling {
        small: "list-100",
        large: "list-1000",
    },
];

/// A terminal of usual size.
const PAINT: Paint = Paint {
    color: true,
    width: 120,
};
const ROWS: usize = 40;

/// Everything that is guarded.
pub const PATHS: [Path; 19] = [
    Path {
        parts: embedded_exercises,
        ..Path::new(
            "load-embedded",
            "load the course in the program; for one of its exercises",
            |_| fallible(|| Course::load(Source::Embedded)),
        )
    },
    Path::new("load-100", "load a course of 100 exercises", |inputs| {
        load(inputs, SIZES[0])
    }),
    Path::new("load-1000", "load a course of 1,000 exercises", |inputs| {
        load(inputs, SIZES[1])
    }),
    Path::new(
        "open-100",
        "what every command begins with: open a workspace of 100 exercises, see whether it is up to date, read the progress",
        |inputs| open(inputs, SIZES[0]),
    ),
    Path::new("open-1000", "the same with 1,000 exercises", |inputs| {
        open(inputs, SIZES[1])
    }),
    Path::new(
        "progress-1000",
        "read the progress in 1,000 exercises",
        |inputs| {
            let workspace = opened(inputs, SIZES[1])?;
            fallible(move || workspace.progress())
        },
    ),
    Path::new("list-100", "`list` of 100 exercises", |inputs| {
        list(inputs, SIZES[0])
    }),
    Path::new("list-1000", "`list` of 1,000 exercises", |inputs| {
        list(inputs, SIZES[1])
    }),
    Path::new(
        "list-json-1000",
        "`list --format json` of 1,000 exercises",
        |inputs| {
            let (course, progress) = halfway(inputs, SIZES[1])?;
            ready(move || screen::exercise_list(&course, &progress))
        },
    ),
    Path::new(
        "frame-list-1000",
        "the watcher's screen of a list of 1,000 exercises, as it is drawn on every key",
        |inputs| {
            let (course, progress) = halfway(inputs, SIZES[1])?;
            let (body, line) = screen::list(&course, &progress, Some(500), PAINT);
            frame(body, line)
        },
    ),
    Path::new(
        "verdict-failing",
        "a verdict in which 10 of 20 checks fail, with long output",
        |inputs| {
            let course = inputs::load(inputs, SIZES[0])?;
            let exercise = course.exercises[0].clone();
            let report = inputs::failing(&exercise);
            ready(move || screen::verdict(&exercise, &report, Some((8, 20)), PAINT))
        },
    ),
    Path::new(
        "verdict-does-not-compile",
        "a verdict with 20 errors of the compiler, without colour",
        |inputs| {
            let course = inputs::load(inputs, SIZES[0])?;
            let exercise = course.exercises[0].clone();
            let report = inputs::broken(&exercise);
            ready(move || screen::verdict(&exercise, &report, None, Paint::PLAIN))
        },
    ),
    Path::new(
        "verdict-json",
        "`run --format json` where 10 of 20 checks fail",
        |inputs| {
            let course = inputs::load(inputs, SIZES[0])?;
            let report = inputs::failing(&course.exercises[0]);
            ready(move || screen::json_report(&report))
        },
    ),
    Path::new(
        "frame-verdict",
        "the watcher's screen of a verdict with long output",
        |inputs| {
            let course = inputs::load(inputs, SIZES[0])?;
            let exercise = &course.exercises[0];
            let report = inputs::failing(exercise);
            frame(screen::verdict(exercise, &report, None, PAINT), 10)
        },
    ),
    Path::new("brief", "an exercise's brief, as it is met", |inputs| {
        let course = inputs::load(inputs, SIZES[0])?;
        ready(move || {
            let exercise = &course.exercises[50];
            screen::assignment(exercise, &course.brief(exercise), PAINT)
        })
    }),
    Path::new("hints", "all hints of an exercise", |inputs| {
        let course = inputs::load(inputs, SIZES[0])?;
        ready(move || screen::hints(&course.exercises[50], 3, PAINT))
    }),
    Path::new("diagnostics", "read 50 messages of the compiler", |_| {
        let stderr = inputs::compiler_output(50);
        ready(move || read_diagnostics(&stderr, &inputs::clean))
    }),
    Path::new(
        "report",
        "read the harness's report of 100 checks and their output",
        |_| {
            let (report, output) = (inputs::harness_report(100), inputs::check_output(100));
            ready(move || read_report(&report, &output, MARK, &inputs::clean))
        },
    ),
    Path::new(
        "mutants",
        "make all mutants of a solution of 70 lines",
        |inputs| {
            let course = inputs::load(inputs, SIZES[0])?;
            let exercise = course.exercises[0].clone();
            let answers = Answers::find(&course, &exercise)?;
            fallible(move || author::prey(&exercise, &answers))
        },
    ),
];

/// Something to run that cannot fail.
fn ready<T>(path: impl FnOnce() -> T + 'static) -> Result<Prepared> {
    fallible(move || anyhow::Ok(path()))
}

/// Something to run whose result must not be left out by the compiler.
fn fallible<T, E: fmt::Display>(path: impl FnOnce() -> Result<T, E> + 'static) -> Result<Prepared> {
    Ok(Box::new(move || {
        let result = path().map_err(|error| anyhow!("{error}"))?;
        black_box(result);
        Ok(())
    }))
}

fn embedded_exercises() -> Result<u64> {
    let course = Course::load(Source::Embedded)?;
    u64::try_from(course.exercises.len()).context("too many exercises")
}

fn load(inputs: &path::Path, size: usize) -> Result<Prepared> {
    let root = inputs::course(inputs, size);
    fallible(move || load_course(Some(&root)))
}

fn open(inputs: &path::Path, size: usize) -> Result<Prepared> {
    let root = inputs::workspace(inputs, size);
    fallible(move || -> backlings::error::Result<_> {
        let workspace = Workspace::open(&root)?;
        let note = workspace.outdated()?;
        let progress = workspace.progress()?;
        Ok((workspace, note, progress))
    })
}

fn opened(inputs: &path::Path, size: usize) -> Result<Workspace> {
    Workspace::open(&inputs::workspace(inputs, size)).map_err(anyhow::Error::msg)
}

/// A course and the progress of somebody who has done half of it.
fn halfway(inputs: &path::Path, size: usize) -> Result<(Course, Progress)> {
    let course = inputs::load(inputs, size)?;
    let (progress, _) = opened(inputs, size)?
        .progress()
        .map_err(anyhow::Error::msg)?;
    Ok((course, progress))
}

fn list(inputs: &path::Path, size: usize) -> Result<Prepared> {
    let (course, progress) = halfway(inputs, size)?;
    ready(move || screen::list(&course, &progress, None, PAINT))
}

fn frame(body: String, scroll: usize) -> Result<Prepared> {
    let view = View {
        header: "generated  12 of 1000 done".to_owned(),
        body,
        footer: "h hint   l list   q quit   ? all keys".to_owned(),
    };
    ready(move || Frame::fit(&view, ROWS, scroll, PAINT).draw())
}
