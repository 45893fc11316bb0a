//! Where a course's files come from: somebody's directory, or this binary.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::embedded::{self, Content};

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
        let is_same =
            |path: &str, ours: &[u8]| fs::read(root.join(path)).is_ok_and(|theirs| theirs == ours);
        let same_testkit = || {
            let list = |source: &Self| source.files_below("exercises/testkit").ok();
            list(self) == list(&Self::Embedded)
        };
        // A toolchain or settings of its own would run other code for the same files.
        let own_tools = [".cargo", "rust-toolchain", "rust-toolchain.toml"];
        !own_tools.iter().any(|name| root.join(name).exists())
            && is_same("info.toml", embedded::INFO)
            && same_testkit()
            && embedded::EXERCISES
                .iter()
                .all(|(path, content)| is_same(path, &content.bytes()))
    }

    /// A file's bytes.
    pub fn read(&self, path: &str) -> io::Result<Cow<'static, [u8]>> {
        match self {
            Self::Embedded if path == "info.toml" => Ok(Cow::Borrowed(embedded::INFO)),
            Self::Embedded => embedded::exercise_file(path)
                .map(Content::bytes)
                .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)),
            Self::Directory(root) => fs::read(root.join(path)).map(Cow::Owned),
        }
    }

    /// Whether `path` is a file of the course.
    pub fn has_file(&self, path: &str) -> bool {
        match self {
            Self::Embedded => path == "info.toml" || embedded::exercise_file(path).is_some(),
            Self::Directory(root) => root.join(path).is_file(),
        }
    }

    /// The paths of all files below the directory `below`, sorted.
    pub fn files_below(&self, below: &str) -> io::Result<Vec<String>> {
        let mut files = Vec::new();
        match self {
            Self::Embedded => {
                let start = format!("{below}/");
                files.extend(
                    embedded::EXERCISES
                        .iter()
                        .map(|(path, _)| *path)
                        .filter(|path| path.starts_with(&start))
                        .map(str::to_owned),
                );
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
