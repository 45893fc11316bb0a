//! What the judge says of a subject: the word in the middle of the program.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::course::{Exercise, Kind};

/// The judge's answer, with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The exercise's name.
    pub exercise: String,
    /// What its subject is.
    pub kind: Kind,
    /// The answer in a word.
    pub verdict: Verdict,
    /// Every check, in the order in which it is taught; empty where nothing ran.
    pub checks: Vec<Check>,
    /// What the compiler said: errors where it does not compile, else advice.
    pub diagnostics: Vec<Diagnostic>,
    /// Panics on threads that the subject started itself.
    pub panics: Vec<Panic>,
    /// What the learner should know besides, a line each.
    pub notes: Vec<String>,
    /// How long the compiler took; zero where none was needed.
    pub compile: Duration,
    /// How long the checks took together.
    pub run: Duration,
    /// What the checks left running when they ended by themselves, where that was
    /// looked for.
    pub left: Vec<String>,
    /// What they left in the directory above their own, where that was looked for.
    pub strays: Vec<String>,
}

/// The answer in a word, and what only that answer has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Every check ran and passed.
    Passed,
    /// At least one check failed.
    ChecksFailed,
    /// There is nothing to run.
    DoesNotCompile,
    /// The checks were stopped at the time limit; the check that ran is the one that hangs.
    TimedOut {
        /// The exercise's limit.
        limit: Duration,
    },
    /// The program ended before its checks did.
    Crashed {
        /// How it ended: "exited with code 0", "was killed by signal 6 (SIGABRT)".
        how: String,
    },
}

impl Verdict {
    /// The word that `--format json` uses.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::ChecksFailed => "checks-failed",
            Self::DoesNotCompile => "does-not-compile",
            Self::TimedOut { .. } => "timed-out",
            Self::Crashed { .. } => "crashed",
        }
    }
}

/// One check's outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its sentence, with underscores.
    pub name: String,
    /// How it ended.
    pub status: Status,
    /// What it says, where it did not pass.
    pub failure: Option<Failure>,
    /// What was printed while it ran, shortened.
    pub output: String,
    /// How long it took; zero where it did not end.
    pub time: Duration,
    /// The most memory that was resident meanwhile, in bytes, where it was measured.
    pub peak: Option<u64>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It returned.
    Passed,
    /// It panicked.
    Failed,
    /// It was running when the time was over.
    TimedOut,
    /// It was running when the program ended.
    Crashed,
    /// It was not reached.
    NotRun,
}

/// Why a check failed, in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// One sentence on what is wrong.
    pub message: String,
    /// Labelled evidence: given, expected, got.
    pub parts: Vec<(String, String)>,
    /// Why it matters.
    pub why: Option<String>,
    /// Where it was found: in the check, or in the learner's file where that panicked.
    pub place: Option<Place>,
}

/// A place in a file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Path from the workspace's root.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

/// A panic on a thread of the subject's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panic {
    /// The check that ran meanwhile.
    pub check: Option<String>,
    /// The thread's name.
    pub thread: String,
    /// What it said.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
}

/// One message of the compiler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Error or warning.
    pub level: Level,
    /// `E0277`, `unused_variables`, `clippy::needless_return`.
    pub code: Option<String>,
    /// The message's first line.
    pub message: String,
    /// Its primary place.
    pub place: Option<Place>,
    /// As rustc renders it, in colour.
    pub rendered: String,
}

impl Diagnostic {
    /// Whether both say the same of the same place.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.level, &self.code, &self.message, &self.place)
            == (other.level, &other.code, &other.message, &other.place)
    }
}

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing was built.
    Error,
    /// Advice.
    Warning,
}

impl Report {
    /// The report of an exercise of which nothing has been built yet.
    pub fn new(exercise: &Exercise) -> Self {
        Self {
            exercise: exercise.name.clone(),
            kind: exercise.kind,
            verdict: Verdict::DoesNotCompile,
            checks: Vec::new(),
            diagnostics: Vec::new(),
            panics: Vec::new(),
            notes: Vec::new(),
            compile: Duration::ZERO,
            run: Duration::ZERO,
            left: Vec::new(),
            strays: Vec::new(),
        }
    }

    /// Whether the exercise is done.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }

    /// How many checks passed.
    pub fn checks_passed(&self) -> usize {
        self.checks
            .iter()
            .filter(|check| check.status == Status::Passed)
            .count()
    }

    /// The check to show: the first that did not pass.
    pub fn first_failing(&self) -> Option<&Check> {
        let bad = |check: &&Check| !matches!(check.status, Status::Passed | Status::NotRun);
        self.checks.iter().find(bad)
    }

    /// The compiler's errors.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.level == Level::Error)
    }

    /// The compiler's advice.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.level == Level::Warning)
    }
}
