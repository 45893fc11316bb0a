//! What an exercise's files contain: the subject, and its companions where it has any.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::course::{self, Course, Exercise};
use crate::error::Result;
use crate::judge::write_if_changed;

/// The files of an exercise that the learner edits, by their names inside the
/// chapter and the subject first; those that are missing are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    files: Vec<(String, Vec<u8>)>,
}

impl Answer {
    /// What stands below `root`, a workspace's or another tree of its shape.
    pub fn read(root: &Path, exercise: &Exercise) -> Self {
        let read = |file: &str, path: String| {
            let text = fs::read(root.join(path)).ok()?;
            Some((file.to_owned(), text))
        };
        let files = exercise.files().zip(exercise.paths());
        Self {
            files: files.filter_map(|(file, path)| read(file, path)).collect(),
        }
    }

    /// The course's untouched files.
    ///
    /// # Errors
    ///
    /// When the course has lost one.
    pub fn of_course(course: &Course, exercise: &Exercise) -> Result<Self> {
        let mut files = Vec::new();
        for (file, path) in exercise.files().zip(exercise.paths()) {
            let text = course
                .source
                .read(&path)
                .with_context(|| format!("the course has lost `{path}`"))?;
            files.push((file.to_owned(), text));
        }
        Ok(Self { files })
    }

    /// An answer from texts by file name.
    pub fn new(files: Vec<(String, Vec<u8>)>) -> Self {
        Self { files }
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// File names and texts.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|(file, text)| (file.as_str(), text.as_slice()))
    }

    /// This exercise's opening comment above the learner's answer to another one.
    pub fn continuing(mut self, earlier: &Self) -> Self {
        if let (Some((_, subject)), Some((_, answer))) =
            (self.files.first_mut(), earlier.files.first())
        {
            let text = String::from_utf8_lossy(answer);
            *subject = course::continued(&String::from_utf8_lossy(subject), &text).into_bytes();
        }
        self
    }

    /// Writes the files below `root`.
    ///
    /// # Errors
    ///
    /// When one cannot be written.
    pub fn write(&self, root: &Path, exercise: &Exercise) -> Result<()> {
        for (file, text) in &self.files {
            let path = root.join(exercise.directory()).join(file);
            write_if_changed(&path, text)?;
        }
        Ok(())
    }

    /// Each text with what the history appends to an attempt's number: `rs` for the
    /// subject, `parse.rs` for a companion.
    pub(super) fn for_history(&self) -> Vec<(String, Vec<u8>)> {
        let name = |index: usize, file: &str| {
            let file = file.rsplit('/').next().unwrap_or(file);
            match (index, file.rsplit_once('.')) {
                (0, Some((_, ending))) => ending.to_owned(),
                _ => file.to_owned(),
            }
        };
        let files = self.files.iter().enumerate();
        files
            .map(|(index, (file, text))| (name(index, file), text.clone()))
            .collect()
    }
}
