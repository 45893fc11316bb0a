//! `backlings hint`: the next hint, or those that were asked for.

use std::process::ExitCode;

use super::{Context, emit};
use crate::error::{Error, Result};
use crate::screen;

pub fn hint(
    context: &Context,
    name: Option<&str>,
    level: Option<usize>,
    all: bool,
) -> Result<ExitCode> {
    let workspace = context.open()?;
    let Some(exercise) = context.exercise(&workspace, name)? else {
        return context.all_done(&workspace);
    };
    let total = exercise.hints.len();
    let seen = context.progress(&workspace)?.entry(exercise).hints;
    let (text, now_seen) = match level {
        Some(level) if level == 0 || level > total => {
            return Err(Error::usage(format!(
                "`{}` has hints 1 to {total}, there is no hint {level}",
                exercise.name
            )));
        }
        Some(level) => (screen::hint(exercise, level, context.paint), level),
        None if all => (screen::hints(exercise, total, context.paint), total),
        None => {
            let next = (seen + 1).min(total);
            let mut text = screen::hint(exercise, next, context.paint);
            let more = match total - next {
                0 => "That was the last one; `--all` shows them all, and where to read on."
                    .to_owned(),
                1 => "1 more: call `hint` again.".to_owned(),
                more => format!("{more} more: call `hint` again."),
            };
            text.push_str(&format!("\n{}\n", context.paint.dim(&more)));
            (text, next)
        }
    };
    let title = format!("{} · {}", exercise.name, exercise.title);
    emit(&format!("{}\n\n{text}", context.paint.strong(&title)))?;
    workspace.update(|progress| {
        let entry = progress.entry_mut(exercise);
        entry.hints = entry.hints.max(now_seen);
    })?;
    Ok(ExitCode::SUCCESS)
}
