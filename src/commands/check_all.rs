//! `backlings check-all`: judges everything and brings progress up to date.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Context, emit, judge_of, judge_one, progress::ProgressLine, stands_on_unfinished};
use crate::cli::Format;
use crate::error::{Error, Result};
use crate::judge::{Cancel, Judged, Report};
use crate::screen;
use crate::workspace::Workspace;

pub fn check_all(context: &Context, format: Format, fresh: bool) -> Result<ExitCode> {
    let workspace = context.open()?;
    context.permit(&workspace.course)?;
    let _in_use = workspace.in_use()?;
    context.progress(&workspace)?;
    let cancel = Cancel::default();
    super::cancel_on_signals(&cancel)?;
    let total = workspace.course.exercises.len();
    let bar = ProgressLine::counting(total, "exercises", context.paint);

    let results = Mutex::new(Vec::new());
    judge_all(&workspace, fresh, &cancel, &|index, result| {
        bar.say(workspace.course.exercises[index].name.clone());
        bar.advance();
        let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
        results.push((index, result));
    })?;
    drop(bar);
    if cancel.is_cancelled() {
        return Err(Error::broken(
            "stopped before all were judged; what had passed is recorded",
        ));
    }

    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
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
/// One whose report is known, and nothing of which has changed, is not judged
/// again unless `fresh` says so.
///
/// # Errors
///
/// When the workspace cannot be read or written.
pub fn judge_all(
    workspace: &Workspace,
    fresh: bool,
    cancel: &Cancel,
    told: &(dyn Fn(usize, Result<Report, String>) + Sync),
) -> Result<()> {
    let judge = judge_of(workspace).for_once();
    let exercises = &workspace.course.exercises;
    let fingerprint = judge.fingerprint()?;
    let mut known = Vec::new();
    let mut open = Vec::new();
    for (index, exercise) in exercises.iter().enumerate() {
        // A check that had to be put back is told of by the run that follows.
        let report = (!fresh).then(|| judge.recall(exercise, &fingerprint));
        match report.flatten() {
            Some(mut report) => {
                report
                    .notes
                    .extend(stands_on_unfinished(workspace, exercise)?);
                known.push((index, report));
            }
            None => open.push(index),
        }
    }
    let reports = known
        .iter()
        .map(|(index, report)| (&exercises[*index], report, false));
    workspace.record_all(reports)?;
    for (index, report) in known {
        told(index, Ok(report));
    }

    let next = AtomicUsize::new(0);
    let recorder = Recorder::new(workspace);
    let workers = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..workers.min(open.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&index) = open.get(at) else { return };
                    let exercise = &exercises[index];
                    match judge_one(workspace, &judge, exercise, cancel, &|_| {}) {
                        Ok(Judged::Done(outcome)) => {
                            // What cannot be kept is judged again the next time.
                            let _ = judge.remember(exercise, &outcome.report, &fingerprint);
                            recorder.add(index, outcome.report.clone());
                            told(index, Ok(outcome.report.clone()));
                        }
                        Ok(Judged::Cancelled) => return,
                        Err(error) => told(index, Err(error.to_string())),
                    }
                }
            });
        }
    });
    recorder.end()
}

/// How long a report may wait to be recorded: each record writes all of the progress.
const RECORD_AFTER: Duration = Duration::from_millis(200);

/// Records reports some at a time.
struct Recorder<'a> {
    workspace: &'a Workspace,
    waiting: Mutex<Waiting>,
}

struct Waiting {
    reports: Vec<(usize, Report)>,
    recorded: Instant,
    result: Result<()>,
}

impl<'a> Recorder<'a> {
    fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            waiting: Mutex::new(Waiting {
                reports: Vec::new(),
                recorded: Instant::now(),
                result: Ok(()),
            }),
        }
    }

    fn add(&self, index: usize, report: Report) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.reports.push((index, report));
        let exercises = &self.workspace.course.exercises;
        // Another exercise may begin with this one's answer.
        let awaited = exercises
            .iter()
            .any(|one| one.continues.as_ref() == Some(&exercises[index].name));
        if awaited || waiting.recorded.elapsed() >= RECORD_AFTER {
            waiting.record(self.workspace);
        }
    }

    fn end(self) -> Result<()> {
        let waiting = self.waiting.into_inner();
        let mut waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        waiting.record(self.workspace);
        waiting.result
    }
}

impl Waiting {
    fn record(&mut self, workspace: &Workspace) {
        let exercises = &workspace.course.exercises;
        let reports = std::mem::take(&mut self.reports);
        let result = workspace.record_all(
            reports
                .iter()
                .map(|(index, report)| (&exercises[*index], report, true)),
        );
        self.recorded = Instant::now();
        if self.result.is_ok() {
            self.result = result.map(|_| ());
        }
    }
}
