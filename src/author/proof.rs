//! The proof of one exercise: every answer of the course's own, judged again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::answers::{Answers, Candidate, Role};
use super::finding::{Finding, Kind};
use super::format::Formatter;
use super::leftovers::{self, Snapshot};
use super::load::Load;
use super::{assessment, tree};
use crate::course::{Course, Exercise, Starts};
use crate::judge::{
    Built, Cancel, Judge, Judged, Report, Stage, Trial, Verdict, hash, write_if_changed,
};
use crate::workspace::Answer;

/// Changes when the rules of a proof do, so that what was proven by older ones is
/// proven anew.
const RULES: &str = "1";

/// How many lines of a compiler's message are shown.
const RENDERED_LINES: usize = 12;

/// What is known of an exercise after its proof.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What is wrong; nothing means proven.
    pub findings: Vec<Finding>,
    /// How many answers there are.
    pub counts: Counts,
    /// What each check used with the solution.
    pub checks: Vec<CheckUse>,
}

/// How many answers and checks were tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Solutions.
    pub solutions: usize,
    /// Alternatives.
    pub alternatives: usize,
    /// Wrong answers.
    pub wrong: usize,
    /// Checks.
    pub checks: usize,
}

/// What a check used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckUse {
    /// Its name.
    pub name: String,
    /// How long it took.
    pub time: Duration,
    /// The most memory that the check's own process had resident, in bytes, where
    /// the system tells.
    pub peak: Option<u64>,
}

/// Proves the exercises of a course.
#[derive(Debug)]
pub struct Prover {
    course: Arc<Course>,
    directory: PathBuf,
    cache: PathBuf,
    judge: Judge,
    formatter: Formatter,
    load: Load,
    /// How often each answer is judged.
    runs: usize,
    /// Whatever runs holds it for reading; who looks for files that are left behind
    /// needs quiet, and holds it for writing.
    quiet: RwLock<()>,
}

impl Prover {
    /// A prover for the course in `directory`; what it builds goes below `cache`.
    ///
    /// # Errors
    ///
    /// When the machine lacks what a proof needs.
    pub fn new(course: Arc<Course>, directory: &Path, cache: &Path, runs: usize) -> Result<Self> {
        let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let mut judge = Judge::new(course.clone(), directory, cache).among_others();
        judge.keep_all_diagnostics();
        let toolchain = judge.toolchain()?;
        if !toolchain.clippy {
            anyhow::bail!("clippy is not installed: `rustup component add clippy`");
        }
        let formatter = Formatter::find(&toolchain, directory, &course.edition)?;
        Ok(Self {
            course,
            directory: directory.to_owned(),
            cache: cache.to_owned(),
            judge,
            formatter,
            // What is proven side by side makes the machine busy as well.
            load: Load::new(cores.div_ceil(2)),
            runs: runs.max(1),
            quiet: RwLock::new(()),
        })
    }

    /// What a proof of an exercise depends on: equal keys, equal proofs.
    ///
    /// # Errors
    ///
    /// When a file cannot be read.
    pub fn key(&self, exercise: &Exercise, answers: &Answers) -> Result<String> {
        let mut paths = answers.files.clone();
        paths.insert(exercise.check_path());
        paths.extend(self.course.fixtures(exercise)?);
        // What it stands on.
        for name in exercise.uses.iter().chain(&exercise.continues) {
            if let Some(earlier) = self.course.exercise(name) {
                paths.extend(Answers::find(&self.course, earlier)?.files);
            }
        }
        let mut parts = vec![
            RULES.as_bytes().to_vec(),
            env!("CARGO_PKG_VERSION").as_bytes().to_vec(),
            self.judge.fingerprint()?.into_bytes(),
            format!("{exercise:?}").into_bytes(),
        ];
        for path in paths {
            let text = self.course.source.read(&path)?;
            parts.extend([path.into_bytes(), text]);
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        Ok(hash(&parts))
    }

    /// Judges one of an exercise's answers as often as it takes. `lane` keeps those
    /// apart that are tried at the same time.
    ///
    /// # Errors
    ///
    /// When the machine is not in order.
    pub fn attempt(
        &self,
        exercise: &Exercise,
        candidate: &Candidate,
        lane: usize,
        cancel: &Cancel,
    ) -> Result<Judged<Attempt>> {
        let (root, _alone) = self.lay(exercise, &candidate.answer, lane)?;
        let session = Session {
            prover: self,
            exercise,
            judge: self.judge.at(&root, &root),
            root,
            cancel,
        };
        let runs = match session.runs(candidate) {
            Ok(Judged::Done(runs)) => runs,
            Ok(Judged::Cancelled) => return Ok(Judged::Cancelled),
            // What only this exercise has is no reason to give up the others.
            Err(problem) => return Ok(Judged::Done(Attempt::Unjudged(chain(&problem)))),
        };
        let mut alone = None;
        if candidate.role == Role::Solution && runs.first.verdict != Verdict::DoesNotCompile {
            match session.alone()? {
                Judged::Done(found) => alone = Some(found),
                Judged::Cancelled => return Ok(Judged::Cancelled),
            }
        }
        Ok(Judged::Done(Attempt::Judged(Box::new(Trials {
            alone,
            ..runs
        }))))
    }

    /// Judges any answer, once and as learners have it.
    ///
    /// # Errors
    ///
    /// When it cannot be judged.
    pub fn once(
        &self,
        exercise: &Exercise,
        answer: &Answer,
        lane: usize,
        cancel: &Cancel,
    ) -> Result<Judged<Report>> {
        let (root, _alone) = self.lay(exercise, answer, lane)?;
        let judged = self
            .judge
            .at(&root, &root)
            .judge(exercise, cancel, &|_: Stage| {})?;
        Ok(judged.map(|outcome| outcome.report))
    }

    /// Lays an answer into a lane's tree, which is ours as long as the file is held.
    fn lay(
        &self,
        exercise: &Exercise,
        answer: &Answer,
        lane: usize,
    ) -> Result<(PathBuf, fs::File)> {
        let root = self.cache.join(format!("lane{lane}")).join(&exercise.name);
        let alone = lock_tree(&root)?;
        self.lay_tree(exercise, &root)?;
        answer.write(&root, exercise).map_err(anyhow::Error::msg)?;
        Ok((root, alone))
    }

    /// What the attempts at all of an exercise's answers say, in the order of
    /// [`Answers::candidates`].
    ///
    /// # Errors
    ///
    /// When a file cannot be read or rustfmt cannot be started.
    pub fn conclude(
        &self,
        exercise: &Exercise,
        answers: &Answers,
        attempts: &[Attempt],
    ) -> Result<Proof> {
        let mut findings = tree::exercise(&self.course, exercise, answers)?;
        findings.extend(self.formatting(exercise, answers)?);
        let assessment = assessment::Assessment {
            exercise,
            attempts: answers.candidates.iter().zip(attempts).collect(),
        };
        findings.extend(assessment.findings());
        // First things first; equal things in the order in which they were found.
        findings.sort_by_key(|finding| finding.kind);
        Ok(Proof {
            findings,
            counts: Counts {
                solutions: answers.count(|role| *role == Role::Solution),
                alternatives: answers.count(|role| *role == Role::Alternative),
                wrong: answers.count(|role| matches!(role, Role::Wrong(_))),
                checks: assessment.checks().len(),
            },
            checks: assessment.used(),
        })
    }

    /// Whether the check, the untouched files and the right answers are formatted.
    fn formatting(&self, exercise: &Exercise, answers: &Answers) -> Result<Vec<Finding>> {
        let wrong = format!("{}/wrong/", exercise.directory());
        let mut paths = answers.files.clone();
        paths.retain(|path| !path.starts_with(&wrong));
        paths.insert(exercise.check_path());
        if exercise.starts == Starts::CompileError || exercise.continues.is_some() {
            for path in exercise.paths() {
                paths.remove(&path);
            }
        }
        let mut findings = Vec::new();
        for path in paths.into_iter().filter(|path| path.ends_with(".rs")) {
            let text = self.course.source.read(&path)?;
            if let Some((line, wanted)) = self.formatter.first_change(&text)? {
                let edition = &self.course.edition;
                findings.push(
                    Finding::new(
                        Kind::Style,
                        format!("is not formatted, first in line {line}"),
                    )
                    .detail(format!("rustfmt writes there: {}", wanted.trim()))
                    .detail(format!("rustfmt --edition {edition} {path}"))
                    .at(path),
                );
            }
        }
        Ok(findings)
    }

    /// The check, its fixtures and the answers it stands on, as a workspace has them.
    fn lay_tree(&self, exercise: &Exercise, root: &Path) -> Result<()> {
        let chapter = root.join("exercises");
        match fs::remove_dir_all(&chapter) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot clear `{}`", chapter.display()));
            }
            _ => {}
        }
        let mut paths = vec![(exercise.check_path(), exercise.check_path())];
        for fixture in self.course.fixtures(exercise)? {
            paths.push((fixture.clone(), fixture));
        }
        for name in &exercise.uses {
            if let Some(used) = self.course.exercise(name) {
                paths.extend(used.solution_paths().zip(used.paths()));
            }
        }
        for (from, to) in paths {
            let text = self.course.source.read(&from);
            let text = text.with_context(|| format!("cannot read `{from}`"))?;
            write_if_changed(&root.join(to), &text)?;
        }
        Ok(())
    }
}

/// Waits until no other proof uses the tree.
fn lock_tree(root: &Path) -> Result<fs::File> {
    fs::create_dir_all(root).with_context(|| format!("cannot make `{}`", root.display()))?;
    let path = root.join("lock");
    let file =
        fs::File::create(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
    // Where the file system has no locks, two proofs at once must be avoided by people.
    let _ = file.lock();
    Ok(file)
}

/// The proof of one exercise while it lasts.
struct Session<'a> {
    prover: &'a Prover,
    exercise: &'a Exercise,
    judge: Judge,
    root: PathBuf,
    cancel: &'a Cancel,
}

/// What came of trying an answer.
#[derive(Debug, Clone)]
pub enum Attempt {
    /// It was judged, several times where it compiles.
    Judged(Box<Trials>),
    /// It could not be judged, and why.
    Unjudged(String),
}

/// The reports of an answer's runs.
#[derive(Debug, Clone)]
pub struct Trials {
    /// In the checks' own order.
    pub first: Report,
    /// Further ones, made harder.
    pub later: Vec<Later>,
    /// With nothing else running; for the solution only.
    pub alone: Option<Alone>,
}

/// A run that was made harder.
#[derive(Debug, Clone)]
pub struct Later {
    /// The checks in the order in which they ran.
    pub order: Vec<String>,
    /// Whether the same ran a second time at the same time.
    pub twice: bool,
    /// What came of it.
    pub report: Report,
}

/// A run while nothing else of ours runs.
#[derive(Debug, Clone)]
pub struct Alone {
    /// What came of it.
    pub report: Report,
    /// The files outside of its scratch directory that come with it each time.
    pub left: Vec<PathBuf>,
}

/// How much time may go into further runs, beyond those that were asked for, and
/// how many they may be: a verdict that changes one time in ten shows in twenty.
const PATIENCE_FOR_RIGHT: (Duration, usize) = (Duration::from_secs(1), 20);
const PATIENCE_FOR_OTHERS: (Duration, usize) = (Duration::from_millis(200), 6);

impl Session<'_> {
    fn runs(&self, candidate: &Candidate) -> Result<Judged<Trials>> {
        let prover = self.prover;
        let _reading = prover.quiet.read().unwrap_or_else(PoisonError::into_inner);
        let built = match self
            .judge
            .build(self.exercise, self.cancel, &|_: Stage| {})?
        {
            Judged::Done(built) => built,
            Judged::Cancelled => return Ok(Judged::Cancelled),
        };
        let Judged::Done(first) = self.run(&built, None)? else {
            return Ok(Judged::Cancelled);
        };
        let mut trials = Trials {
            first,
            later: Vec::new(),
            alone: None,
        };
        if trials.first.verdict == Verdict::DoesNotCompile {
            return Ok(Judged::Done(trials));
        }
        let is_right = matches!(candidate.role, Role::Solution | Role::Alternative);
        let (patience, most) = if is_right {
            PATIENCE_FOR_RIGHT
        } else {
            PATIENCE_FOR_OTHERS
        };
        let hangs = matches!(trials.first.verdict, Verdict::TimedOut { .. });
        // What hangs does so for the whole time limit: once more is enough to know.
        let wanted = if hangs && !is_right {
            prover.runs.min(2)
        } else {
            prover.runs
        };
        let started = Instant::now();
        let _busy = prover.load.on();
        for number in 1.. {
            let enough = started.elapsed() >= patience || number >= most;
            if number >= wanted && (enough || hangs) {
                break;
            }
            let order = self.order(candidate, &trials.first, number);
            // A fixed port or a file of a fixed name stands in its own way.
            let twice = is_right && number % 2 == 0;
            let Judged::Done(reports) = self.run_so(&built, &order, twice)? else {
                return Ok(Judged::Cancelled);
            };
            trials.later.extend(reports.into_iter().map(|report| Later {
                order: order.clone(),
                twice,
                report,
            }));
        }
        Ok(Judged::Done(trials))
    }

    /// The checks in the order of a further run.
    fn order(&self, candidate: &Candidate, first: &Report, number: usize) -> Vec<String> {
        let names: Vec<String> = first
            .checks
            .iter()
            .map(|check| check.name.clone())
            .collect();
        let mut order = shuffled(&names, number);
        if let Role::Wrong(Some(named)) = &candidate.role
            && let Some(at) = order.iter().position(|check| check == named)
        {
            // What comes after the check that must catch it changes nothing.
            order.truncate(at + 1);
        }
        order
    }

    fn run_so(&self, built: &Built, order: &[String], twice: bool) -> Result<Judged<Vec<Report>>> {
        let run = || self.run(built, Some(order.to_vec()));
        let mut results = Vec::new();
        if twice {
            thread::scope(|scope| {
                let other = scope.spawn(run);
                results.push(run());
                match other.join() {
                    Ok(result) => results.push(result),
                    Err(payload) => std::panic::resume_unwind(payload),
                }
            });
        } else {
            results.push(run());
        }
        let mut reports = Vec::new();
        for result in results {
            match result? {
                Judged::Done(report) => reports.push(report),
                Judged::Cancelled => return Ok(Judged::Cancelled),
            }
        }
        Ok(Judged::Done(reports))
    }

    fn run(&self, built: &Built, order: Option<Vec<String>>) -> Result<Judged<Report>> {
        let trial = Trial {
            order,
            measures: true,
        };
        let outcome = self
            .judge
            .check(self.exercise, built, &trial, self.cancel)?;
        Ok(outcome.map(|outcome| outcome.report))
    }

    /// Runs the solution's checks, which are built, while nothing else of ours runs,
    /// and looks for files outside of the scratch directory.
    fn alone(&self) -> Result<Judged<Alone>> {
        let prover = self.prover;
        let built = match self
            .judge
            .build(self.exercise, self.cancel, &|_: Stage| {})?
        {
            Judged::Done(built) => built,
            Judged::Cancelled => return Ok(Judged::Cancelled),
        };
        let _alone = prover.quiet.write().unwrap_or_else(PoisonError::into_inner);
        let places = leftovers::places(&[&prover.directory, &self.root.join("exercises")]);
        let skip = [prover.cache.clone()];
        let look = || Snapshot::take(&places, &skip);
        let mut before = look();
        let mut suspects: Option<BTreeMap<String, PathBuf>> = None;
        for round in 0..=2 {
            let Judged::Done(report) = self.run(&built, None)? else {
                return Ok(Judged::Cancelled);
            };
            let after = look();
            let changes: BTreeMap<String, PathBuf> = before
                .changes(&after)
                .into_iter()
                .map(|path| (leftovers::likeness(&path), path))
                .collect();
            let now = match suspects.take() {
                None => changes,
                Some(mut known) => {
                    known.retain(|like, _| changes.contains_key(like));
                    known
                }
            };
            if now.is_empty() || round == 2 {
                return Ok(Judged::Done(Alone {
                    report,
                    left: now.into_values().collect(),
                }));
            }
            suspects = Some(now);
            before = look();
            // What comes while nothing runs is somebody else's.
            thread::sleep(report.run.max(Duration::from_millis(50)));
            let quiet = look();
            let others: BTreeSet<String> = before
                .changes(&quiet)
                .iter()
                .map(|path| leftovers::likeness(path))
                .collect();
            if let Some(known) = &mut suspects {
                known.retain(|like, _| !others.contains(like));
            }
            before = quiet;
        }
        unreachable!("the last round returns")
    }
}

/// The names in another order for each number: backwards, then at random, the same
/// way each time.
fn shuffled(names: &[String], number: usize) -> Vec<String> {
    let mut order = names.to_vec();
    if number == 1 {
        order.reverse();
    } else {
        fastrand::Rng::with_seed(number as u64).shuffle(&mut order);
    }
    order
}

/// The first lines of a text.
pub(super) fn cut(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let mut short = lines[..lines.len().min(RENDERED_LINES)].join("\n");
    if lines.len() > RENDERED_LINES {
        short.push_str("\n...");
    }
    short
}

fn chain(problem: &anyhow::Error) -> String {
    let causes: Vec<String> = problem.chain().map(ToString::to_string).collect();
    cut(&causes.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_others_each_time_and_the_same_the_next() {
        let names: Vec<String> = ('a'..='h').map(String::from).collect();
        assert_eq!(shuffled(&names, 1).concat(), "hgfedcba");
        assert_eq!(shuffled(&names, 2), shuffled(&names, 2));
        assert_ne!(shuffled(&names, 2), shuffled(&names, 3));
        let mut sorted = shuffled(&names, 2);
        sorted.sort();
        assert_eq!(sorted, names);
    }
}
