//! What attempts at an exercise's answers say of the exercise: pure.

use std::collections::BTreeSet;
use std::time::Duration;

use super::answers::{Candidate, Role};
use super::finding::{Finding, Kind};
use super::proof::{Attempt, CheckUse, Later, Trials, cut};
use crate::course::{self, Exercise, Starts};
use crate::judge::{Check, MEMORY_LIMIT, Report, Status, Verdict};

/// An exercise, and what came of each of its answers.
#[derive(Debug)]
pub struct Assessment<'a> {
    /// The exercise.
    pub exercise: &'a Exercise,
    /// Each answer with its attempt.
    pub attempts: Vec<(&'a Candidate, &'a Attempt)>,
}

impl Assessment<'_> {
    /// All that is wrong.
    pub fn findings(&self) -> Vec<Finding> {
        if let Some(finding) = self.broken_check() {
            return vec![finding];
        }
        let mut findings = Vec::new();
        for (candidate, attempt) in &self.attempts {
            match attempt {
                Attempt::Unjudged(problem) => self.unjudged(candidate, problem, &mut findings),
                Attempt::Judged(trials) => {
                    findings.extend(match &candidate.role {
                        Role::Untouched => self.untouched(candidate, trials),
                        Role::Solution | Role::Alternative => self.right(candidate, trials),
                        Role::Wrong(named) => self.wrong(candidate, named.as_deref(), trials),
                    });
                    left_running(candidate, trials, &mut findings);
                    let alone = trials.alone.iter();
                    let left = alone.flat_map(|alone| {
                        let strays = alone.report.strays.iter().map(|name| format!("../{name}"));
                        let files = alone.left.iter().map(|path| path.display().to_string());
                        files.chain(strays)
                    });
                    findings.extend(left.map(|path| {
                        Finding::new(Kind::Leftover, format!("leaves `{path}` behind"))
                        .at(self.exercise.check_path())
                        .detail(
                            "write only in the current directory or in TMPDIR: they are the check's own and go with it",
                        )
                    }));
                }
            }
        }
        findings.extend(self.unfailed());
        findings
    }

    /// A check that includes its subject and compiles with none of the answers, for an
    /// error of its own: it is told once, and nothing else can be said.
    fn broken_check(&self) -> Option<Finding> {
        let check = self.exercise.check_path();
        let in_check = |report: &Report| {
            let first = report
                .errors()
                .next()
                .and_then(|error| error.place.as_ref());
            report.verdict == Verdict::DoesNotCompile
                && first.is_some_and(|place| place.file == check)
        };
        let (_, first) = self.reports().next()?;
        let all = self.reports().all(|(_, report)| in_check(report));
        all.then(|| {
            Finding::new(Kind::Unjudged, "does not compile, whatever the answer")
                .at(&check)
                .detail(first_error(first))
        })
    }

    /// What cannot be judged is told once, not with every answer.
    fn unjudged(&self, candidate: &Candidate, problem: &str, findings: &mut Vec<Finding>) {
        let is_known = |finding: &Finding| {
            finding.kind == Kind::Unjudged && finding.details.iter().any(|known| known == problem)
        };
        if !findings.iter().any(is_known) {
            let finding = Finding::new(Kind::Unjudged, "cannot be judged");
            findings.push(finding.at(&candidate.path).detail(problem));
        }
    }

    fn reports(&self) -> impl Iterator<Item = (&Candidate, &Report)> {
        self.attempts
            .iter()
            .filter_map(|(candidate, attempt)| match attempt {
                Attempt::Judged(trials) => Some((*candidate, &trials.first)),
                Attempt::Unjudged(_) => None,
            })
    }

    fn trials(&self) -> impl Iterator<Item = (&Candidate, &Trials)> {
        self.attempts
            .iter()
            .filter_map(|(candidate, attempt)| match attempt {
                Attempt::Judged(trials) => Some((*candidate, &**trials)),
                Attempt::Unjudged(_) => None,
            })
    }

    /// The names of all checks.
    pub fn checks(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (_, report) in self.reports() {
            for check in &report.checks {
                if !names.contains(&check.name.as_str()) {
                    names.push(&check.name);
                }
            }
        }
        names
    }

    /// What each check used with the solution.
    pub fn used(&self) -> Vec<CheckUse> {
        let alone = self.trials().find_map(|(_, trials)| trials.alone.as_ref());
        let used = |check: &Check| CheckUse {
            name: check.name.clone(),
            time: check.time,
            peak: check.peak,
        };
        let checks = alone.map(|alone| alone.report.checks.iter().map(used).collect());
        checks.unwrap_or_default()
    }

    /// Checks that no answer fails which may.
    fn unfailed(&self) -> Vec<Finding> {
        let mut failed: BTreeSet<&str> = BTreeSet::new();
        for (candidate, report) in self.reports() {
            if matches!(candidate.role, Role::Untouched | Role::Wrong(_)) {
                failed.extend(failing(report));
            }
        }
        let names = self.checks().into_iter();
        names
            .filter(|check| !failed.contains(check))
            .map(|check| {
                Finding::new(Kind::Unfailed, format!("has `{check}`, which no answer fails"))
                    .at(self.exercise.check_path())
                    .check(check)
                    .detail(
                        "a check that nothing can fail proves nothing: write a wrong answer that it catches, or remove it",
                    )
            })
            .collect()
    }

    fn untouched(&self, candidate: &Candidate, trials: &Trials) -> Vec<Finding> {
        let finding = |message: &str| Finding::new(Kind::Untouched, message).at(&candidate.path);
        let report = &trials.first;
        let compiles = report.verdict != Verdict::DoesNotCompile;
        let starts = self.exercise.starts;
        let says = format!("`info.toml` says `starts = \"{}\"`", word(starts));
        if report.passed() {
            return vec![finding(
                "passes as the learner gets it: there is nothing to do",
            )];
        }
        if let Some(later) = trials.later.iter().find(|later| later.report.passed()) {
            return vec![
                Finding::new(Kind::Unsteady, "passes in another order of its checks")
                    .at(&candidate.path)
                    .detail(how(later)),
            ];
        }
        let texts: Vec<String> = candidate
            .answer
            .files()
            .map(|(_, text)| String::from_utf8_lossy(text).into_owned())
            .collect();
        let mut findings = Vec::new();
        match starts {
            Starts::CompileError if compiles => {
                findings.push(finding("compiles").detail(says));
            }
            Starts::CompileError => {
                let own: Vec<String> = self.exercise.paths().collect();
                let in_own = |error: &crate::judge::Diagnostic| {
                    error
                        .place
                        .as_ref()
                        .is_some_and(|place| own.contains(&place.file))
                };
                if !report.errors().any(in_own) {
                    findings.push(
                        finding("does not compile, and no error is in it")
                            .detail(first_error(report)),
                    );
                }
            }
            Starts::Todo | Starts::Failing if !compiles => {
                findings.push(
                    finding("does not compile")
                        .detail(says)
                        .detail(first_error(report)),
                );
            }
            Starts::Todo if !texts.iter().any(|text| is_left_to_do(text)) => {
                findings.push(finding("has nothing marked as left to do").detail(format!(
                    "{says}: leave a `todo!()` or the word TODO where the learner begins, or write `failing`"
                )));
            }
            Starts::Failing if todo_reached(report) => {
                findings.push(
                    finding("stops at a `todo!()`")
                        .detail(format!("{says}: write `todo`, or plausible code")),
                );
            }
            Starts::Todo | Starts::Failing => {}
        }
        findings
    }

    fn right(&self, candidate: &Candidate, trials: &Trials) -> Vec<Finding> {
        let report = &trials.first;
        let refused = |message: &str| Finding::new(Kind::Refused, message).at(&candidate.path);
        match &report.verdict {
            Verdict::DoesNotCompile => {
                return vec![refused("does not compile").detail(first_error(report))];
            }
            Verdict::Passed => {}
            _ => return self.refusals(candidate, report),
        }
        let mut findings = Vec::new();
        for diagnostic in report.diagnostics.iter().take(3) {
            let rendered = console::strip_ansi_codes(&diagnostic.rendered).into_owned();
            findings.push(
                Finding::new(Kind::Style, "is not free of warnings")
                    .at(&candidate.path)
                    .detail(cut(&rendered)),
            );
        }
        let again = trials.alone.iter().map(|alone| &alone.report);
        let unsteady = trials.later.iter().find(|later| !later.report.passed());
        if let Some(later) = unsteady {
            let message = if later.twice {
                "passes, and does not always when it runs twice at the same time"
            } else {
                "passes, and does not always in another order of the checks on a busy machine"
            };
            let mut finding = Finding::new(Kind::Unsteady, message).at(&candidate.path);
            if let Some(check) = later.report.first_failing() {
                finding = finding.check(&check.name).detail(evidence(check));
            }
            findings.push(finding.detail(how(later)));
        } else if again.clone().any(|report| !report.passed()) {
            let message = "passes, and does not when it runs once more";
            let mut finding = Finding::new(Kind::Unsteady, message).at(&candidate.path);
            if let Some(check) = again.clone().find_map(Report::first_failing) {
                finding = finding.check(&check.name).detail(evidence(check));
            }
            findings.push(finding);
        }
        findings.extend(self.limits(candidate, trials));
        findings
    }

    fn refusals(&self, candidate: &Candidate, report: &Report) -> Vec<Finding> {
        let checks = report
            .checks
            .iter()
            .filter(|check| !matches!(check.status, Status::Passed | Status::NotRun));
        checks
            .map(|check| {
                Finding::new(Kind::Refused, format!("fails `{}`", check.name))
                    .at(&candidate.path)
                    .check(&check.name)
                    .detail(evidence(check))
            })
            .collect()
    }

    fn limits(&self, candidate: &Candidate, trials: &Trials) -> Vec<Finding> {
        let mut findings = Vec::new();
        let limit = self.exercise.time_limit;
        // What runs beside it makes it slow, so the shortest time counts. A learner's
        // machine may be slower than the author's, and busy.
        let (report, most) = match &trials.alone {
            Some(alone) => (&alone.report, limit / 4),
            None => (&trials.first, limit / 2),
        };
        let whole = trials.later.iter().map(|later| later.report.run);
        let run = whole.fold(report.run, Duration::min);
        if run > most {
            findings.push(
                Finding::new(
                    Kind::Limits,
                    format!(
                        "takes {:.1} s of the {} s that it may take",
                        run.as_secs_f64(),
                        limit.as_secs()
                    ),
                )
                .at(&candidate.path)
                .detail("a right answer stays far below `time_limit`, for slower machines: the solution below a quarter"),
            );
        }
        for check in &report.checks {
            if let Some(peak) = check.peak.filter(|peak| *peak > MEMORY_LIMIT / 2) {
                let mib = 1024 * 1024;
                findings.push(
                    Finding::new(
                        Kind::Limits,
                        format!(
                            "`{}` uses {} MiB of the {} MiB that it may use",
                            check.name,
                            peak / mib,
                            MEMORY_LIMIT / mib
                        ),
                    )
                    .at(&candidate.path)
                    .check(&check.name),
                );
            }
        }
        findings
    }

    fn wrong(&self, candidate: &Candidate, named: Option<&str>, trials: &Trials) -> Vec<Finding> {
        let checks = self.checks();
        let report = &trials.first;
        let finding = |message: String| Finding::new(Kind::Missed, message).at(&candidate.path);
        let Some(named) = named else {
            let mark = course::comment_mark(&self.exercise.file);
            return vec![
                finding("names no check in its first line".to_owned()).detail(format!(
                    "begin with `{mark} fails: CHECK`, the check that is meant to catch it"
                )),
            ];
        };
        if report.verdict == Verdict::DoesNotCompile {
            return vec![finding("does not compile".to_owned()).detail(first_error(report))];
        }
        if !checks.contains(&named) {
            let near = course::nearest(named, checks.iter().copied());
            let help = near.map_or_else(
                || format!("the checks are {}", checks.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            return vec![
                finding(format!("names `{named}`, and there is no such check")).detail(help),
            ];
        }
        if report.passed() {
            return vec![
                finding(format!(
                    "passes: `{named}` does not catch it, nor does any other check"
                ))
                .check(named),
            ];
        }
        let caught: Vec<&str> = failing(report).collect();
        if !caught.contains(&named) {
            return vec![
                finding(format!("is not caught by `{named}`"))
                    .check(named)
                    .detail(format!("it fails {}", caught.join(", "))),
            ];
        }
        let escapes = |report: &Report| {
            let check = report.checks.iter().find(|check| check.name == named);
            report.passed() || check.is_some_and(|check| check.status == Status::Passed)
        };
        match trials.later.iter().find(|later| escapes(&later.report)) {
            Some(later) => vec![
                Finding::new(
                    Kind::Unsteady,
                    format!(
                        "is caught by `{named}`, and not always in another order on a busy machine"
                    ),
                )
                .at(&candidate.path)
                .check(named)
                .detail(how(later)),
            ],
            None => Vec::new(),
        }
    }
}

/// What a right answer's checks leave running, they leave with every answer: it is
/// told once.
fn left_running(candidate: &Candidate, trials: &Trials, findings: &mut Vec<Finding>) {
    let program = |process: &str| process.split(" (").next().unwrap_or(process).to_owned();
    let later = trials.later.iter().map(|later| &later.report);
    for process in std::iter::once(&trials.first)
        .chain(later)
        .flat_map(|report| &report.left)
    {
        let name = program(process);
        let is_known = |finding: &Finding| {
            finding.kind == Kind::Leftover
                && finding
                    .message
                    .strip_prefix("leaves running: ")
                    .map(program)
                    == Some(name.clone())
        };
        if !findings.iter().any(is_known) {
            findings.push(
                Finding::new(Kind::Leftover, format!("leaves running: {process}"))
                    .at(&candidate.path)
                    .detail("end every process that a check starts, also when the check fails"),
            );
        }
    }
}

/// The names of the checks that did not pass.
fn failing(report: &Report) -> impl Iterator<Item = &str> {
    let is_bad = |check: &&Check| !matches!(check.status, Status::Passed | Status::NotRun);
    let bad = report.checks.iter().filter(is_bad);
    bad.map(|check| check.name.as_str())
}

fn how(later: &Later) -> String {
    format!("in this order: {}", later.order.join(", "))
}

fn word(starts: Starts) -> &'static str {
    match starts {
        Starts::CompileError => "compile-error",
        Starts::Todo => "todo",
        Starts::Failing => "failing",
    }
}

/// Whether a text says that something is left to do, or has nothing but comments.
fn is_left_to_do(text: &str) -> bool {
    let (_, body) = course::split(text);
    let marks = ["todo!(", "unimplemented!(", "TODO"];
    marks.iter().any(|mark| body.contains(mark)) || course::has_only_comments(body)
}

/// Whether a check ended at a `todo!()`.
fn todo_reached(report: &Report) -> bool {
    let failures = report
        .checks
        .iter()
        .filter_map(|check| check.failure.as_ref());
    failures
        .map(|failure| failure.message.as_str())
        .chain(report.panics.iter().map(|panic| panic.message.as_str()))
        .any(|message| message.starts_with("not yet implemented"))
}

fn first_error(report: &Report) -> String {
    let first = report.errors().next().map(|error| error.rendered.as_str());
    cut(&console::strip_ansi_codes(first.unwrap_or_default()))
}

/// What a check said.
fn evidence(check: &Check) -> String {
    let Some(failure) = &check.failure else {
        return "it says nothing".to_owned();
    };
    let mut text = failure.message.clone();
    for (label, value) in &failure.parts {
        text.push_str(&format!("\n{label}: {}", value.trim_end()));
    }
    cut(&text)
}

#[cfg(test)]
mod tests {
    use super::is_left_to_do;

    #[test]
    fn what_is_left_to_do_stands_below_the_opening_comment() {
        assert!(is_left_to_do(
            "//! # a\n//! b\n\nfn f() {\n    todo!()\n}\n"
        ));
        assert!(is_left_to_do("-- # a\n-- b\n\n"));
        assert!(is_left_to_do("-- # a\n\n-- query: x\n-- all books\n\n"));
        assert!(!is_left_to_do("-- # a\n\n-- query: x\nSELECT 1;\n"));
        assert!(!is_left_to_do("//! # a\n//! TODO: no\n\nfn f() {}\n"));
    }
}
