//! The files that this program carries, as `build.rs` lists them.

/// A file: its path, written with `/`, and its bytes.
pub(crate) type File = (&'static str, &'static [u8]);

/// The `info.toml` of the course.
pub(crate) static INFO: &[u8] = include_bytes!("../info.toml");

/// The exercises of the course, without what only `dev` commands need, sorted by
/// their path in the course.
pub(crate) static EXERCISES: &[File] = include!(concat!(env!("OUT_DIR"), "/exercises.rs"));

/// Another text whenever one of these files, `info.toml` or the harness is another.
pub(crate) static FINGERPRINT: &str = include_str!(concat!(env!("OUT_DIR"), "/fingerprint.txt"));

/// A course to begin with, sorted by path.
pub(crate) static TEMPLATE: &[File] = include!(concat!(env!("OUT_DIR"), "/template.rs"));

/// The bytes of an exercise's file, by its path in the course.
pub(crate) fn exercise_file(path: &str) -> Option<&'static [u8]> {
    let at = EXERCISES
        .binary_search_by_key(&path, |&(name, _)| name)
        .ok()?;
    Some(EXERCISES[at].1)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::path::Path;

    use super::{EXERCISES, File, TEMPLATE};
    use crate::course::Source;

    /// Asserts that `carried` are the files of the repository below `directory` that
    /// are to be carried, `prefix` standing before their names in the repository.
    fn assert_carries(carried: &[File], directory: &str, prefix: &str, wanted: fn(&str) -> bool) {
        let repository = Source::Directory(Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf());
        let mut expected = repository.files_below(directory).unwrap();
        expected.retain(|path| wanted(path));
        let names: Vec<String> = carried
            .iter()
            .map(|(name, _)| format!("{prefix}{name}"))
            .collect();
        assert_eq!(names, expected);
        for (name, &(_, bytes)) in names.iter().zip(carried) {
            assert!(repository.read(name).unwrap() == bytes, "{name} is stale");
        }
    }

    #[test]
    fn the_program_carries_the_exercises_without_what_only_authors_need() {
        assert_carries(EXERCISES, "exercises", "", |path| {
            !path.contains("/wrong/") && !path.contains("/alternatives/")
        });
        let path = "exercises/crates.lock";
        assert!(Source::Embedded.has_file(path));
        let (_, bytes) = EXERCISES.iter().find(|(name, _)| *name == path).unwrap();
        assert_eq!(Source::Embedded.read(path).unwrap(), Cow::Borrowed(*bytes));
        assert!(!Source::Embedded.has_file("exercises/none"));
    }

    #[test]
    fn the_program_carries_the_whole_template() {
        let directory = "src/author/template";
        assert_carries(TEMPLATE, directory, "src/author/template/", |_| true);
    }
}
