//! What the learner has done, and how it survives anything.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::course::{Course, Exercise};

/// The version of `progress.toml`.
const VERSION: u32 = 1;

/// What the learner has done, by exercise id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    /// The id of the exercise the learner chose to work on, out of order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    #[serde(default)]
    exercises: BTreeMap<String, Entry>,
}

/// What the learner has done in one exercise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it first passed, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<String>,
    /// Whether a later text of it, or a stricter check, did not pass any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// How many hints have been shown.
    #[serde(default)]
    pub hints: usize,
    /// How many texts have been judged.
    #[serde(default)]
    pub attempts: u32,
    /// How many checks passed at the last verdict, and of how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<(usize, usize)>,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            version: VERSION,
            current: None,
            exercises: BTreeMap::new(),
        }
    }
}

impl Progress {
    /// Reads `progress.toml`'s text.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let progress: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        if progress.version > VERSION {
            return Err(format!(
                "it was written by a newer backlings (version {})",
                progress.version
            ));
        }
        Ok(progress)
    }

    /// What was done in an exercise.
    pub fn entry(&self, exercise: &Exercise) -> Entry {
        self.exercises
            .get(&exercise.id)
            .cloned()
            .unwrap_or_default()
    }

    /// The same, to be changed.
    pub fn entry_mut(&mut self, exercise: &Exercise) -> &mut Entry {
        self.exercises.entry(exercise.id.clone()).or_default()
    }

    /// Whether an exercise passes, as far as anybody has looked.
    pub fn is_done(&self, exercise: &Exercise) -> bool {
        self.exercises
            .get(&exercise.id)
            .is_some_and(|entry| entry.passed.is_some() && !entry.again)
    }

    /// How many exercises of the course are done.
    pub fn done(&self, course: &Course) -> usize {
        course
            .exercises
            .iter()
            .filter(|exercise| self.is_done(exercise))
            .count()
    }

    /// The exercise to work on: the one the learner chose, else the first not
    /// done; none when all are done.
    pub fn current<'a>(&self, course: &'a Course) -> Option<&'a Exercise> {
        let chosen = self.current.as_ref().and_then(|id| {
            course
                .exercises
                .iter()
                .find(|exercise| exercise.id == *id && !self.is_done(exercise))
        });
        chosen.or_else(|| {
            course
                .exercises
                .iter()
                .find(|exercise| !self.is_done(exercise))
        })
    }

    /// Works on `exercise` from now on, whatever comes first in the course.
    pub fn choose(&mut self, exercise: &Exercise) {
        self.current = Some(exercise.id.clone());
    }

    /// Records a pass at `time` (RFC 3339); the first one stays.
    pub fn pass(&mut self, exercise: &Exercise, time: String) {
        if self.current.as_ref() == Some(&exercise.id) {
            self.current = None;
        }
        let entry = self.entry_mut(exercise);
        entry.passed.get_or_insert(time);
        entry.again = false;
    }

    /// Goes on behind an exercise that has passed just now, unless another one is chosen: a
    /// learner who began in the middle is not sent back to the beginning.
    pub fn go_on(&mut self, course: &Course, exercise: &Exercise) {
        if self.current.is_none() {
            let exercises = &course.exercises;
            let to_do = |at: &usize| !self.is_done(&exercises[*at]);
            let first = (0..exercises.len()).find(to_do);
            let next = (course.position(exercise)..exercises.len()).find(to_do);
            // The first one is next without being chosen.
            let next = next.filter(|_| next != first);
            self.current = next.map(|next| exercises[next].id.clone());
        }
    }

    /// Records that an exercise does not pass: one that did is to be looked at again.
    pub fn fail(&mut self, exercise: &Exercise) {
        let entry = self.entry_mut(exercise);
        entry.again = entry.passed.is_some();
    }

    /// Forgets a pass and the hints: the exercise starts again.
    pub fn restart(&mut self, exercise: &Exercise) {
        self.exercises.remove(&exercise.id);
    }
}

/// `progress.toml` and the lock beside it.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
}

impl Store {
    /// The store in `.backlings`.
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
        }
    }

    fn file(&self) -> PathBuf {
        self.directory.join("progress.toml")
    }

    /// Reads the progress. One that cannot be read is put aside, and the second
    /// value says where.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn load(&self) -> Result<(Progress, Option<String>)> {
        let path = self.file();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok((Progress::default(), None));
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
            }
        };
        let parsed = String::from_utf8(bytes)
            .map_err(|_| "it is not UTF-8".to_owned())
            .and_then(|text| Progress::parse(&text));
        match parsed {
            Ok(progress) => Ok((progress, None)),
            Err(why) => {
                let aside = free_name(&self.directory, "progress.toml.unreadable");
                fs::rename(&path, &aside)
                    .with_context(|| format!("cannot put aside `{}`", path.display()))?;
                let note = format!(
                    "`{}` could not be read ({why}); it is kept as `{}`, and progress starts anew. \
                     `backlings check-all` finds what you have done.",
                    path.display(),
                    aside.display()
                );
                Ok((Progress::default(), Some(note)))
            }
        }
    }

    /// Changes the progress that is on disk now, so that two processes lose
    /// nothing of each other's, and returns it.
    ///
    /// # Errors
    ///
    /// When the file system refuses; the old progress then stands.
    pub fn update(&self, change: impl FnOnce(&mut Progress)) -> Result<Progress> {
        let lock_path = self.directory.join("lock");
        let lock = File::create(&lock_path)
            .with_context(|| format!("cannot write `{}`", lock_path.display()))?;
        // Where the file system has no locks, rename still keeps the file whole.
        let _ = lock.lock();
        let (mut progress, _) = self.load()?;
        let before = progress.clone();
        change(&mut progress);
        if progress != before {
            self.write(&progress)?;
        }
        Ok(progress)
    }

    fn write(&self, progress: &Progress) -> Result<()> {
        let path = self.file();
        let written = || -> Result<()> {
            let text = toml::to_string(progress)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.directory)?;
            file.write_all(text.as_bytes())?;
            file.persist(&path)?;
            Ok(())
        };
        written().with_context(|| format!("cannot write `{}`", path.display()))
    }
}

/// `name`, `name.2`, `name.3`: the first that is free.
pub(super) fn free_name(directory: &Path, name: &str) -> PathBuf {
    let mut path = directory.join(name);
    let mut number = 2;
    while path.exists() {
        path = directory.join(format!("{name}.{number}"));
        number += 1;
    }
    path
}
