//! `info.toml` into a [`Course`], strictly, with every problem's line.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, Deserializer, Error};

use super::{Chapter, Course, DEFAULT_TIME_LIMIT, Exercise, Kind, Lint, Source, Starts, nearest};

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
    minimum_backlings: Option<Spanned<String>>,
}

impl Head {
    fn of(table: &Spanned<DeTable>) -> Result<Self, Error> {
        let keys = ["format_version", "minimum_backlings"];
        let mut head = DeTable::new();
        for (key, value) in table.get_ref() {
            if keys.contains(&key.get_ref().as_ref()) {
                head.insert(key.clone(), value.clone());
            }
        }
        Self::deserialize(Deserializer::from(Spanned::new(table.span(), head)))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCourse {
    #[serde(rename = "format_version")]
    _format_version: i64,
    #[serde(rename = "minimum_backlings")]
    _minimum_backlings: Option<String>,
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
    lints: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, RawLint>>,
    #[serde(default)]
    chapters: Vec<RawChapter>,
}

/// As in Cargo's `[lints]`: a level, or a table with a level and a priority.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawLint {
    Level(String),
    Table {
        level: String,
        #[serde(default)]
        priority: i64,
    },
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
    #[serde(default)]
    companions: Vec<Spanned<String>>,
    continues: Option<Spanned<String>>,
    #[serde(default)]
    uses: Vec<Spanned<String>>,
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
    let (mut header, chapters, exercises) = reader.read(raw);
    let lints = reader.lints(std::mem::take(&mut header.lints));
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
        lints,
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
        let explain = |error: Error| {
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
        // Parsing costs most, so it is done once; a course for a newer program is told
        // by its head, before anything else in it is looked at.
        let table = DeTable::parse(self.text).map_err(explain)?;
        let head = Head::of(&table).map_err(explain)?;
        if let Some(minimum) = &head.minimum_backlings {
            self.new_enough(minimum)?;
        }
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
            _ => RawCourse::deserialize(Deserializer::from(table)).map_err(explain),
        }
    }

    /// Refuses a course that needs a newer program than this one.
    fn new_enough(&self, minimum: &Spanned<String>) -> Result<(), Problem> {
        let this = env!("CARGO_PKG_VERSION");
        let wanted = minimum.get_ref();
        let line = self.line(minimum.span().start);
        let parsed = semver::Version::parse(wanted).map_err(|_| Problem {
            line,
            message: format!("`minimum_backlings = \"{wanted}\"` is not a version"),
            help: format!("write three numbers, such as \"{this}\""),
        })?;
        let is_enough = semver::Version::parse(this).is_ok_and(|this| this >= parsed);
        if is_enough {
            return Ok(());
        }
        Err(Problem {
            line,
            message: format!("this course needs backlings {wanted} or newer, this is {this}"),
            help: "install a newer backlings, then try again".to_owned(),
        })
    }

    fn lints(
        &mut self,
        raw: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, RawLint>>,
    ) -> Vec<Lint> {
        let mut lints = Vec::new();
        for (tool, table) in raw {
            if !["rust", "clippy"].contains(&tool.get_ref().as_str()) {
                let message = format!("there are no lints of `{}`", tool.get_ref());
                self.problem(&tool, message, "write `[lints.rust]` or `[lints.clippy]`");
            }
            for (name, lint) in table {
                let (level, priority) = match lint {
                    RawLint::Level(level) => (level, 0),
                    RawLint::Table { level, priority } => (level, priority),
                };
                if !["allow", "warn", "deny", "forbid"].contains(&level.as_str()) {
                    let message = format!("there is no lint level `{level}`");
                    self.problem(&name, message, "write `allow`, `warn`, `deny` or `forbid`");
                }
                lints.push(Lint {
                    tool: tool.get_ref().clone(),
                    name: name.into_inner(),
                    level,
                    priority,
                });
            }
        }
        lints.sort_by_key(|lint| lint.priority);
        lints
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
                let exercise = self.exercise(exercise, &dir, &raw.crates, &mut seen, &exercises);
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
        earlier: &[Exercise],
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
                self.file_name(file, "file", &name);
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
        for companion in &raw.companions {
            self.companion(companion, &name, &file);
        }
        self.earlier(&raw, earlier);
        let exercise = Exercise {
            companions: raw
                .companions
                .iter()
                .map(|file| file.get_ref().clone())
                .collect(),
            continues: raw.continues.map(Spanned::into_inner),
            uses: raw.uses.into_iter().map(Spanned::into_inner).collect(),
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
            for path in exercise.paths() {
                self.file(&raw.name, &path, "the subject, as the learner gets it");
            }
            self.file(&raw.name, &exercise.check_path(), "its check");
            for path in exercise.solution_paths() {
                self.file(&raw.name, &path, "its solution");
            }
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

    /// The subject's name: a file in the chapter, or one in a folder named after
    /// the exercise, where its companions stand too.
    fn file_name(&mut self, file: &Spanned<String>, key: &str, name: &str) {
        match file.get_ref().split_once('/') {
            None => self.path_part(file, key),
            Some((folder, inner)) => {
                let part = Spanned::new(file.span(), inner.to_owned());
                if folder == name {
                    return self.path_part(&part, key);
                }
                let message = format!(
                    "`{key} = \"{}\"` is not in the exercise's folder",
                    file.get_ref()
                );
                self.problem(file, message, format!("write \"{name}/{inner}\""));
            }
        }
    }

    fn companion(&mut self, companion: &Spanned<String>, name: &str, file: &str) {
        let text = companion.get_ref();
        if !file.starts_with(&format!("{name}/")) {
            let message = format!("`{name}` has companions and `{file}` as its file");
            let help = format!(
                "an exercise of several files has a folder: `file = \"{name}/main.rs\"`, `companions = [\"{name}/...\"]`"
            );
            self.problem(companion, message, help);
        } else if text == file {
            let message = format!("`{text}` is the exercise's file already");
            self.problem(companion, message, "leave it out of `companions`");
        } else if text.contains('/') {
            self.file_name(companion, "companions", name);
        } else {
            let message = format!("the companion `{text}` is not in the exercise's folder");
            self.problem(companion, message, format!("write \"{name}/{text}\""));
        }
    }

    /// What an exercise stands on comes before it, and is of its kind.
    fn earlier(&mut self, raw: &RawExercise, earlier: &[Exercise]) {
        let keys = raw
            .continues
            .iter()
            .map(|name| (name, "continues"))
            .chain(raw.uses.iter().map(|name| (name, "uses")));
        let mut problems = Vec::new();
        for (name, key) in keys {
            let written = name.get_ref();
            let Some(found) = earlier.iter().find(|exercise| exercise.name == *written) else {
                let near = nearest(written, earlier.iter().map(|one| one.name.as_str()))
                    .map_or_else(String::new, |near| format!("did you mean `{near}`? "));
                problems.push((
                    name,
                    format!("`{key}` names `{written}`, which is no exercise before this one"),
                    format!("{near}name one that stands above it in this file"),
                ));
                continue;
            };
            if key == "uses" && found.kind != Kind::Module {
                problems.push((
                    name,
                    format!("`uses` names `{written}`, whose kind is `{}`", found.kind),
                    "only a `module` can be included by another exercise".to_owned(),
                ));
            }
            let ending = |file: &str| file.rsplit('.').next().map(str::to_owned);
            let own = raw.file.as_ref().map_or("x.rs", |file| file.get_ref());
            let several = !raw.companions.is_empty() || !found.companions.is_empty();
            if key == "continues" && (several || ending(own) != ending(&found.file)) {
                problems.push((
                    name,
                    format!("this exercise cannot continue `{written}`"),
                    "both must have one file, with the same ending".to_owned(),
                ));
            }
        }
        for (name, message, help) in problems {
            self.problem(name, message, help);
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
