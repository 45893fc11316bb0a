//! Whether `info.toml` and the tree agree, and what texts must have: rules that
//! need no compiler.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::answers::{Answers, Candidate, Role};
use super::finding::{Finding, Kind};
use crate::course::{Course, Exercise, Starts};
use crate::judge::lock_made;

/// How long a line of the solution may be, in characters, before a hint that has
/// it gives the answer away.
const TELLTALE: usize = 40;
/// How many hints an exercise has at least.
const HINTS: usize = 3;
/// How many wrong answers.
const WRONG: usize = 3;

/// What is wrong with a course as a whole; `owned` are the files of its exercises'
/// answers.
///
/// # Errors
///
/// When the tree cannot be read.
pub fn course(course: &Course, owned: &BTreeSet<String>) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut dirs: Vec<&str> = Vec::new();
    for chapter in &course.chapters {
        if let Some(before) = dirs
            .last()
            .filter(|before| **before >= chapter.dir.as_str())
        {
            findings.push(
                Finding::new(
                    Kind::Tree,
                    format!(
                        "the chapter `{}` comes after `{before}` and is sorted before it",
                        chapter.dir
                    ),
                )
                .detail("number the directories in the order in which they are taught"),
            );
        }
        dirs.push(&chapter.dir);
        let path = format!("exercises/{}/README.md", chapter.dir);
        let text = course.source.read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let words = text.lines().any(|line| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with('#')
        });
        if !words {
            findings.push(
                Finding::new(Kind::Tree, "the chapter's text is empty")
                    .at(path)
                    .detail("write what the chapter is about, and where to read on"),
            );
        }
    }
    findings.extend(strangers(course, owned)?);
    Ok(findings)
}

/// Whether the course's lock file is what Cargo makes of its crates; `cache` is where
/// they were built for the proof.
///
/// # Errors
///
/// When the lock file cannot be read.
pub fn stale_lock(course: &Course, cache: &Path) -> Result<Option<Finding>> {
    const LOCK: &str = "exercises/crates.lock";
    let Some((made, text)) = lock_made(course, &cache.join("build/crates")) else {
        return Ok(None);
    };
    if !course.source.has_file(LOCK) || *course.source.read(LOCK)? == *text {
        return Ok(None);
    }
    let finding = Finding::new(
        Kind::Tree,
        "is stale: Cargo had to change it for the crates in `info.toml`",
    );
    Ok(Some(finding.at(LOCK).detail(format!(
        "learners would get other versions than you: cp {} {LOCK}",
        made.display()
    ))))
}

/// Files below `exercises` that belong to nothing.
fn strangers(course: &Course, owned: &BTreeSet<String>) -> Result<Vec<Finding>> {
    let mut known: BTreeSet<String> = owned.clone();
    known.insert("exercises/crates.lock".to_owned());
    for chapter in &course.chapters {
        known.insert(format!("exercises/{}/README.md", chapter.dir));
    }
    for exercise in &course.exercises {
        known.insert(exercise.check_path());
        known.extend(course.fixtures(exercise)?);
    }
    let files = course
        .source
        .files_below("exercises")
        .context("cannot read `exercises`")?;
    let is_strange = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or_default();
        !known.contains(*path) && !path.starts_with("exercises/testkit/") && !name.starts_with('.')
    };
    let stranger = |path: &String| {
        Finding::new(Kind::Tree, "this file belongs to no exercise")
            .at(path)
            .detail(whose(course, path))
    };
    Ok(files.iter().filter(is_strange).map(stranger).collect())
}

/// What somebody may have meant by a file that belongs to nothing.
fn whose(course: &Course, path: &str) -> String {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let name = |file: &str| file.split('.').next().unwrap_or_default().to_owned();
    let is_one = |name: &str| course.exercise(name).is_some();
    match parts.as_slice() {
        [chapter, ..] if !course.chapters.iter().any(|one| one.dir == *chapter) => {
            format!("`info.toml` has no chapter `{chapter}`")
        }
        [_, "wrong" | "fixtures", folder, ..] if !is_one(folder) => {
            format!("there is no exercise `{folder}`")
        }
        [_, "wrong", folder, ..] => format!(
            "a wrong answer has the ending of the exercise's own file, `{}`",
            course
                .exercise(folder)
                .map_or("", |exercise| exercise.file.as_str())
        ),
        [_, "alternatives", file] => {
            format!("an alternative is called `NAME.*` or `NAME_*.*`, `{file}` is neither")
        }
        [_, kind @ ("checks" | "solutions"), file] if is_one(&name(file)) => {
            format!(
                "it is not what `info.toml` makes of the {kind} of `{}`",
                name(file)
            )
        }
        [.., file] => format!(
            "`info.toml` has no exercise `{}`: add it, or remove the file",
            name(file)
        ),
        [] => "remove it".to_owned(),
    }
}

/// What is wrong with an exercise's texts.
///
/// # Errors
///
/// When one cannot be read.
pub fn exercise(course: &Course, exercise: &Exercise, answers: &Answers) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (path, problem) in &answers.problems {
        findings.push(Finding::new(Kind::Tree, problem).at(path));
    }
    if !is_name(&exercise.name) {
        let message = format!(
            "the name `{}` is not of lowercase letters, digits and `_`",
            exercise.name
        );
        findings.push(Finding::new(Kind::Tree, message).detail("learners type it: `http1`"));
    }
    if !exercise
        .id
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    {
        let message = format!(
            "the id `{}` is not of letters, digits, `-` and `_`",
            exercise.id
        );
        findings.push(Finding::new(Kind::Tree, message));
    }
    findings.extend(enough(exercise, answers));
    findings.extend(twins(answers));
    findings.extend(hints(course, exercise)?);
    findings.extend(exercise.links.iter().filter_map(|link| bad_link(link)));
    findings.extend(stale_fixtures(course, exercise, answers)?);
    if exercise.starts == Starts::CompileError && exercise.kind == crate::course::Kind::File {
        let message = "a `file` exercise cannot start with a compile error";
        findings.push(Finding::new(Kind::Tree, message).detail("write `todo` or `failing`"));
    }
    if let Some(earlier) = &exercise.continues {
        let text = course.source.read(&exercise.subject_path())?;
        let text = String::from_utf8_lossy(&text);
        if !crate::course::split(&text).1.trim().is_empty() {
            let message = format!("it continues `{earlier}` and has code of its own");
            findings.push(
                Finding::new(Kind::Tree, message)
                    .at(exercise.subject_path())
                    .detail("leave only the opening comment: the learner's code comes below it"),
            );
        }
    }
    Ok(findings)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether there are answers enough to prove anything.
fn enough(exercise: &Exercise, answers: &Answers) -> Vec<Finding> {
    let mut findings = Vec::new();
    if answers.count(|role| *role == Role::Alternative) == 0 {
        findings.push(
            Finding::new(Kind::Tree, "there is no alternative").detail(format!(
                "write a second right answer, built differently, as `{}/alternatives/{}`: \
                 a check that knows one right answer may refuse the others",
                exercise.directory(),
                exercise.file
            )),
        );
    }
    let wrong = answers.count(|role| matches!(role, Role::Wrong(_)));
    if wrong < WRONG {
        findings.push(
            Finding::new(
                Kind::Tree,
                format!("there are {wrong} wrong answers, and {WRONG} are wanted"),
            )
            .detail(format!(
                "write plausible ones below `{}/wrong/{}/`",
                exercise.directory(),
                exercise.name
            )),
        );
    }
    findings
}

/// Answers that say the same: a second one proves nothing.
fn twins(answers: &Answers) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: Vec<(&Candidate, String)> = Vec::new();
    for candidate in &answers.candidates {
        if candidate.role == Role::Untouched {
            continue;
        }
        let code = code(candidate);
        let twin = seen.iter().find(|(_, other)| *other == code);
        if let Some((twin, _)) = twin {
            findings.push(
                Finding::new(Kind::Tree, format!("is the same answer as {}", twin.path))
                    .at(&candidate.path)
                    .detail("but for white space and comments: build it differently, or remove it"),
            );
        }
        seen.push((candidate, code));
    }
    findings
}

/// An answer's texts without white space, the line that names a check, and in Rust
/// without comment lines: elsewhere a comment may mean something to a check.
fn code(candidate: &Candidate) -> String {
    let mut code = String::new();
    for (file, text) in candidate.answer.files() {
        let text = String::from_utf8_lossy(text);
        let is_rust = file.ends_with(".rs");
        let lines = text.lines().enumerate().filter(|(number, line)| {
            let names_check = *number == 0 && line.contains("fails:");
            let is_comment = is_rust && line.trim_start().starts_with("//");
            !names_check && !is_comment
        });
        for (_, line) in lines {
            code.extend(line.split_whitespace());
        }
        code.push('\n');
    }
    code
}

fn hints(course: &Course, exercise: &Exercise) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    if exercise.hints.len() < HINTS {
        findings.push(
            Finding::new(
                Kind::Tree,
                format!(
                    "there are {} hints, and {HINTS} are wanted",
                    exercise.hints.len()
                ),
            )
            .detail("a question that turns the head, a pointer, nearly the answer"),
        );
    }
    let normal = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines_of = |path: String| -> Result<Vec<String>> {
        let text = course.source.read(&path)?;
        Ok(String::from_utf8_lossy(&text).lines().map(normal).collect())
    };
    // What the learner has anyway gives nothing away.
    let mut given = BTreeSet::new();
    for path in exercise.paths() {
        given.extend(lines_of(path)?);
    }
    let mut telltales = BTreeSet::new();
    for path in exercise.solution_paths() {
        telltales.extend(lines_of(path)?);
    }
    telltales.retain(|line| line.chars().count() > TELLTALE && !given.contains(line));
    let early = exercise.hints.len().saturating_sub(1);
    for (index, hint) in exercise.hints.iter().take(early).enumerate() {
        let hint = normal(hint);
        for line in telltales.iter().filter(|line| hint.contains(line.as_str())) {
            findings.push(
                Finding::new(
                    Kind::Tree,
                    format!("hint {} has a line of the solution", index + 1),
                )
                .detail(line)
                .detail("only the last hint may come that near"),
            );
        }
    }
    let mut seen = BTreeSet::new();
    for (index, hint) in exercise.hints.iter().enumerate() {
        if !seen.insert(normal(hint)) {
            let message = format!("hint {} says the same as one before it", index + 1);
            findings.push(Finding::new(Kind::Tree, message));
        }
    }
    Ok(findings)
}

/// What is wrong with a link: RFC 3986 §3 leaves no room for spaces, and a host
/// that everybody can reach has a dot.
fn bad_link(link: &str) -> Option<Finding> {
    let rest = link
        .strip_prefix("https://")
        .or_else(|| link.strip_prefix("http://"))
        .unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let is_host = host.contains('.') && host.split('.').all(is_label);
    let is_text = link.chars().all(|c| {
        c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}')
    });
    let ends_well = !link.ends_with(['.', ',', ';', ')']);
    if is_host && is_text && ends_well {
        return None;
    }
    Some(
        Finding::new(Kind::Tree, format!("`{link}` is not a well-formed link"))
            .detail("write it whole, as the browser shows it: `https://host.example/path`"),
    )
}

/// Fixtures that nothing reads.
fn stale_fixtures(course: &Course, exercise: &Exercise, answers: &Answers) -> Result<Vec<Finding>> {
    let fixtures = course.fixtures(exercise)?;
    if fixtures.is_empty() {
        return Ok(Vec::new());
    }
    let mut texts = String::new();
    for path in answers.files.iter().cloned().chain([exercise.check_path()]) {
        texts.push_str(&String::from_utf8_lossy(&course.source.read(&path)?));
    }
    for path in course.source.files_below("exercises/testkit")? {
        texts.push_str(&String::from_utf8_lossy(&course.source.read(&path)?));
    }
    let is_stale = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or_default();
        !texts.contains(name)
    };
    let stale = |path: &String| {
        Finding::new(Kind::Tree, "nothing reads this fixture")
            .at(path)
            .detail("neither the check nor an answer nor the testkit has its name: remove it, or read it")
    };
    Ok(fixtures.iter().filter(is_stale).map(stale).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_links_from_what_is_none() {
        for good in [
            "https://www.rfc-editor.org/rfc/rfc9112#section-3",
            "https://doc.rust-lang.org/std/?search=a%20b",
            "http://example.org:8080/",
        ] {
            assert_eq!(bad_link(good), None, "{good}");
        }
        for bad in [
            "https://",
            "https:///path",
            "https://localhost/x",
            "https://example..org/",
            "https://example.org/a b",
            "https://example.org/x).",
            "ftp://example.org/",
            "www.example.org",
        ] {
            assert!(bad_link(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn names_are_what_one_types() {
        assert!(is_name("http1"));
        assert!(is_name("tcp_2"));
        for bad in ["", "Http1", "1st", "http-1", "a b"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
