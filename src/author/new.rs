//! A course to begin with: one exercise of each kind, with comments for its author.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::embedded::TEMPLATE;

/// What stands for the course's id in the template's texts.
const ID: &str = "{{id}}";

/// Writes a new course to `directory`, whole or not at all.
///
/// # Errors
///
/// When there is something already, or it cannot be written.
pub fn new(directory: &Path) -> Result<()> {
    match fs::read_dir(directory).map(Iterator::count) {
        Ok(0) => {}
        Ok(_) => bail!(
            "`{}` exists and is not empty: nothing there is overwritten, name another directory",
            directory.display()
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error)
                .with_context(|| format!("cannot look into `{}`", directory.display()));
        }
    }
    let parent = match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).with_context(|| format!("cannot make `{}`", parent.display()))?;
    // Built beside its place and renamed: a course is never half there.
    let unfinished = tempfile::Builder::new()
        .prefix(".backlings-new-")
        .tempdir_in(parent)
        .with_context(|| format!("cannot write `{}`", parent.display()))?;
    let id = id_of(directory);
    for &(path, bytes) in TEMPLATE {
        // Git and Cargo would take a file of its real name for one of ours.
        let name = if path == "gitignore" {
            ".gitignore"
        } else {
            path
        };
        let to = unfinished.path().join(name);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.replace(ID, &id).into_bytes(),
            Err(_) => bytes.to_vec(),
        };
        let write = || -> io::Result<()> {
            fs::create_dir_all(to.parent().unwrap_or(parent))?;
            fs::write(&to, text)
        };
        write().with_context(|| format!("cannot write `{}`", to.display()))?;
    }
    let made = unfinished.keep();
    if let Err(error) = fs::rename(&made, directory) {
        let _ = fs::remove_dir_all(&made);
        return Err(error).with_context(|| format!("cannot make `{}`", directory.display()));
    }
    Ok(())
}

/// A course's id from its directory's name.
fn id_of(directory: &Path) -> String {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let letters = name.to_lowercase();
    let words: Vec<&str> = letters
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        "my-course".to_owned()
    } else {
        words.join("-")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::id_of;

    #[test]
    fn an_id_is_a_directory_name_in_small_words() {
        assert_eq!(
            id_of(Path::new("/tmp/HTTP class (2026)")),
            "http-class-2026"
        );
        assert_eq!(id_of(Path::new("..")), "my-course");
    }
}
