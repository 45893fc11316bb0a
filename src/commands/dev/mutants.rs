//! `backlings dev mutants`: which small changes of a solution no check notices.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::super::progress::ProgressLine;
use super::super::{Context, cancel_on_signals, emit};
use super::{course, exercise, jobs, side_by_side};
use crate::author::{self, Answers, Prey, Prover};
use crate::cli::Format;
use crate::error::{Error, Result};
use crate::judge::{Cancel, Judged};
use crate::screen::{self, Hunt};

pub fn mutants(
    context: &Context,
    name: &str,
    format: Format,
    wanted_jobs: Option<u16>,
    named: Option<&Path>,
) -> Result<ExitCode> {
    let (course, directory) = course(context, named)?;
    let course = Arc::new(course);
    let exercise = exercise(&course, name)?;
    let answers = Answers::find(&course, exercise)?;
    let prey = author::prey(exercise, &answers)?;
    let cancel = Cancel::default();
    cancel_on_signals(&cancel)?;
    let cache = author::cache(&course, &directory)?;
    let prover = Prover::new(course.clone(), &directory, &cache, 1)?;
    let stopped = || Error::broken("stopped before all changes were judged");

    let Judged::Done(limit) = author::time_limit(&prover, exercise, &answers, &cancel)? else {
        return Err(stopped());
    };
    let mut hunted = exercise.clone();
    hunted.time_limit = limit;
    let bar = ProgressLine::counting(prey.len(), "changes", context.paint);
    bar.say(exercise.name.clone());
    let judge_one = |lane: usize, one: &Prey| {
        let fate = author::fate(&prover, &hunted, one, lane, &cancel);
        bar.advance();
        fate
    };
    let fates = side_by_side(&prey, jobs(wanted_jobs), judge_one);
    drop(bar);
    let mut hunt = Hunt::new(exercise);
    for (one, fate) in prey.into_iter().zip(fates) {
        match fate? {
            Judged::Done(fate) => hunt.note(one, &fate),
            Judged::Cancelled => return Err(stopped()),
        }
    }
    emit(&match format {
        Format::Json => screen::hunt_json(&hunt),
        Format::Human => screen::hunt(&hunt, context.paint),
    })?;
    Ok(ExitCode::from(u8::from(!hunt.unnoticed.is_empty())))
}
