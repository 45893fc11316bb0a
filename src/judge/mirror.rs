//! A tree that looks to a compiler like the learner's, but for the subject: that is
//! read from standard input.
//!
//! So a compiler can be given all of its work but the subject's text. It reads the
//! check, and what it remembers of the compilation before, and then waits, in the
//! middle of its work, for what the learner saves.

#[cfg(unix)]
use std::{collections::BTreeSet, fs, path::PathBuf};

use std::io;
use std::path::Path;

use crate::course::Exercise;

/// What a compiler finds in place of the subject.
#[cfg(unix)]
const STANDARD_INPUT: &str = "/dev/stdin";

/// Makes the mirror of the tree at `root` for an exercise in `place`, or brings it up to
/// date. Returns whether there is one: not every system has a name for a standard input.
///
/// # Errors
///
/// When a directory cannot be read or written.
#[cfg(unix)]
pub fn make(root: &Path, exercise: &Exercise, place: &Path) -> io::Result<bool> {
    if !Path::new(STANDARD_INPUT).exists() {
        return Ok(false);
    }
    let root = root.canonicalize()?;
    let subject = PathBuf::from(exercise.subject_path());
    let check = PathBuf::from(exercise.check_path());
    // Those directories are the mirror's own: `..` must lead to it, and not to where a
    // link leads.
    let mut own = BTreeSet::new();
    for file in [&subject, &check] {
        own.extend(file.ancestors().skip(1).map(Path::to_path_buf));
    }
    fs::create_dir_all(place)?;
    // Shorter paths come first.
    for directory in own.iter().filter(|path| !path.as_os_str().is_empty()) {
        own_directory(&place.join(directory))?;
        for entry in fs::read_dir(root.join(directory))? {
            let path = directory.join(entry?.file_name());
            if path != subject && !own.contains(&path) {
                link(&root.join(&path), &place.join(&path))?;
            }
        }
    }
    link(Path::new(STANDARD_INPUT), &place.join(&subject))?;
    Ok(true)
}

/// Makes a directory, unless there is one. What is written below it must not be written
/// to where a link leads.
#[cfg(unix)]
fn own_directory(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(known) if known.is_dir() => return Ok(()),
        Ok(_) => fs::remove_file(path)?,
        Err(_) => {}
    }
    unless_there(fs::create_dir(path))
}

/// What was made, or that somebody else has been faster.
#[cfg(unix)]
fn unless_there(made: io::Result<()>) -> io::Result<()> {
    match made {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) -> io::Result<()> {
    if fs::read_link(link).is_ok_and(|now| now == target) {
        return Ok(());
    }
    match fs::symlink_metadata(link) {
        Ok(old) if old.is_dir() => fs::remove_dir_all(link)?,
        Ok(_) => fs::remove_file(link)?,
        Err(_) => {}
    }
    unless_there(std::os::unix::fs::symlink(target, link))
}

/// Whether the text of a check has a compiler read the subject once, and nothing that
/// could read it again: from standard input it comes only once.
pub fn is_read_once(check: &str, exercise: &Exercise) -> bool {
    let subject = exercise.subject_path();
    let name = subject.rsplit('/').next().unwrap_or(&subject);
    let is_module = |line: &&str| {
        let line = line.trim();
        line.ends_with(';') && line.split_whitespace().any(|word| word == "mod")
    };
    check.matches(name).count() == 1
        && check.lines().filter(is_module).count() == 1
        && !check.contains("include!")
}

/// Whether a subject's text may have a compiler read a file, which could be its own.
pub fn reads_files(subject: &[u8]) -> bool {
    let text = String::from_utf8_lossy(subject);
    text.split("include").skip(1).any(|rest| {
        let kinds = ["_str", "_bytes", ""];
        let mut rests = kinds.iter().filter_map(|kind| rest.strip_prefix(kind));
        rests.any(|rest| rest.trim_start().starts_with('!'))
    })
}

/// There is none.
#[cfg(not(unix))]
pub fn make(_: &Path, _: &Exercise, _: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::course::{Course, Source};

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn first(course: &Course) -> &Exercise {
        course
            .exercises
            .iter()
            .find(|one| one.name == "intro1")
            .unwrap()
    }

    #[test]
    fn it_leads_to_the_learners_files_but_for_the_subject() {
        let course = Course::load(Source::Embedded).unwrap();
        let exercise = first(&course);
        let home = tempfile::tempdir().unwrap();
        let (root, place) = (home.path().join("root"), home.path().join("place"));
        write(&root, &exercise.subject_path(), "subject");
        write(&root, &exercise.check_path(), "check");
        write(&root, "exercises/00_warmup/other.rs", "other");
        write(&root, "exercises/09_more/more.rs", "more");
        for _ in 0..2 {
            assert!(make(&root, exercise, &place).unwrap());
            let read = |path: &str| fs::read_to_string(place.join(path)).unwrap();
            assert_eq!(read(&exercise.check_path()), "check");
            let around = "exercises/00_warmup/checks/../other.rs";
            assert_eq!(read(around), "other");
            assert_eq!(read("exercises/09_more/more.rs"), "more");
            let subject = place.join(exercise.subject_path());
            assert_eq!(fs::read_link(subject).unwrap(), Path::new("/dev/stdin"));
        }
    }

    #[test]
    fn it_never_writes_where_a_link_leads() {
        let course = Course::load(Source::Embedded).unwrap();
        let exercise = first(&course);
        let home = tempfile::tempdir().unwrap();
        let (root, place) = (home.path().join("root"), home.path().join("place"));
        write(&root, &exercise.subject_path(), "subject");
        write(&root, &exercise.check_path(), "check");
        write(&root, "exercises/09_more/more.rs", "more");
        // As it was when the exercise stood in another chapter.
        fs::create_dir_all(place.join("exercises/09_more")).unwrap();
        let chapter = root.join("exercises/00_warmup");
        std::os::unix::fs::symlink(chapter, place.join("exercises/00_warmup")).unwrap();
        assert!(make(&root, exercise, &place).unwrap());
        let kept = fs::read_to_string(root.join(exercise.subject_path())).unwrap();
        assert_eq!(kept, "subject");
        let more = fs::read_to_string(place.join("exercises/09_more/more.rs"));
        assert_eq!(more.unwrap(), "more");
    }

    #[test]
    fn a_subject_that_is_read_twice_is_told() {
        let course = Course::load(Source::Embedded).unwrap();
        let exercise = first(&course);
        let check = "#[path = \"../intro1.rs\"]\nmod intro1;\n\nmod inner {}\n";
        assert!(is_read_once(check, exercise));
        for more in [
            "const TEXT: &str = include_str!(\"../intro1.rs\");",
            "mod helper;",
            "include!(\"helper.rs\");",
        ] {
            assert!(
                !is_read_once(&format!("{check}{more}\n"), exercise),
                "{more}"
            );
        }
        assert!(reads_files(b"const ME: &str = include_str!(file!());"));
        assert!(reads_files(b"include ! (\"x.rs\");"));
        assert!(!reads_files(b"// It includes no file!\nfn main() {}"));
    }
}
