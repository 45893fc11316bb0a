//! `backlings solution`: our answer, once the learner has one.

use std::process::ExitCode;

use super::{Context, emit};
use crate::error::Result;
use crate::screen;

pub fn solution(context: &Context, name: &str, anyway: bool) -> Result<ExitCode> {
    let workspace = context.open()?;
    let exercise = workspace.exercise(name)?;
    let done = context.progress(&workspace)?.is_done(exercise);
    if !done && !anyway {
        let name = &exercise.name;
        eprintln!(
            "`{name}` does not pass yet, and finding your own answer is where the learning is.\n  \
             `backlings hint {name}` helps, one step at a time.\n  \
             `backlings solution {name} --anyway` shows ours all the same."
        );
        return Ok(ExitCode::from(1));
    }
    let text = workspace.solution(exercise)?;
    emit(&screen::solution(exercise, &text, context.paint))?;
    Ok(ExitCode::SUCCESS)
}
