//! The answers a course has for its own exercises: what must fail, what must
//! pass, and which check each wrong one is there for.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use crate::course::{Course, Exercise, Source};
use crate::workspace::Answer;

/// An answer of the course's own, and what it is there for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What must come of it.
    pub role: Role,
    /// The file or folder it is from, as a path in the course.
    pub path: String,
    /// Its texts.
    pub answer: Answer,
}

/// What must come of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The exercise as the learner gets it: fails, as `starts` says.
    Untouched,
    /// Passes, and is worth learning from.
    Solution,
    /// Passes, too.
    Alternative,
    /// Fails the check that its first line names, where it names one.
    Wrong(Option<String>),
}

/// All answers to an exercise: untouched, solution, alternatives, wrong ones.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// In the order in which they are tried.
    pub candidates: Vec<Candidate>,
    /// The files of the course that they are from.
    pub files: BTreeSet<String>,
    /// What is wrong with those files: a path and a sentence.
    pub problems: Vec<(String, String)>,
}

impl Answers {
    /// Finds them in a course.
    ///
    /// # Errors
    ///
    /// When a file cannot be read.
    pub fn find(course: &Course, exercise: &Exercise) -> Result<Self> {
        let mut answers = Self::default();
        answers.files.extend(exercise.paths());
        answers.files.extend(exercise.solution_paths());
        let untouched = Answer::of_course(course, exercise).map_err(anyhow::Error::msg)?;
        let candidate = |path, answer| Candidate {
            role: Role::Untouched,
            path,
            answer,
        };
        match course.continued(exercise) {
            // It begins with whatever right answer the learner has.
            Some(earlier) => {
                for right in right_answers(course, earlier)?.candidates {
                    let path = format!("{} after {}", exercise.subject_path(), right.path);
                    let answer = untouched.clone().continuing(&right.answer);
                    answers.candidates.push(candidate(path, answer));
                }
            }
            None => answers
                .candidates
                .push(candidate(exercise.subject_path(), untouched)),
        }
        let right = right_answers(course, exercise)?;
        let solution = right.candidates.first().map(|one| one.answer.clone());
        answers.take(right);
        answers.take(wrong_answers(
            &course.source,
            exercise,
            &solution.unwrap_or_default(),
        )?);
        Ok(answers)
    }

    fn take(&mut self, other: Self) {
        self.candidates.extend(other.candidates);
        self.files.extend(other.files);
        self.problems.extend(other.problems);
    }

    /// How many there are of a role.
    pub fn count(&self, is: impl Fn(&Role) -> bool) -> usize {
        self.candidates.iter().filter(|one| is(&one.role)).count()
    }
}

/// The solution, then the alternatives.
fn right_answers(course: &Course, exercise: &Exercise) -> Result<Answers> {
    let mut answers = Answers::default();
    let mut files = Vec::new();
    for (file, path) in exercise.files().zip(exercise.solution_paths()) {
        files.push((file.to_owned(), read(&course.source, &path)?));
    }
    answers.candidates.push(Candidate {
        role: Role::Solution,
        path: exercise.solution_path(),
        answer: Answer::new(files),
    });
    let directory = format!("{}/alternatives", exercise.directory());
    let belongs = |name: &str| alternative_of(course, exercise, name);
    for one in stored(&course.source, exercise, &directory, belongs)? {
        answers.files.extend(one.paths.iter().cloned());
        let lacks: Vec<&str> = exercise
            .files()
            .filter(|file| !one.files.iter().any(|(name, _)| name == file))
            .collect();
        if !lacks.is_empty() {
            let problem = format!("lacks {}: an alternative has every file", lacks.join(", "));
            answers.problems.push((one.path.clone(), problem));
        }
        answers.candidates.push(Candidate {
            role: Role::Alternative,
            path: one.path,
            answer: Answer::new(one.files),
        });
    }
    Ok(answers)
}

fn wrong_answers(source: &Source, exercise: &Exercise, solution: &Answer) -> Result<Answers> {
    let mut answers = Answers::default();
    let directory = format!("{}/wrong/{}", exercise.directory(), exercise.name);
    for one in stored(source, exercise, &directory, |_| true)? {
        answers.files.extend(one.paths.iter().cloned());
        let named = one.files.iter().find_map(|(_, text)| names_check(text));
        // What a folder leaves out is as in the solution.
        let files = solution.files().map(|(file, text)| {
            let own = one.files.iter().find(|(name, _)| name == file);
            let text = own.map_or(text, |(_, text)| text);
            (file.to_owned(), text.to_vec())
        });
        answers.candidates.push(Candidate {
            role: Role::Wrong(named),
            path: one.path,
            answer: Answer::new(files.collect()),
        });
    }
    Ok(answers)
}

/// An answer as it is stored: a file, or a folder where the exercise has several.
struct Stored {
    path: String,
    /// By the names that the exercise's files have.
    files: Vec<(String, Vec<u8>)>,
    paths: Vec<String>,
}

/// The answers in a directory whose names (without the ending of the exercise's
/// own file) `belongs` accepts.
fn stored(
    source: &Source,
    exercise: &Exercise,
    directory: &str,
    belongs: impl Fn(&str) -> bool,
) -> Result<Vec<Stored>> {
    let paths = source
        .files_below(directory)
        .with_context(|| format!("cannot read `{directory}`"))?;
    let folder = exercise.file.split_once('/').map(|(folder, _)| folder);
    let mut all: Vec<Stored> = Vec::new();
    for path in paths {
        let inner = &path[directory.len() + 1..];
        let (name, file) = match (folder, inner.split_once('/')) {
            (Some(folder), Some((name, file))) => (name, format!("{folder}/{file}")),
            (None, None) => match same_ending(&exercise.file, inner) {
                Some(name) => (name, exercise.file.clone()),
                None => continue,
            },
            // A file that belongs to nothing is found by whoever looks at the whole tree.
            _ => continue,
        };
        if !belongs(name) || !exercise.files().any(|own| own == file) {
            continue;
        }
        let whole = match folder {
            Some(_) => format!("{directory}/{name}"),
            None => path.clone(),
        };
        let text = read(source, &path)?;
        match all.iter_mut().find(|one| one.path == whole) {
            Some(one) => {
                one.files.push((file, text));
                one.paths.push(path);
            }
            None => all.push(Stored {
                path: whole,
                files: vec![(file, text)],
                paths: vec![path],
            }),
        }
    }
    Ok(all)
}

/// A file's name without its ending, where that is the ending of `file`.
fn same_ending<'a>(file: &str, name: &'a str) -> Option<&'a str> {
    match file.split_once('.') {
        Some((_, ending)) => name.strip_suffix(ending)?.strip_suffix('.'),
        None => Some(name),
    }
}

/// Whether an alternative called `http1` or `http1_second` is this exercise's, and
/// not that of another one whose name is longer.
fn alternative_of(course: &Course, exercise: &Exercise, name: &str) -> bool {
    let fits = |one: &Exercise| {
        let rest = name.strip_prefix(one.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    let fits_better = |one: &Exercise| {
        one.chapter == exercise.chapter && one.name.len() > exercise.name.len() && fits(one)
    };
    fits(exercise) && !course.exercises.iter().any(fits_better)
}

/// The check that a wrong answer's first line names, in any comment form.
fn names_check(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let (_, name) = text.lines().next()?.split_once("fails:")?;
    let name = name.trim().trim_end_matches("-->").trim_end_matches("*/");
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn read(source: &Source, path: &str) -> Result<Vec<u8>> {
    source
        .read(path)
        .with_context(|| format!("cannot read `{path}`"))
}

#[cfg(test)]
mod tests {
    use super::names_check;

    #[test]
    fn a_first_line_names_a_check_in_any_comment_form() {
        for line in [
            "//! fails: a_b",
            "-- fails: a_b",
            "# fails: a_b  ",
            "<!-- fails: a_b -->",
            "/* fails: a_b */",
        ] {
            assert_eq!(
                names_check(line.as_bytes()).as_deref(),
                Some("a_b"),
                "{line}"
            );
        }
        assert_eq!(names_check(b"//! fails:\n//! a_b"), None);
        assert_eq!(names_check(b"fn f() {}\n//! fails: a_b"), None);
    }
}
