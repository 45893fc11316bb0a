//! The proof of a course as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::Paint;
use super::json::SCHEMA;
use crate::author::{Counts, Finding, Proof};

/// What came of proving a course, or some of its exercises.
#[derive(Debug, Clone)]
pub struct Proofs {
    /// The course's name.
    pub course: String,
    /// Whether all of it was looked at.
    pub whole: bool,
    /// The course's directory, where it was named in the call.
    pub place: Option<PathBuf>,
    /// What is wrong with the course apart from its exercises.
    pub findings: Vec<Finding>,
    /// Each exercise, in the course's order.
    pub exercises: Vec<ExerciseProof>,
}

/// An exercise's proof.
#[derive(Debug, Clone)]
pub struct ExerciseProof {
    /// The exercise's name.
    pub name: String,
    /// Whether it is known from an earlier call.
    pub kept: bool,
    /// The proof.
    pub proof: Proof,
}

impl Proofs {
    /// Whether nothing is wrong.
    pub fn all_proven(&self) -> bool {
        self.findings.is_empty()
            && self
                .exercises
                .iter()
                .all(|one| one.proof.findings.is_empty())
    }

    fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        for counts in self.exercises.iter().map(|one| one.proof.counts) {
            sum.solutions += counts.solutions;
            sum.alternatives += counts.alternatives;
            sum.wrong += counts.wrong;
            sum.checks += counts.checks;
        }
        sum
    }

    /// The command that proves this again.
    fn command(&self, name: Option<&str>) -> String {
        let mut command = "backlings dev check".to_owned();
        command.extend(name.map(|name| format!(" {name}")));
        if let Some(place) = &self.place {
            let _ = write!(command, " --course {}", place.display());
        }
        command
    }
}

/// How many checks `--slowest` lists.
const SLOWEST: usize = 10;

/// For people: what is wrong, each with its evidence and the command that repeats
/// it, and in the last line how much is proven.
pub fn proofs(proofs: &Proofs, with_slowest: bool, paint: Paint) -> String {
    let mut text = String::new();
    if !proofs.findings.is_empty() {
        let _ = writeln!(text, "{}", paint.strong("the course"));
        findings(&mut text, &proofs.findings, paint);
        let again = proofs.command(None);
        let _ = writeln!(text, "  {}\n", paint.dim(&format!("again: {again}")));
    }
    for one in proofs
        .exercises
        .iter()
        .filter(|one| !one.proof.findings.is_empty())
    {
        let _ = writeln!(text, "{}", paint.strong(&one.name));
        findings(&mut text, &one.proof.findings, paint);
        let again = proofs.command(Some(&one.name));
        let _ = writeln!(text, "  {}\n", paint.dim(&format!("again: {again}")));
    }
    if with_slowest {
        slowest(&mut text, proofs, paint);
    }
    let _ = writeln!(text, "{}", last_line(proofs, paint));
    text
}

fn findings(text: &mut String, findings: &[Finding], paint: Paint) {
    for finding in findings {
        let message = match &finding.path {
            Some(path) => format!("{} {}", paint.name(path), finding.message),
            None => finding.message.clone(),
        };
        let _ = writeln!(text, "  {} {message}", paint.bad("✗"));
        for line in finding.details.iter().flat_map(|detail| detail.lines()) {
            let _ = writeln!(text, "      {line}");
        }
    }
}

fn slowest(text: &mut String, proofs: &Proofs, paint: Paint) {
    let mut checks: Vec<_> = proofs
        .exercises
        .iter()
        .flat_map(|one| one.proof.checks.iter().map(move |check| (&one.name, check)))
        .collect();
    checks.sort_by_key(|(_, check)| std::cmp::Reverse(check.time));
    checks.truncate(SLOWEST);
    let _ = writeln!(text, "{}", paint.strong("The checks that take longest"));
    let width = checks.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, check) in checks {
        let memory = check.peak.map_or_else(String::new, |peak| {
            format!("{:>6.1} MiB", peak as f64 / (1024.0 * 1024.0))
        });
        let _ = writeln!(
            text,
            "  {:>8.1} ms {memory}  {name:width$}  {}",
            milliseconds(check.time),
            check.name
        );
    }
    text.push('\n');
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn last_line(proofs: &Proofs, paint: Paint) -> String {
    let total = proofs.exercises.len();
    if proofs.all_proven() {
        let counts = proofs.counts();
        let line = format!(
            "{total} exercises, {} solutions, {} alternatives, {} wrong answers, {} checks: all proven",
            counts.solutions, counts.alternatives, counts.wrong, counts.checks
        );
        return paint.good(&line);
    }
    let found = |one: &&ExerciseProof| !one.proof.findings.is_empty();
    let broken = proofs.exercises.iter().filter(found).count();
    let problems: usize = proofs
        .exercises
        .iter()
        .map(|one| one.proof.findings.len())
        .sum::<usize>()
        + proofs.findings.len();
    let line = format!(
        "{problems} {}; {} of {total} exercises proven",
        if problems == 1 { "problem" } else { "problems" },
        total - broken
    );
    paint.bad(&line)
}

/// For programs: schema 1.
pub fn proofs_json(proofs: &Proofs) -> String {
    let exercises: Vec<Value> = proofs.exercises.iter().map(exercise_json).collect();
    let counts = proofs.counts();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let own = proofs.exercises.iter().flat_map(|one| &one.proof.findings);
    for finding in own.chain(&proofs.findings) {
        let kind = json!(finding.kind).as_str().unwrap_or_default().to_owned();
        *kinds.entry(kind).or_default() += 1;
    }
    let value = json!({
        "schema": SCHEMA,
        "course": proofs.course,
        "proven": proofs.all_proven(),
        "exercises": exercises,
        "findings": proofs.findings,
        "totals": {
            "exercises": proofs.exercises.len(),
            "solutions": counts.solutions,
            "alternatives": counts.alternatives,
            "wrong": counts.wrong,
            "checks": counts.checks,
            "findings": kinds,
        },
    });
    value.to_string() + "\n"
}

fn exercise_json(one: &ExerciseProof) -> Value {
    let proof = &one.proof;
    let checks: Vec<Value> = proof
        .checks
        .iter()
        .map(|check| {
            json!({
                "name": check.name,
                "milliseconds": milliseconds(check.time),
                "peak_bytes": check.peak,
            })
        })
        .collect();
    json!({
        "exercise": one.name,
        "proven": proof.findings.is_empty(),
        "kept": one.kept,
        "solutions": proof.counts.solutions,
        "alternatives": proof.counts.alternatives,
        "wrong": proof.counts.wrong,
        "checks": checks,
        "findings": proof.findings,
    })
}
