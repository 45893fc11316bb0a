//! Where a course's files come from: somebody's directory, or this binary.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::embedded;

/// A file's path, its length in bytes, and when it was last changed.
pub type Stamp = (String, u64, SystemTime);

/// Reads a course's files by their path in the course, written with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The course inside this binary.
    Embedded,
    /// A directory with `info.toml` and `exercises/`.
    Directory(PathBuf),
}

impl Source {
    /// Whether a directory has the very files of the course in this program, and
    /// nothing more that would be compiled with them.
    pub fn is_embedded_copy(&self) -> bool {
        let Self::Directory(root) = self else {
            return true;
        };
        let is_same = |path: &str| {
            let theirs = fs::read(root.join(path)).ok();
            theirs.is_some() && theirs == embedded::course_file(path)
        };
        let same_testkit = || {
            let list = |source: &Self| source.files_below("exercises/testkit").ok();
            list(self) == list(&Self::Embedded)
        };
        // A toolchain or settings of its own would run other code for the same files.
        let own_tools = [".cargo", "rust-toolchain", "rust-toolchain.toml"];
        !own_tools.iter().any(|name| root.join(name).exists())
            && same_testkit()
            && embedded::course_paths().all(is_same)
    }

    /// A file's bytes.
    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self {
            Self::Embedded => {
                embedded::course_file(path).ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            Self::Directory(root) => fs::read(root.join(path)),
        }
    }

    /// Whether `path` is a file of the course.
    pub fn has_file(&self, path: &str) -> bool {
        match self {
            Self::Embedded => embedded::has_course_file(path),
            Self::Directory(root) => root.join(path).is_file(),
        }
    }

    /// What changes when a file below the directory `below` does, comes or goes; what
    /// is in this program does not.
    pub fn stamps_below(&self, below: &str) -> io::Result<Vec<Stamp>> {
        let Self::Directory(root) = self else {
            return Ok(Vec::new());
        };
        let stamp = |path: String| {
            let file = fs::metadata(root.join(&path))?;
            Ok((path, file.len(), file.modified()?))
        };
        self.files_below(below)?.into_iter().map(stamp).collect()
    }

    /// The paths of all files below the directory `below`, sorted.
    pub fn files_below(&self, below: &str) -> io::Result<Vec<String>> {
        let mut files = Vec::new();
        match self {
            Self::Embedded => {
                let start = format!("{below}/");
                let is_below = |path: &&str| path.starts_with(&start);
                files.extend(embedded::course_paths().filter(is_below).map(str::to_owned));
            }
            Self::Directory(root) => walk(&root.join(below), below, &mut files)?,
        }
        files.sort();
        Ok(files)
    }
}

fn walk(directory: &Path, name: &str, files: &mut Vec<String>) -> io::Result<()> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let Ok(file_name) = entry.file_name().into_string() else {
            continue;
        };
        let path = format!("{name}/{file_name}");
        if entry.path().is_dir() {
            walk(&entry.path(), &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
