//! A course: what `info.toml` and `exercises/` say, checked and in order.

mod brief;
mod parse;
mod source;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use brief::{Brief, comment_mark, continued, has_only_comments, split};
pub use parse::{FORMAT_VERSION, InfoError, Problem};
pub use source::{Source, Stamp};

/// A course, as `info.toml` describes it.
#[derive(Debug, Clone)]
pub struct Course {
    /// Stable name of the course, kept across versions.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The course's own version.
    pub version: String,
    /// Rust edition of subjects and checks.
    pub edition: String,
    /// Shown when a workspace is made.
    pub welcome: String,
    /// Shown when the last exercise passes.
    pub final_words: String,
    /// The crates exercises may use, each as a dependency in Cargo's syntax.
    pub crates: BTreeMap<String, toml::Value>,
    /// The course's own lints, those that are to be overruled first.
    pub lints: Vec<Lint>,
    /// In the order in which they are taught.
    pub chapters: Vec<Chapter>,
    /// All exercises of all chapters, in the order in which they are done.
    pub exercises: Vec<Exercise>,
    /// Where its files are.
    pub source: Source,
}

/// A chapter: a directory below `exercises/`.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// Its directory's name, `02_http`.
    pub dir: String,
    /// Its title.
    pub title: String,
    /// What it is about, in a line.
    pub summary: String,
}

/// An exercise: a subject that a learner edits, and all that belongs to it.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// Stable across renames and renumbering; progress is kept under it.
    pub id: String,
    /// What the learner types: `http1`.
    pub name: String,
    /// What it is about, in a few words.
    pub title: String,
    /// Directory of its chapter, `02_http`.
    pub chapter: String,
    /// What the subject is.
    pub kind: Kind,
    /// The subject's file inside the chapter: `http1.rs`, or `http8/main.rs` where
    /// the exercise has several files.
    pub file: String,
    /// Further files that the learner edits, inside the chapter: `http8/parse.rs`.
    pub companions: Vec<String>,
    /// The name of the earlier exercise with whose answer this one begins.
    pub continues: Option<String>,
    /// Names of earlier exercises whose answers this one's subject includes.
    pub uses: Vec<String>,
    /// How the untouched subject fails.
    pub starts: Starts,
    /// 1 (an open door) to 5 (an afternoon).
    pub difficulty: u8,
    /// What one can do afterwards, in a sentence.
    pub teaches: String,
    /// From a nudge to nearly the answer; never empty.
    pub hints: Vec<String>,
    /// Where to read on.
    pub links: Vec<String>,
    /// How long its checks may run together.
    pub time_limit: Duration,
    /// Names from the course's crate table that subject or check use.
    pub crates: Vec<String>,
    /// Programs that must be installed, such as `nginx`.
    pub requires: Vec<String>,
}

/// A lint level of a course, as in Cargo's `[lints]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// `rust` or `clippy`.
    pub tool: String,
    /// The lint or group, without its tool.
    pub name: String,
    /// `allow`, `warn`, `deny` or `forbid`.
    pub level: String,
    /// Lints of a lower priority are overruled by those of a higher one.
    pub priority: i64,
}

/// What an exercise's subject is, and so how it is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A Rust file with public items; the check includes it.
    Module,
    /// A Rust file with `fn main`; the check starts it as a child.
    Program,
    /// Any other file; the check reads it.
    File,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Module => "module",
            Self::Program => "program",
            Self::File => "file",
        })
    }
}

/// How an untouched subject fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starts {
    /// It does not compile.
    CompileError,
    /// Something is left to write: it panics with `todo!()`, or a file is empty.
    Todo,
    /// It looks plausible and fails checks.
    Failing,
}

/// What an exercise's checks may take together, unless `time_limit` says otherwise.
pub const DEFAULT_TIME_LIMIT: Duration = Duration::from_secs(10);

impl Course {
    /// Reads and checks a course.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with `info.toml` and the files it names, with lines.
    pub fn load(source: Source) -> Result<Self, InfoError> {
        parse::load(source)
    }

    /// The exercise called `name`.
    pub fn exercise(&self, name: &str) -> Option<&Exercise> {
        self.exercises.iter().find(|exercise| exercise.name == name)
    }

    /// The exercise that `text` means: a name, or a path that ends in one of its
    /// files (the subject, a companion, the check or the solution). `05_sql/sql1.sql`
    /// and `sql1.sql` both mean sql1, `06_db/sql1.sql` does not.
    pub fn find(&self, text: &str) -> Option<&Exercise> {
        let written: Vec<_> = Path::new(text)
            .components()
            .filter(|part| matches!(part, std::path::Component::Normal(_)))
            .collect();
        let is_meant = |path: String| {
            let path = Path::new(&path);
            let parts: Vec<_> = path.components().collect();
            let least = parts.len().min(written.len());
            // `main.rs` alone could be anybody's.
            !written.is_empty() && parts.ends_with(&written[written.len() - least..])
        };
        let by_path = |exercise: &&Exercise| {
            let own = exercise.files().map(|file| (file, file.contains('/')));
            let check = format!("checks/{}", exercise.check_file());
            let solution = format!("solutions/{}", exercise.file);
            let answers = [(check.as_str(), false), (solution.as_str(), false)];
            own.chain(answers)
                .filter(|(_, in_folder)| !in_folder || written.len() > 1)
                .any(|(file, _)| is_meant(format!("{}/{file}", exercise.chapter)))
        };
        self.exercise(text)
            .or_else(|| self.exercises.iter().find(by_path))
    }

    /// The name nearest to a mistyped one, if one is near.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(
            name,
            self.exercises.iter().map(|exercise| exercise.name.as_str()),
        )
    }

    /// How wide a column of names is, in characters.
    pub fn name_width(&self) -> usize {
        self.exercises
            .iter()
            .map(|exercise| exercise.name.len())
            .max()
            .unwrap_or(0)
    }

    /// The exercise's place in the course, from 0.
    pub fn position(&self, exercise: &Exercise) -> usize {
        self.exercises
            .iter()
            .position(|other| other.id == exercise.id)
            .unwrap_or(0)
    }

    /// The ticket that opens the untouched subject.
    pub fn brief(&self, exercise: &Exercise) -> Brief {
        let text = self
            .source
            .read(&exercise.subject_path())
            .unwrap_or_default();
        Brief::of(&String::from_utf8_lossy(&text))
    }

    /// The exercise that `exercise` continues.
    pub fn continued(&self, exercise: &Exercise) -> Option<&Exercise> {
        self.exercise(exercise.continues.as_deref()?)
    }

    /// The files below [`Exercise::fixtures_path`], as paths in the course.
    pub fn fixtures(&self, exercise: &Exercise) -> io::Result<Vec<String>> {
        self.source.files_below(&exercise.fixtures_path())
    }
}

impl Exercise {
    /// `exercises/02_http`.
    pub fn directory(&self) -> String {
        format!("exercises/{}", self.chapter)
    }

    /// `exercises/02_http/http1.rs`, in a course and in a workspace.
    pub fn subject_path(&self) -> String {
        format!("exercises/{}/{}", self.chapter, self.file)
    }

    /// `exercises/02_http/checks/http1.rs`, in a course and in a workspace.
    pub fn check_path(&self) -> String {
        format!("exercises/{}/checks/{}", self.chapter, self.check_file())
    }

    /// `exercises/02_http/solutions/http1.rs`, in a course and, once passed, in a workspace.
    pub fn solution_path(&self) -> String {
        format!("exercises/{}/solutions/{}", self.chapter, self.file)
    }

    /// `exercises/02_http/fixtures/http1`: files for its checks, in a course and in a workspace.
    pub fn fixtures_path(&self) -> String {
        format!("exercises/{}/fixtures/{}", self.chapter, self.name)
    }

    /// The files that the learner edits, inside the chapter; the subject comes first.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.file.as_str()).chain(self.companions.iter().map(String::as_str))
    }

    /// [`Exercise::files`] as paths in a course and in a workspace.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.files()
            .map(|file| format!("exercises/{}/{file}", self.chapter))
    }

    /// Where a right answer has the files of [`Exercise::files`].
    pub fn solution_paths(&self) -> impl Iterator<Item = String> {
        self.files()
            .map(|file| format!("exercises/{}/solutions/{file}", self.chapter))
    }

    fn check_file(&self) -> String {
        format!("{}.rs", self.name)
    }
}

/// The candidate nearest to `text`, if it is near enough to be meant.
pub fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| {
            let (text, lowercase) = (text.to_lowercase(), candidate.to_lowercase());
            (strsim::damerau_levenshtein(&text, &lowercase), candidate)
        })
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
