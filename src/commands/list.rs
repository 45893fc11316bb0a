//! `backlings list`: all exercises and where the learner stands.

use std::process::ExitCode;

use super::{Context, emit};
use crate::cli::Format;
use crate::error::Result;
use crate::screen;

pub fn list(context: &Context, format: Format) -> Result<ExitCode> {
    let workspace = context.open()?;
    let progress = context.progress(&workspace)?;
    let course = &workspace.course;
    match format {
        Format::Json => emit(&screen::exercise_list(course, &progress))?,
        Format::Human => {
            let (list, _) = screen::list(course, &progress, None, context.paint);
            let done = progress.done(course);
            let total = course.exercises.len();
            let legend = context
                .paint
                .dim("✓ done  ▸ current  · tried  ! look again");
            emit(&format!("{list}\n{done} of {total} done    {legend}\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
