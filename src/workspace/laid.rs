//! What a workspace has got from its course so far, to tell what the learner has
//! changed from what only the course has.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::course::{Course, Exercise, Source};
use crate::embedded;
use crate::judge::{self, Key};

/// The name of the index among the copies.
const INDEX: &str = "index.json";

/// The course as the workspace has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// [`fingerprint`] of the course.
    pub fingerprint: String,
    /// The chapters' texts and the workspace's own README, as paths.
    pub texts: Vec<String>,
    /// The exercises by their ids.
    pub exercises: BTreeMap<String, Laid>,
}

/// An exercise as the workspace has it; all paths are the workspace's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Laid {
    /// Its name.
    pub name: String,
    /// What the learner edits, the subject first.
    pub files: Vec<String>,
    /// Where solutions to those go.
    pub solutions: Vec<String>,
    /// The check and the fixtures.
    pub checks: Vec<String>,
    /// Changes when a verdict may.
    pub key: String,
}

impl Index {
    /// The index of a course as it is now.
    ///
    /// # Errors
    ///
    /// When the course cannot be read.
    pub fn of(course: &Course) -> Result<Self> {
        let mut texts = vec!["README.md".to_owned()];
        for chapter in &course.chapters {
            texts.push(format!("exercises/{}/README.md", chapter.dir));
        }
        let common = judge::common_key(course)?;
        let mut exercises = BTreeMap::new();
        for exercise in &course.exercises {
            let laid = Laid {
                name: exercise.name.clone(),
                files: exercise.paths().collect(),
                solutions: exercise.solution_paths().collect(),
                checks: checks(course, exercise)?,
                key: key(course, exercise, &common)?,
            };
            exercises.insert(exercise.id.clone(), laid);
        }
        Ok(Self {
            fingerprint: fingerprint(course)?,
            texts,
            exercises,
        })
    }

    /// Reads the index among the copies in a directory; an empty one where there is
    /// none, or one that leads out of the workspace.
    pub fn read(directory: &Path) -> Self {
        let text = fs::read(directory.join(INDEX)).ok();
        let index: Option<Self> = text.and_then(|text| serde_json::from_slice(&text).ok());
        index
            .filter(|index| index.paths().all(leads_inside))
            .unwrap_or_default()
    }

    fn paths(&self) -> impl Iterator<Item = &str> {
        let lists = self.exercises.values().flat_map(|laid| {
            let files = laid.files.iter().chain(&laid.solutions);
            files.chain(&laid.checks)
        });
        let names = self.exercises.values().map(|laid| laid.name.as_str());
        lists.chain(&self.texts).map(String::as_str).chain(names)
    }

    /// Writes the index among the copies in a directory.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, directory: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).context("cannot write JSON")?;
        judge::write_if_changed(&directory.join(INDEX), &text)
    }
}

/// Whether a path stays in the directory that it is put on: a workspace that was
/// handed over must not reach files outside.
pub fn leads_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    parts.all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// The files of an exercise that are always the course's.
fn checks(course: &Course, exercise: &Exercise) -> Result<Vec<String>> {
    let mut paths = vec![exercise.check_path()];
    let fixtures = course.fixtures(exercise);
    paths.extend(fixtures.context("cannot read the course's fixtures")?);
    Ok(paths)
}

/// What a verdict on an exercise depends on apart from the answer.
fn key(course: &Course, exercise: &Exercise, common: &str) -> Result<String> {
    let rules = format!(
        "{} {:?} {:?} {:?}",
        exercise.kind, exercise.crates, exercise.time_limit, exercise.uses
    );
    let mut key = Key::default();
    key.add(common);
    key.add(rules);
    for path in checks(course, exercise)? {
        let text = course.source.read(&path);
        key.add(text.with_context(|| format!("cannot read `{path}`"))?);
    }
    Ok(key.end())
}

/// Changes with every file that a workspace gets from the course.
///
/// # Errors
///
/// When the course cannot be read.
pub fn fingerprint(course: &Course) -> Result<String> {
    if course.source == Source::Embedded {
        return Ok(format!(
            "{} {}",
            env!("CARGO_PKG_VERSION"),
            embedded::FINGERPRINT
        ));
    }
    let mut key = Key::default();
    key.add(judge::common_key(course)?);
    let mut paths: Vec<PathBuf> = vec!["info.toml".into()];
    for path in super::learners_files(course)? {
        paths.push(path.into());
    }
    for exercise in &course.exercises {
        paths.push(exercise.subject_path().into());
        paths.extend(exercise.solution_paths().map(PathBuf::from));
    }
    for path in paths {
        let path = path.to_string_lossy().into_owned();
        let text = course.source.read(&path);
        let text = text.with_context(|| format!("cannot read `{path}`"))?;
        key.add(path);
        key.add(text);
    }
    Ok(key.end())
}

#[cfg(test)]
mod tests {
    use super::leads_inside;

    #[test]
    fn paths_that_lead_out_are_noticed() {
        for inside in ["exercises/a.rs", ".backlings/history/a/1.rs", "README.md"] {
            assert!(leads_inside(inside), "{inside}");
        }
        for outside in ["../a", "a/../../b", "/etc/passwd", "./a", "a/.."] {
            assert!(!leads_inside(outside), "{outside}");
        }
    }
}
