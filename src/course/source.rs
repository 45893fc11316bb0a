//! Where a course's files come from: somebody's directory, or this binary.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rust_embed::Embed;

/// The exercises of the course that the binary carries, without what only
/// `dev` commands need.
#[derive(Embed)]
#[folder = "exercises/"]
#[prefix = "exercises/"]
#[exclude = "*/wrong/*"]
#[exclude = "*/alternatives/*"]
struct EmbeddedExercises;

const EMBEDDED_INFO: &[u8] = include_bytes!("../../info.toml");

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
            && is_same("info.toml", EMBEDDED_INFO)
            && same_testkit()
            && EmbeddedExercises::iter().all(|path| {
                EmbeddedExercises::get(&path).is_some_and(|file| is_same(&path, &file.data))
            })
    }

    /// A file's bytes.
    pub fn read(&self, path: &str) -> io::Result<Cow<'static, [u8]>> {
        match self {
            Self::Embedded if path == "info.toml" => Ok(Cow::Borrowed(EMBEDDED_INFO)),
            Self::Embedded => EmbeddedExercises::get(path)
                .map(|file| file.data)
                .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)),
            Self::Directory(root) => fs::read(root.join(path)).map(Cow::Owned),
        }
    }

    /// Whether `path` is a file of the course.
    pub fn has_file(&self, path: &str) -> bool {
        match self {
            Self::Embedded => path == "info.toml" || EmbeddedExercises::get(path).is_some(),
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
                    EmbeddedExercises::iter()
                        .filter(|path| path.starts_with(&start))
                        .map(Cow::into_owned),
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
