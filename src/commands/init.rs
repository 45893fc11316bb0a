//! `backlings init`: makes a workspace.

use std::path::Path;
use std::process::ExitCode;

use super::{Context, emit, shorten};
use crate::error::Result;
use crate::workspace::{self, Workspace};

pub fn init(context: &Context, directory: &Path, course: Option<&Path>) -> Result<ExitCode> {
    let course = course.map(|course| context.here.join(course));
    let course = workspace::load_course(course.as_deref())?;
    let named = context.workspace.as_deref().unwrap_or(directory);
    let made = Workspace::make(course, &context.here.join(named))?;
    let course = &made.course;
    let place = shorten(&context.here.join(named), &context.here);
    emit(&format!(
        "{}\n\n{} exercises are in `{place}`. Now:\n\n    cd {place}\n    backlings\n",
        context.paint.wrap(course.welcome.trim(), ""),
        course.exercises.len(),
    ))?;
    Ok(ExitCode::SUCCESS)
}
