//! A report as the learner reads it: what must be seen first stands first.

use std::fmt::Write as _;
use std::time::Duration;

use console::{measure_text_width, strip_ansi_codes};

use super::Paint;
use crate::course::Exercise;
use crate::judge::{Check, Diagnostic, Failure, Panic, Report, Stage, Status, Verdict};

/// How many pieces of advice a passing exercise shows at most.
const ADVICE: usize = 3;

/// The whole verdict. `before` is how many checks passed at the verdict before,
/// and of how many.
pub fn verdict(
    exercise: &Exercise,
    report: &Report,
    before: Option<(usize, usize)>,
    paint: Paint,
) -> String {
    let mut text = headline(exercise, report, before, paint);
    text.push('\n');
    let mut notes = String::new();
    for note in &report.notes {
        let _ = writeln!(notes, "{}\n", paint.dim(&paint.wrap(note, "  ")));
    }
    if report.passed() {
        advice(&mut text, report, paint);
        text.push_str(&notes);
    } else {
        // A note may be the reason for all that follows.
        text.push_str(&notes);
        match report.verdict {
            Verdict::DoesNotCompile => errors(&mut text, exercise, report, paint),
            _ => failures(&mut text, exercise, report, paint),
        }
    }
    text.trim_end().to_owned() + "\n"
}

/// The verdict in a line, as `check-all` lists it, its name in a column of this width.
pub fn one_line(report: &Report, name_width: usize, paint: Paint) -> String {
    let (mark, what) = match &report.verdict {
        Verdict::Passed => return format!("{} {}", paint.good("✓"), report.exercise),
        Verdict::ChecksFailed => (
            paint.bad("✗"),
            format!(
                "{} of {} checks",
                report.checks_passed(),
                report.checks.len()
            ),
        ),
        Verdict::DoesNotCompile => (paint.bad("✗"), "does not compile".to_owned()),
        Verdict::TimedOut { .. } => (paint.bad("✗"), "does not end".to_owned()),
        Verdict::Crashed { how } => (paint.bad("✗"), how.clone()),
    };
    format!(
        "{mark} {:name_width$}  {}",
        report.exercise,
        paint.dim(&what)
    )
}

/// What a run is busy with, for the eyes of somebody who waits.
pub fn stage(stage: &Stage) -> String {
    match stage {
        Stage::Crates {
            total: 0, current, ..
        } => format!("preparing crates: {current}"),
        Stage::Crates {
            done,
            total,
            current,
        } => {
            format!("building crates (first time only): {done} of {total}, {current}")
        }
        Stage::Waiting => "waiting: another backlings builds what is needed".to_owned(),
        Stage::Linking => "linking the crates into one library (first time only)".to_owned(),
        Stage::Library => "building the check library (first time only)".to_owned(),
        Stage::Compiling => "compiling".to_owned(),
        Stage::Checking => "running the checks".to_owned(),
    }
}

/// The same of what nobody waits for yet.
pub fn stage_ahead(stage: &Stage) -> String {
    let what = match stage {
        Stage::Crates {
            total: 0, current, ..
        } => format!("crates, {current}"),
        Stage::Crates {
            done,
            total,
            current,
        } => format!("crates, {done} of {total}, {current}"),
        Stage::Linking => "linking crates".to_owned(),
        Stage::Waiting => "waiting for another backlings".to_owned(),
        Stage::Library | Stage::Compiling | Stage::Checking => "the check library".to_owned(),
    };
    format!("built for later exercises: {what}")
}

fn headline(
    exercise: &Exercise,
    report: &Report,
    before: Option<(usize, usize)>,
    paint: Paint,
) -> String {
    let total = report.checks.len();
    let passed = report.checks_passed();
    let name = &exercise.name;
    let count = || {
        let was = match before {
            Some((was, of)) if (was, of) != (passed, total) => format!(" (was {was} of {of})"),
            _ => String::new(),
        };
        format!("{passed} of {total} checks pass{was}")
    };
    let head = match &report.verdict {
        Verdict::Passed if total == 1 => paint.good(&format!("✓ {name} passes its check")),
        Verdict::Passed => paint.good(&format!("✓ {name} passes all {total} checks")),
        Verdict::DoesNotCompile if report.kind == crate::course::Kind::File => {
            paint.bad(&format!("✗ {name} cannot be read"))
        }
        Verdict::DoesNotCompile => paint.bad(&format!("✗ {name} does not compile")),
        Verdict::ChecksFailed => paint.bad(&format!("✗ {name}: {}", count())),
        Verdict::TimedOut { limit } => paint.bad(&format!(
            "✗ {name} did not end within {} s: {}",
            limit.as_secs(),
            count()
        )),
        Verdict::Crashed { .. } => paint.bad(&format!("✗ {name} crashed: {}", count())),
    };
    let mut times = Vec::new();
    if report.compile > Duration::ZERO {
        times.push(format!("compiler {}", duration(report.compile)));
    }
    if report.run > Duration::ZERO {
        times.push(format!("checks {}", duration(report.run)));
    }
    let times = times.join(", ");
    let gap = paint
        .width
        .saturating_sub(measure_text_width(&head) + times.len());
    if gap >= 2 && !times.is_empty() {
        format!("{head}{}{}\n", " ".repeat(gap), paint.dim(&times))
    } else {
        format!("{head}\n")
    }
}

fn duration(duration: Duration) -> String {
    match duration.as_millis() {
        0 => "under 1 ms".to_owned(),
        ms @ 1..=999 => format!("{ms} ms"),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

fn colored(rendered: &str, paint: Paint) -> String {
    if paint.color {
        rendered.to_owned()
    } else {
        strip_ansi_codes(rendered).into_owned()
    }
}

fn errors(text: &mut String, exercise: &Exercise, report: &Report, paint: Paint) {
    let mut errors = report.errors();
    if let Some(first) = errors.next() {
        text.push_str(colored(&first.rendered, paint).trim_end());
        text.push('\n');
        let elsewhere = first
            .place
            .as_ref()
            .is_some_and(|place| !exercise.paths().any(|path| path == place.file));
        if elsewhere {
            let note = format!(
                "The line above is the check's, which uses your code: your file must keep the names \
                 and signatures it came with. `backlings reset {}` brings it back as it came (yours is kept).",
                exercise.name
            );
            let _ = writeln!(text, "\n{}", paint.wrap(&note, "  "));
        }
    }
    match errors.count() {
        0 => {}
        1 => text.push_str(&paint.dim("\n  1 more error after this one\n")),
        more => text.push_str(&paint.dim(&format!("\n  {more} more errors after this one\n"))),
    }
}

fn advice(text: &mut String, report: &Report, paint: Paint) {
    let warnings: Vec<_> = report.warnings().collect();
    if warnings.is_empty() {
        return;
    }
    // The same advice is given once, wherever else it applies.
    let mut kinds: Vec<&Diagnostic> = Vec::new();
    for warning in &warnings {
        let same = |other: &&Diagnostic| match &warning.code {
            Some(code) if code.starts_with("clippy::") => other.code.as_ref() == Some(code),
            _ => other.message == warning.message,
        };
        if !kinds.iter().any(same) {
            kinds.push(warning);
        }
    }
    text.push_str(&paint.warn("  It passes. Some advice from the compiler, if you like:\n\n"));
    for warning in kinds.iter().take(ADVICE) {
        text.push_str(colored(&warning.rendered, paint).trim_end());
        text.push_str("\n\n");
    }
    let shown = kinds.len().min(ADVICE);
    if warnings.len() > shown {
        let _ = writeln!(
            text,
            "{}",
            paint.dim(&format!("  {} more", warnings.len() - shown))
        );
    }
}

fn failures(text: &mut String, exercise: &Exercise, report: &Report, paint: Paint) {
    let Some(first) = report.first_failing() else {
        return;
    };
    let _ = writeln!(text, "{} {}", paint.bad("✗"), paint.strong(&first.name));
    let default = Failure::default();
    let failure = first.failure.as_ref().unwrap_or(&default);
    let own_panic = failure
        .place
        .as_ref()
        .is_some_and(|place| exercise.paths().any(|path| path == place.file));
    let message = if own_panic {
        in_your_words(failure)
    } else {
        failure.message.clone()
    };
    let _ = writeln!(text, "{}", paint.wrap(&message, "  "));
    parts(text, failure, paint);
    if let Some(why) = &failure.why {
        let _ = writeln!(
            text,
            "\n{}",
            paint.wrap(&format!("Why it matters: {why}"), "  ")
        );
    }
    if let Some(place) = &failure.place {
        let place = format!("at {}:{}", place.file, place.line);
        let _ = writeln!(text, "\n  {}", paint.dim(&place));
    }
    if !first.output.is_empty() {
        text.push_str("\n  Your code printed:\n");
        block(text, &first.output, "    ", paint);
    }
    let meanwhile = |panic: &&Panic| panic.check.as_deref() == Some(first.name.as_str());
    for panic in report.panics.iter().filter(meanwhile).take(2) {
        let place = panic
            .place
            .as_ref()
            .map(|place| format!(" at {}:{}", place.file, place.line))
            .unwrap_or_default();
        let note = format!("Meanwhile a thread panicked{place}: {}", panic.message);
        let _ = writeln!(text, "\n{}", paint.warn(&paint.wrap(&note, "  ")));
    }
    others(text, report, first, paint);
}

/// A panic in the learner's own file, for somebody who meets it.
fn in_your_words(failure: &Failure) -> String {
    match failure.message.strip_prefix("not yet implemented") {
        Some(rest) => {
            let rest = rest.trim_start_matches(':').trim();
            let what = if rest.is_empty() {
                String::new()
            } else {
                format!(" ({rest})")
            };
            format!("There is still a `todo!()` to replace{what}.")
        }
        None => format!("Your code panicked: {}", failure.message),
    }
}

fn parts(text: &mut String, failure: &Failure, paint: Paint) {
    if failure.parts.is_empty() {
        return;
    }
    text.push('\n');
    let column = failure
        .parts
        .iter()
        .filter(|(_, value)| !value.contains('\n'))
        .map(|(label, _)| label.chars().count())
        .max()
        .unwrap_or(0);
    for (label, value) in &failure.parts {
        if value.contains('\n') {
            let _ = writeln!(text, "    {}", paint.name(label));
            block(text, value, "      ", paint);
        } else {
            let label = format!("{label:column$}");
            let indent = " ".repeat(column + 6);
            let width = paint.width.saturating_sub(column + 6).max(20);
            let lines: Vec<String> = textwrap::wrap(value, width)
                .into_iter()
                .map(std::borrow::Cow::into_owned)
                .collect();
            // Wrapping would swallow the spaces that a value may be about.
            let lines = if measure_text_width(value) <= width {
                vec![value.clone()]
            } else {
                lines
            };
            for (index, line) in lines.iter().enumerate() {
                if index == 0 {
                    let _ = writeln!(text, "    {}  {line}", paint.name(&label));
                } else {
                    let _ = writeln!(text, "{indent}{line}");
                }
            }
        }
    }
}

/// Lines as they are: tables and carets keep their columns.
fn block(text: &mut String, value: &str, indent: &str, paint: Paint) {
    for line in value.trim_end().lines() {
        let line = match line.chars().next() {
            Some('-' | '✗') if value_is_diff(value) => paint.bad(line),
            Some('+') if value_is_diff(value) => paint.good(line),
            _ => line.to_owned(),
        };
        let _ = writeln!(text, "{indent}{line}");
    }
}

/// Whether a block marks lines as missing (`-`) and extra (`+`).
fn value_is_diff(value: &str) -> bool {
    let marked = |line: &str| line.starts_with("- ") || line.starts_with("+ ");
    value.lines().any(marked)
        && value
            .lines()
            .all(|line| marked(line) || line.starts_with("  "))
}

fn others(text: &mut String, report: &Report, first: &Check, paint: Paint) {
    let named = |wanted: fn(Status) -> bool| {
        let names: Vec<&str> = report
            .checks
            .iter()
            .filter(|check| check.name != first.name && wanted(check.status))
            .map(|check| check.name.as_str())
            .collect();
        names
    };
    let failing = named(|status| !matches!(status, Status::Passed | Status::NotRun));
    let skipped = named(|status| status == Status::NotRun);
    for (title, names) in [("Also failing", failing), ("Not reached", skipped)] {
        if names.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n  {}", paint.strong(title));
        for name in names {
            let _ = writeln!(text, "    {}", paint.dim(name));
        }
    }
}
