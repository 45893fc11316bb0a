//! `backlings run`: judges one exercise, once.

use std::process::ExitCode;

use super::waiting::Waiting;
use super::{Context, emit, judge_and_record, judge_of};
use crate::cli::Format;
use crate::error::{Error, Result};
use crate::judge::{Cancel, Judged};
use crate::screen::{self, Paint};

pub fn run(context: &Context, name: Option<&str>, format: Format) -> Result<ExitCode> {
    let workspace = context.open()?;
    context.permit(&workspace.course)?;
    let _in_use = workspace.in_use()?;
    let Some(exercise) = context.exercise(&workspace, name)? else {
        return context.all_done(&workspace);
    };
    let progress = context.progress(&workspace)?;
    let before = progress.entry(exercise).checks;
    let judge = judge_of(&workspace);
    judge.set_width(context.paint.width);
    let answer = workspace.answer(exercise);

    let cancel = Cancel::default();
    super::cancel_on_signals(&cancel)?;
    let waiting = Waiting::new(context.paint);
    let judged = judge_and_record(&workspace, &judge, exercise, &cancel, &|stage| {
        waiting.tell(&stage);
    });
    drop(waiting);
    let Judged::Done((outcome, recorded)) = judged? else {
        return Err(Error::broken("stopped before there was a verdict"));
    };
    let report = &outcome.report;
    match format {
        Format::Json => emit(&screen::json_report(report))?,
        Format::Human => {
            let mut verdict = screen::verdict(exercise, report, before, context.paint);
            if report.passed() {
                verdict.push('\n');
                let course = &workspace.course;
                verdict.push_str(&screen::after_pass(
                    course,
                    exercise,
                    &recorded,
                    context.paint,
                ));
            }
            emit(&verdict)?;
        }
    }
    let kept = screen::verdict(exercise, report, before, Paint::PLAIN);
    workspace.keep_attempt(exercise, &answer, &kept)?;
    if workspace.answer(exercise) == answer {
        judge.remember(exercise, report, &judge.fingerprint()?)?;
    }
    Ok(ExitCode::from(u8::from(!report.passed())))
}
