//! `info.toml` into a [`Course`], strictly, with every problem's line.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{Chapter, Course, DEFAULT_TIME_LIMIT, Exercise, Kind, Source, Starts, nearest};

/// The version of `info.toml` that this program reads.
pub const FORMAT_VERSION: u32 = 1;

/// Everything that is wrong with a course.
#[derive(Debug)]
pub struct InfoError {
    /// The file, as people can open it.
    pub file: String,
    /// At least one problem, in the order of the file.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in `info.toml`, from 1; 0 where it concerns the whole file.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl std::error::Error for InfoError {}

impl fmt::Display for InfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match problem.line {
                0 => write!(f, "`{}`: {}", self.file, problem.message)?,
                line => write!(f, "`{}`, line {line}: {}", self.file, problem.message)?,
            }
            if !problem.help.is_empty() {
                write!(f, "\n  {}", problem.help)?;
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Head {
    format_version: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCourse {
    #[serde(rename = "format_version")]
    _format_version: i64,
    id: Spanned<String>,
    name: Spanned<String>,
    version: String,
    #[serde(default = "default_edition")]
    edition: Spanned<String>,
    welcome: String,
    #[serde(rename = "final")]
    final_words: String,
    #[serde(default)]
    crates: BTreeMap<String, toml::Value>,
    #[serde(default)]
    chapters: Vec<RawChapter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChapter {
    dir: Spanned<String>,
    title: Spanned<String>,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    exercises: Vec<RawExercise>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExercise {
    id: Spanned<String>,
    name: Spanned<String>,
    title: Spanned<String>,
    kind: Spanned<Kind>,
    file: Option<Spanned<String>>,
    starts: Starts,
    difficulty: Spanned<i64>,
    teaches: Spanned<String>,
    hints: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    links: Vec<Spanned<String>>,
    time_limit: Option<Spanned<i64>>,
    #[serde(default)]
    crates: Vec<Spanned<String>>,
    #[serde(default)]
    requires: Vec<Spanned<String>>,
}

fn default_edition() -> Spanned<String> {
    Spanned::new(0..0, "2024".to_owned())
}

/// Collects problems while the raw course is turned into the real one.
struct Reader<'a> {
    text: &'a str,
    source: &'a Source,
    problems: Vec<Problem>,
}

pub(super) fn load(source: Source) -> Result<Course, InfoError> {
    let file = match &source {
        Source::Embedded => PathBuf::from("info.toml"),
        Source::Directory(root) => root.join("info.toml"),
    };
    let file = file.display().to_string();
    let broken = |problems| InfoError {
        file: file.clone(),
        problems,
    };
    let whole = |message: String, help: &str| {
        broken(vec![Problem {
            line: 0,
            message,
            help: help.to_owned(),
        }])
    };
    let bytes = source.read("info.toml").map_err(|error| {
        whole(
            format!("cannot be read: {error}"),
            "a course is a directory with `info.toml` and `exercises/`",
        )
    })?;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}'),
        Err(error) => {
            let line = 1 + bytes[..error.valid_up_to()]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            return Err(broken(vec![Problem {
                line,
                message: format!("byte 0x{:02x} is not UTF-8", bytes[error.valid_up_to()]),
                help: "save the file as UTF-8".to_owned(),
            }]));
        }
    };
    let mut reader = Reader {
        text,
        source: &source,
        problems: Vec::new(),
    };
    let raw = match reader.parse() {
        Ok(raw) => raw,
        Err(problem) => return Err(broken(vec![problem])),
    };
    let (header, chapters, exercises) = reader.read(raw);
    if !reader.problems.is_empty() {
        let mut problems = reader.problems;
        problems.sort_by_key(|problem| problem.line);
        return Err(broken(problems));
    }
    Ok(Course {
        id: header.id.into_inner(),
        name: header.name.into_inner(),
        version: header.version,
        edition: header.edition.into_inner(),
        welcome: header.welcome,
        final_words: header.final_words,
        crates: header.crates,
        chapters,
        exercises,
        source,
    })
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        1 + self.text.as_bytes()[..offset.min(self.text.len())]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
    }

    fn problem<T>(&mut self, at: &Spanned<T>, message: impl Into<String>, help: impl Into<String>) {
        let line = self.line(at.span().start);
        self.problems.push(Problem {
            line,
            message: message.into(),
            help: help.into(),
        });
    }

    fn parse(&self) -> Result<RawCourse, Problem> {
        let explain = |error: toml::de::Error| {
            let line = error.span().map_or(0, |span| self.line(span.start));
            // serde says ``unknown field `hint`, expected one of `id`, `name` ``.
            let message = error.message().trim().replace('\n', ": ");
            let (message, help) = match message.split_once(", expected one of ") {
                Some((what, known)) => {
                    let near = what.split('`').nth(1).and_then(|written| {
                        nearest(
                            written,
                            known.split(", ").map(|name| name.trim_matches('`')),
                        )
                    });
                    let help = near.map_or_else(
                        || format!("known here: {known}"),
                        |near| format!("did you mean `{near}`? known here: {known}"),
                    );
                    (what.to_owned(), help)
                }
                None if message.starts_with("missing field") => {
                    let name = message.split('`').nth(1).unwrap_or_default();
                    (
                        message.clone(),
                        format!("add `{name} = ...` to the table that begins here"),
                    )
                }
                None => (
                    message,
                    "see \"How to write an exercise\" in the README".to_owned(),
                ),
            };
            Problem {
                line,
                message,
                help,
            }
        };
        let head: Head = toml::from_str(self.text).map_err(explain)?;
        match head.format_version {
            Some(version) if *version.get_ref() > i64::from(FORMAT_VERSION) => Err(Problem {
                line: self.line(version.span().start),
                message: format!(
                    "this course is in format {}, this program reads format {FORMAT_VERSION}",
                    version.get_ref()
                ),
                help: "install a newer backlings, then try again".to_owned(),
            }),
            Some(version) if *version.get_ref() < 1 => Err(Problem {
                line: self.line(version.span().start),
                message: format!("there is no format {}", version.get_ref()),
                help: format!("write `format_version = {FORMAT_VERSION}`"),
            }),
            _ => toml::from_str(self.text).map_err(explain),
        }
    }

    fn read(&mut self, mut raw: RawCourse) -> (RawCourse, Vec<Chapter>, Vec<Exercise>) {
        self.text_of(&raw.id, "id");
        self.text_of(&raw.name, "name");
        if !["2015", "2018", "2021", "2024"].contains(&raw.edition.get_ref().as_str()) {
            let message = format!("there is no Rust edition `{}`", raw.edition.get_ref());
            self.problem(&raw.edition.clone(), message, "write `edition = \"2024\"`");
        }
        let mut seen = Seen::default();
        let mut chapters = Vec::new();
        let mut exercises = Vec::new();
        for chapter in std::mem::take(&mut raw.chapters) {
            self.path_part(&chapter.dir, "dir");
            self.text_of(&chapter.title, "title");
            self.unique(&mut seen.dirs, &chapter.dir, "chapter");
            let dir = chapter.dir.get_ref().clone();
            self.file(
                &chapter.dir,
                &format!("exercises/{dir}/README.md"),
                "the chapter's text",
            );
            for exercise in chapter.exercises {
                let exercise = self.exercise(exercise, &dir, &raw.crates, &mut seen);
                exercises.push(exercise);
            }
            chapters.push(Chapter {
                dir,
                title: chapter.title.into_inner(),
                summary: chapter.summary,
            });
        }
        if exercises.is_empty() && self.problems.is_empty() {
            self.problems.push(Problem {
                line: 0,
                message: "there is no exercise in this course".to_owned(),
                help: "add a `[[chapters]]` and below it a `[[chapters.exercises]]`".to_owned(),
            });
        }
        (raw, chapters, exercises)
    }

    fn exercise(
        &mut self,
        raw: RawExercise,
        chapter: &str,
        crates: &BTreeMap<String, toml::Value>,
        seen: &mut Seen,
    ) -> Exercise {
        self.text_of(&raw.id, "id");
        self.path_part(&raw.name, "name");
        self.unique(&mut seen.ids, &raw.id, "exercise with the id");
        self.unique(&mut seen.names, &raw.name, "exercise");
        self.text_of(&raw.title, "title");
        self.text_of(&raw.teaches, "teaches");
        if !(1..=5).contains(raw.difficulty.get_ref()) {
            let message = format!(
                "difficulty {} is not one of 1 to 5",
                raw.difficulty.get_ref()
            );
            self.problem(
                &raw.difficulty,
                message,
                "1 is a first step, 5 an afternoon",
            );
        }
        if raw.hints.get_ref().is_empty() {
            self.problem(
                &raw.hints,
                "there is no hint",
                "write at least one, better three, from a nudge to nearly the answer",
            );
        }
        for hint in raw.hints.get_ref() {
            if hint.get_ref().trim().is_empty() {
                self.problem(
                    hint,
                    "this hint is empty",
                    "write what helps the learner on, or leave it out",
                );
            }
        }
        for name in &raw.crates {
            if !crates.contains_key(name.get_ref()) {
                let near = nearest(name.get_ref(), crates.keys().map(String::as_str))
                    .map(|near| format!("did you mean `{near}`? else "))
                    .unwrap_or_default();
                let message = format!(
                    "the crate `{}` is not in the table `[crates]`",
                    name.get_ref()
                );
                let help = format!(
                    "{near}add `{} = \"VERSION\"` below `[crates]`",
                    name.get_ref()
                );
                self.problem(name, message, help);
            }
        }
        for link in &raw.links {
            let text = link.get_ref();
            if !(text.starts_with("https://") || text.starts_with("http://")) || text.contains(' ')
            {
                self.problem(
                    link,
                    format!("`{text}` is not a link"),
                    "write it whole: `https://...`",
                );
            }
        }
        if let Some(limit) = &raw.time_limit
            && !(1..=600).contains(limit.get_ref())
        {
            let message = format!(
                "a time limit of {} s is not one of 1 to 600",
                limit.get_ref()
            );
            self.problem(
                limit,
                message,
                "it is in whole seconds, for all checks of the exercise together",
            );
        }
        let name = raw.name.get_ref().clone();
        let file = match (&raw.file, raw.kind.get_ref()) {
            (Some(file), _) => {
                self.path_part(file, "file");
                file.get_ref().clone()
            }
            (None, Kind::File) => {
                let message = format!("`{name}` is of kind `file` and names no file");
                self.problem(
                    &raw.kind,
                    message,
                    format!("add its file, such as `file = \"{name}.sql\"`"),
                );
                String::new()
            }
            (None, Kind::Module | Kind::Program) => format!("{name}.rs"),
        };
        let exercise = Exercise {
            id: raw.id.get_ref().clone(),
            title: raw.title.into_inner(),
            chapter: chapter.to_owned(),
            kind: *raw.kind.get_ref(),
            file,
            starts: raw.starts,
            difficulty: u8::try_from(*raw.difficulty.get_ref()).unwrap_or(1),
            teaches: raw.teaches.into_inner(),
            hints: raw
                .hints
                .into_inner()
                .into_iter()
                .map(Spanned::into_inner)
                .collect(),
            links: raw.links.into_iter().map(Spanned::into_inner).collect(),
            time_limit: raw.time_limit.map_or(DEFAULT_TIME_LIMIT, |limit| {
                Duration::from_secs(u64::try_from(limit.into_inner()).unwrap_or(1))
            }),
            crates: raw.crates.into_iter().map(Spanned::into_inner).collect(),
            requires: raw.requires.into_iter().map(Spanned::into_inner).collect(),
            name,
        };
        if !exercise.file.is_empty() {
            self.file(
                &raw.name,
                &exercise.subject_path(),
                "the subject, as the learner gets it",
            );
            self.file(&raw.name, &exercise.check_path(), "its check");
            self.file(&raw.name, &exercise.solution_path(), "its solution");
        }
        exercise
    }

    fn text_of(&mut self, text: &Spanned<String>, key: &str) {
        if text.get_ref().trim().is_empty() {
            self.problem(
                text,
                format!("`{key}` is empty"),
                format!("write `{key} = \"...\"` with a text"),
            );
        }
    }

    /// A name that becomes part of a path: of one component, on every system.
    fn path_part(&mut self, text: &Spanned<String>, key: &str) {
        let name = text.get_ref();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(fits) || name.starts_with('.') {
            let message = format!("`{key} = \"{name}\"` cannot be part of a path");
            self.problem(
                text,
                message,
                "use letters, digits, `_`, `-` and `.`, and begin with no dot",
            );
        }
    }

    fn unique(&mut self, seen: &mut HashMap<String, usize>, name: &Spanned<String>, what: &str) {
        if let Some(first) = seen.insert(name.get_ref().clone(), name.span().start) {
            let first = self.line(first);
            let message = format!(
                "there already is an {what} `{}`, in line {first}",
                name.get_ref()
            )
            .replace("an chapter", "a chapter");
            self.problem(name, message, "give one of the two another name");
        }
    }

    fn file<T>(&mut self, at: &Spanned<T>, path: &str, what: &str) {
        if !self.source.has_file(path) {
            self.problem(
                at,
                format!("the file `{path}` is missing"),
                format!("write it: it is {what}"),
            );
        }
    }
}

/// Names met so far, each with where it stands in the text.
#[derive(Default)]
struct Seen {
    dirs: HashMap<String, usize>,
    ids: HashMap<String, usize>,
    names: HashMap<String, usize>,
}
