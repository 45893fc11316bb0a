//! `backlings init`: makes a workspace.

use std::path::Path;
use std::process::ExitCode;

use super::{Context, emit, shorten};
use crate::error::{Error, Result};
use crate::workspace::{self, Workspace};

pub fn init(context: &Context, directory: &Path, course: Option<&Path>) -> Result<ExitCode> {
    let course = course.map(|course| context.here.join(course));
    let course = workspace::load_course(course.as_deref())?;
    if context.workspace.is_some() {
        return Err(Error::usage(
            "`init` takes the directory by itself: `backlings init DIR`, without `--workspace`",
        ));
    }
    let root = context.here.join(directory);
    let around = root
        .parent()
        .and_then(workspace::enclosing)
        .map(Path::to_owned);
    if context.trust {
        context.permit(&course)?;
    }
    let made = Workspace::make(course, &root)?;
    if let Some(around) = around {
        eprintln!(
            "note: it stands inside of the workspace `{}`",
            around.display()
        );
    }
    let course = &made.course;
    let place = shorten(&root, &context.here);
    let quoted = if place.contains(' ') {
        format!("'{place}'")
    } else {
        place.clone()
    };
    emit(&format!(
        "{}\n\n{} exercises are in `{place}`. Now:\n\n    cd {quoted}\n    backlings\n",
        context.paint.wrap(course.welcome.trim(), ""),
        course.exercises.len(),
    ))?;
    Ok(ExitCode::SUCCESS)
}
