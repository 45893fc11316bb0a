//! `--format json`, schema 1: what the README's reference documents.

use console::strip_ansi_codes;
use serde_json::{Value, json};

use super::{State, rows};
use crate::course::Course;
use crate::judge::{Check, Diagnostic, Report};
use crate::workspace::Progress;

/// The version of every document written here.
pub(super) const SCHEMA: u32 = 1;

/// One report.
pub fn report(report: &Report) -> String {
    let mut value = json!({ "schema": SCHEMA });
    if let (Value::Object(value), Value::Object(body)) = (&mut value, body(report)) {
        value.extend(body);
    }
    value.to_string() + "\n"
}

/// The reports of `check-all`, and how many pass.
pub fn report_list(reports: &[Report]) -> String {
    let passed = reports.iter().filter(|report| report.passed()).count();
    let exercises: Vec<Value> = reports.iter().map(body).collect();
    let value = json!({
        "schema": SCHEMA,
        "passed": passed,
        "total": reports.len(),
        "exercises": exercises,
    });
    value.to_string() + "\n"
}

/// The course and where each exercise stands.
pub fn exercise_list(course: &Course, progress: &Progress) -> String {
    let rows = rows(course, progress);
    let exercises: Vec<Value> = rows
        .iter()
        .map(|row| {
            let exercise = row.exercise;
            let entry = progress.entry(exercise);
            json!({
                "exercise": exercise.name,
                "title": exercise.title,
                "chapter": exercise.chapter,
                "kind": exercise.kind,
                "difficulty": exercise.difficulty,
                "file": exercise.subject_path(),
                "state": row.state.word(),
                "passed_at": entry.passed,
                "attempts": entry.attempts,
                "hints_shown": entry.hints,
                "hints": exercise.hints.len(),
            })
        })
        .collect();
    let done = rows.iter().filter(|row| row.state == State::Done).count();
    let value = json!({
        "schema": SCHEMA,
        "course": course.id,
        "version": course.version,
        "done": done,
        "total": exercises.len(),
        "exercises": exercises,
    });
    value.to_string() + "\n"
}

fn body(report: &Report) -> Value {
    json!({
        "exercise": report.exercise,
        "kind": report.kind,
        "verdict": report.verdict.word(),
        "checks": report.checks.iter().map(check).collect::<Vec<_>>(),
        "diagnostics": report.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
        "durations": {
            "compile": milliseconds(report.compile),
            "run": milliseconds(report.run),
        },
    })
}

fn check(check: &Check) -> Value {
    let failure = check.failure.as_ref();
    let place = failure.and_then(|failure| failure.place.as_ref());
    let message = failure.map(|failure| {
        let parts = failure
            .parts
            .iter()
            .map(|(label, text)| format!("\n{label}: {text}"));
        let why = failure
            .why
            .iter()
            .map(|why| format!("\nwhy it matters: {why}"));
        failure.message.clone() + &parts.chain(why).collect::<String>()
    });
    json!({
        "name": check.name,
        "status": check.status,
        "message": message,
        "file": place.map(|place| &place.file),
        "line": place.map(|place| place.line),
    })
}

fn diagnostic(diagnostic: &Diagnostic) -> Value {
    let place = diagnostic.place.as_ref();
    json!({
        "level": diagnostic.level,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "file": place.map(|place| &place.file),
        "line": place.map(|place| place.line),
        "column": place.map(|place| place.column),
        "rendered": strip_ansi_codes(&diagnostic.rendered),
    })
}

fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
