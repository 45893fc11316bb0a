//! `backlings reset`: an exercise as it came; what it replaces is kept.

use std::process::ExitCode;

use super::{Context, emit, shorten};
use crate::error::Result;
use crate::workspace::Replaced;

pub fn reset(context: &Context, name: &str) -> Result<ExitCode> {
    let workspace = context.open()?;
    let exercise = workspace.exercise(name)?;
    let kept = workspace.reset(exercise)?;
    let file = shorten(&workspace.subject(exercise), &context.here);
    emit(&match kept {
        Replaced::Kept(kept) => format!(
            "`{file}` is untouched again; your text is kept as `{}`\n",
            shorten(&kept, &context.here)
        ),
        Replaced::Untouched => format!("`{file}` is unchanged: there was nothing to reset\n"),
        Replaced::Nothing => format!("`{file}` was missing: the untouched file is back\n"),
    })?;
    Ok(ExitCode::SUCCESS)
}
