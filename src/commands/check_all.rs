//! `backlings check-all`: judges everything and brings progress up to date.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Context, emit, judge_and_record, judge_of, progress_bar};
use crate::cli::Format;
use crate::error::{Error, Result};
use crate::judge::{Cancel, Judge, Judged, Report};
use crate::screen;
use crate::workspace::Workspace;

pub fn check_all(context: &Context, format: Format) -> Result<ExitCode> {
    let workspace = context.open()?;
    context.permit(&workspace.course)?;
    let _in_use = workspace.in_use()?;
    context.progress(&workspace)?;
    let judge = judge_of(&workspace);
    let cancel = Cancel::default();
    super::cancel_on_signals(&cancel)?;
    let total = workspace.course.exercises.len();
    let bar = progress_bar(total, "exercises")?;

    let results = Mutex::new(Vec::new());
    judge_all(&workspace, &judge, &cancel, &|index, result| {
        bar.set_message(workspace.course.exercises[index].name.clone());
        bar.inc(1);
        let mut results = results
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        results.push((index, result));
    });
    bar.finish_and_clear();
    if cancel.is_cancelled() {
        return Err(Error::broken(
            "stopped before all were judged; what had passed is recorded",
        ));
    }

    let mut results = results
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    let mut reports = Vec::new();
    let mut problems = Vec::new();
    for (index, result) in results {
        match result {
            Ok(report) => reports.push(report),
            Err(problem) => problems.push((&workspace.course.exercises[index].name, problem)),
        }
    }
    let passed = reports.iter().filter(|report| report.passed()).count();
    match format {
        Format::Json => emit(&screen::report_list(&reports))?,
        Format::Human => {
            let width = workspace.course.name_width();
            let lines: Vec<String> = reports
                .iter()
                .map(|report| screen::one_line(report, width, context.paint))
                .collect();
            let gap = if lines.is_empty() { "" } else { "\n\n" };
            emit(&format!(
                "{}{gap}{passed} of {total} pass\n",
                lines.join("\n")
            ))?;
        }
    }
    if let Some((_, first)) = problems.first() {
        // A machine that is not in order says the same of each.
        if problems.len() == total && problems.iter().all(|(_, problem)| problem == first) {
            return Err(Error::broken(first.clone()));
        }
        let text: Vec<String> = problems
            .iter()
            .map(|(name, problem)| format!("`{name}`: {problem}"))
            .collect();
        return Err(Error::broken(format!(
            "not all could be judged\n{}",
            text.join("\n")
        )));
    }
    Ok(ExitCode::from(u8::from(passed < total)))
}

/// Judges every exercise on all cores, records what comes of it and tells of
/// each as it is done. A text stands for an exercise that could not be judged.
pub fn judge_all(
    workspace: &Workspace,
    judge: &Judge,
    cancel: &Cancel,
    told: &(dyn Fn(usize, Result<Report, String>) + Sync),
) {
    let exercises = &workspace.course.exercises;
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..workers.min(exercises.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(exercise) = exercises.get(index) else {
                        return;
                    };
                    match judge_and_record(workspace, judge, exercise, cancel, &|_| {}) {
                        Ok(Judged::Done((outcome, _))) => told(index, Ok(outcome.report.clone())),
                        Ok(Judged::Cancelled) => return,
                        Err(error) => told(index, Err(error.to_string())),
                    }
                }
            });
        }
    });
}
