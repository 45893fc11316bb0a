//! Mutants, judged: which small changes of a solution no check notices.

use std::time::Duration;

use anyhow::{Context as _, Result};

use super::answers::{Answers, Role};
use super::mutants::{self, Language, Mutant};
use super::proof::Prover;
use crate::course::Exercise;
use crate::judge::{Cancel, Judged, Report, Verdict};
use crate::workspace::Answer;

/// A mutant of one of a solution's files.
#[derive(Debug, Clone)]
pub struct Prey {
    /// The solution's file, as a path in the course.
    pub path: String,
    /// The change.
    pub mutant: Mutant,
    /// The line before and after, as far as the change reaches.
    pub before: String,
    /// The same after the change.
    pub after: String,
    answer: Answer,
}

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A check failed, which is named, or the program crashed or hung.
    Noticed,
    /// All checks passed.
    Unnoticed,
    /// It does not compile.
    Unviable,
}

/// The least that a mutant may take before it counts as hanging.
const LEAST: Duration = Duration::from_secs(2);

/// All mutants of an exercise's solution.
///
/// # Errors
///
/// When a file is in a language that mutants are not made of, or cannot be read.
pub fn prey(exercise: &Exercise, answers: &Answers) -> Result<Vec<Prey>> {
    let solution = answers
        .candidates
        .iter()
        .find(|candidate| candidate.role == Role::Solution)
        .context("there is no solution")?;
    let mut prey = Vec::new();
    for ((file, text), path) in solution.answer.files().zip(exercise.solution_paths()) {
        let language = match file.rsplit('.').next() {
            Some("rs") => Language::Rust,
            Some("sql") => Language::Sql,
            _ => anyhow::bail!("`{path}` is neither Rust nor SQL: its mutants are not known"),
        };
        let text = String::from_utf8_lossy(text);
        let found = mutants::mutants(&text, language)
            .map_err(anyhow::Error::msg)
            .with_context(|| format!("cannot read `{path}`"))?;
        for mutant in found {
            let mutated = mutant.apply(&text);
            let files = solution.answer.files().map(|(name, own)| {
                let own = if name == file {
                    mutated.as_bytes()
                } else {
                    own
                };
                (name.to_owned(), own.to_vec())
            });
            let answer = Answer::new(files.collect());
            let (before, after) = lines(&text, &mutated, &mutant);
            prey.push(Prey {
                path: path.clone(),
                before,
                after,
                answer,
                mutant,
            });
        }
    }
    Ok(prey)
}

/// The first line that a change concerns, before and after.
fn lines(text: &str, mutated: &str, mutant: &Mutant) -> (String, String) {
    let line = |text: &str| {
        let line = text.lines().nth(mutant.line.saturating_sub(1));
        line.unwrap_or_default().trim().to_owned()
    };
    (line(text), line(mutated))
}

/// How long a mutant may take: the solution's own time with room, and never more
/// than a learner has.
///
/// # Errors
///
/// When the solution does not pass, so that nothing can be said of its mutants.
pub fn time_limit(
    prover: &Prover,
    exercise: &Exercise,
    answers: &Answers,
    cancel: &Cancel,
) -> Result<Judged<Duration>> {
    let solution = answers
        .candidates
        .iter()
        .find(|one| one.role == Role::Solution);
    let answer = &solution.context("there is no solution")?.answer;
    let report = match prover.once(exercise, answer, 0, cancel)? {
        Judged::Done(report) => report,
        Judged::Cancelled => return Ok(Judged::Cancelled),
    };
    if !report.passed() {
        anyhow::bail!(
            "the solution of `{0}` does not pass: `backlings dev check {0}` says why",
            exercise.name
        );
    }
    Ok(Judged::Done(
        (report.run * 4).max(LEAST).min(exercise.time_limit),
    ))
}

/// Judges a mutant; `exercise` has the time limit that mutants get.
///
/// # Errors
///
/// When the machine is not in order.
pub fn fate(
    prover: &Prover,
    exercise: &Exercise,
    prey: &Prey,
    lane: usize,
    cancel: &Cancel,
) -> Result<Judged<Fate>> {
    let judged = prover.once(exercise, &prey.answer, lane, cancel)?;
    Ok(judged.map(|report| fate_of(&report)))
}

fn fate_of(report: &Report) -> Fate {
    match report.verdict {
        Verdict::Passed => Fate::Unnoticed,
        Verdict::DoesNotCompile => Fate::Unviable,
        Verdict::ChecksFailed | Verdict::TimedOut { .. } | Verdict::Crashed { .. } => Fate::Noticed,
    }
}
