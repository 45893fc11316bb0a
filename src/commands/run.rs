//! `backlings run`: judges one exercise, once.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Context, emit, judge_and_record, judge_of};
use crate::cli::Format;
use crate::error::{Error, Result};
use crate::judge::{Cancel, Judged, Stage};
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
    let waiting = Waiting::new();
    let judged = judge_and_record(&workspace, &judge, exercise, &cancel, &|stage| {
        waiting.tell(&stage);
    });
    waiting.end();
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
    Ok(ExitCode::from(u8::from(!report.passed())))
}

/// Shows on a terminal what takes longer than a moment.
struct Waiting {
    bar: Option<ProgressBar>,
    last: Mutex<Option<Stage>>,
}

impl Waiting {
    fn new() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(ProgressStyle::default_spinner());
            bar
        });
        Self {
            bar,
            last: Mutex::new(None),
        }
    }

    fn tell(&self, stage: &Stage) {
        let slow = stage.is_slow();
        match &self.bar {
            Some(bar) => {
                bar.set_message(screen::stage(stage));
                if slow {
                    bar.enable_steady_tick(Duration::from_millis(100));
                }
            }
            // Where nobody sees a bar move, each thing that takes long is told once.
            None => {
                let mut last = self
                    .last
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                let kind = |stage: &Stage| std::mem::discriminant(stage);
                if slow && last.as_ref().map(kind) != Some(kind(stage)) {
                    eprintln!("{}", screen::stage(stage));
                }
                *last = Some(stage.clone());
            }
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
