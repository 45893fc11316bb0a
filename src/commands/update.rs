//! `backlings update`: the workspace brought to the course as it is now.

use std::process::ExitCode;

use super::{Context, cancel_on_signals, emit, judge_and_record, judge_of, progress::ProgressLine};
use crate::error::{Error, Result};
use crate::judge::{Cancel, Judged, Report};
use crate::screen;
use crate::workspace::{Told, Workspace};

pub fn update(context: &Context) -> Result<ExitCode> {
    let workspace = context.open_as_it_is()?;
    let (_alone, told) = workspace.update_files()?;
    // The files are there, whatever comes of the judging.
    let judged = judge_again(context, &workspace);
    let reports = match judged {
        Ok(reports) => reports,
        Err(error) => {
            tell(context, &workspace, &told, &[])?;
            return Err(error);
        }
    };
    tell(context, &workspace, &told, &reports)?;
    let all_pass = reports.iter().all(Report::passed);
    Ok(ExitCode::from(u8::from(!all_pass)))
}

fn tell(context: &Context, workspace: &Workspace, told: &Told, reports: &[Report]) -> Result<()> {
    let version = &workspace.course.version;
    emit(&screen::updated(told, reports, version, context.paint))
}

/// Judges what had passed by a check that is another one now.
fn judge_again(context: &Context, workspace: &Workspace) -> Result<Vec<Report>> {
    let exercises = workspace.to_recheck()?;
    if exercises.is_empty() {
        return Ok(Vec::new());
    }
    context.permit(&workspace.course)?;
    let cancel = Cancel::default();
    cancel_on_signals(&cancel)?;
    let bar = ProgressLine::counting(exercises.len(), "exercises", context.paint);
    let judge = judge_of(workspace);
    let mut reports = Vec::new();
    for exercise in exercises {
        bar.say(exercise.name.clone());
        let judged = judge_and_record(workspace, &judge, exercise, &cancel, &|_| {})?;
        let Judged::Done((outcome, _)) = judged else {
            return Err(Error::broken(
                "stopped before all was judged again: `backlings update` goes on there",
            ));
        };
        workspace.rechecked(exercise)?;
        reports.push(outcome.report.clone());
        bar.advance();
    }
    drop(bar);
    Ok(reports)
}
