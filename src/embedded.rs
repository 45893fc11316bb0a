//! The files that this program carries, as `build.rs` lists them.

use miniz_oxide::inflate::decompress_to_vec;

/// A file: its path, written with `/`, and its bytes.
pub(crate) type File = (&'static str, &'static [u8]);

/// The course's `info.toml`: as it is, for it is read at every start.
static INFO: &[u8] = include_bytes!("../info.toml");

/// The files of the exercises, without what only `dev` commands need, each packed by
/// itself (DEFLATE, RFC 1951), in the order that `build.rs` gives them.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/exercises.packed"));

/// The paths of these files in the course, sorted, and where each one's bytes begin
/// and end in [`PACKED`].
static EXERCISES: &[(&str, usize, usize)] = include!(concat!(env!("OUT_DIR"), "/exercises.rs"));

/// Another text whenever one of these files or the harness is another.
pub(crate) static FINGERPRINT: &str = include_str!(concat!(env!("OUT_DIR"), "/fingerprint.txt"));

/// A course to begin with, sorted by path.
pub(crate) static TEMPLATE: &[File] = include!(concat!(env!("OUT_DIR"), "/template.rs"));

/// The paths of the course's files.
pub(crate) fn course_paths() -> impl Iterator<Item = &'static str> {
    EXERCISES
        .iter()
        .map(|(path, ..)| *path)
        .chain(["info.toml"])
}

/// Whether `path` is a file of the course.
pub(crate) fn has_course_file(path: &str) -> bool {
    path == "info.toml" || place(path).is_some()
}

/// The bytes of a file of the course, by its path in the course.
///
/// # Panics
///
/// When this program is damaged.
pub(crate) fn course_file(path: &str) -> Option<Vec<u8>> {
    if path == "info.toml" {
        return Some(INFO.to_vec());
    }
    let (start, end) = place(path)?;
    let packed = &PACKED[start..end];
    Some(decompress_to_vec(packed).expect("what the build has packed can be unpacked"))
}

fn place(path: &str) -> Option<(usize, usize)> {
    let at = EXERCISES
        .binary_search_by_key(&path, |&(name, ..)| name)
        .ok()?;
    let (_, start, end) = EXERCISES[at];
    Some((start, end))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{EXERCISES, PACKED, TEMPLATE};
    use crate::course::Source;

    type Carried = Vec<(String, Vec<u8>)>;

    /// Asserts that `carried`, by their paths in the repository, are the files of the
    /// repository below `directory` that are to be carried.
    fn assert_carries(carried: &Carried, directory: &str, wanted: fn(&str) -> bool) {
        let repository = Source::Directory(Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf());
        let mut expected = repository.files_below(directory).unwrap();
        expected.retain(|path| wanted(path));
        let names: Vec<&String> = carried.iter().map(|(name, _)| name).collect();
        assert_eq!(names, expected.iter().collect::<Vec<_>>());
        for (name, bytes) in carried {
            assert!(repository.read(name).unwrap() == *bytes, "{name} is stale");
        }
    }

    #[test]
    fn the_program_carries_the_course_without_what_only_authors_need() {
        let file = |path: &'static str| {
            let bytes = super::course_file(path).unwrap();
            (path.to_owned(), bytes)
        };
        let is_exercises = |path: &&str| path.starts_with("exercises/");
        let carried = super::course_paths().filter(is_exercises).map(file);
        assert_carries(&carried.collect(), "exercises", |path| {
            !path.contains("/wrong/") && !path.contains("/alternatives/")
        });
        let (info, rest): (Vec<_>, Vec<_>) = super::course_paths()
            .filter(|path| !is_exercises(path))
            .map(file)
            .partition(|(path, _)| path == "info.toml");
        assert!(rest.is_empty(), "{rest:?}");
        assert_eq!(info[0].1, include_bytes!("../info.toml").as_slice());
        assert!(super::has_course_file("exercises/crates.lock"));
        assert!(!super::has_course_file("exercises/none"));
        assert_eq!(super::course_file("exercises/none"), None);
    }

    #[test]
    fn what_is_not_read_while_watching_comes_last() {
        let mut places = EXERCISES.to_vec();
        places.sort_by_key(|(_, start, _)| *start);
        let ends: Vec<_> = places.iter().map(|(.., end)| *end).collect();
        let starts: Vec<_> = places.iter().skip(1).map(|(_, start, _)| *start).collect();
        assert_eq!(starts, ends[..ends.len() - 1]);
        assert_eq!(ends.last(), Some(&PACKED.len()));
        let first = |part: &str| places.iter().position(|(path, ..)| path.contains(part));
        let last = |part: &str| places.iter().rposition(|(path, ..)| path.contains(part));
        assert!(last("/testkit/") < first("/checks/"));
        assert!(last("/checks/") < first("00_warmup/intro1."));
        assert!(last("README.md") < first("/solutions/"));
    }

    #[test]
    fn the_program_carries_the_whole_template() {
        let directory = "src/author/template";
        let carried = TEMPLATE
            .iter()
            .map(|&(name, bytes)| (format!("{directory}/{name}"), bytes.to_vec()))
            .collect();
        assert_carries(&carried, directory, |_| true);
    }
}
