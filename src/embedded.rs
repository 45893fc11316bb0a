//! The files that this program carries, as `build.rs` lists them.

use std::borrow::Cow;

use miniz_oxide::inflate::decompress_to_vec;

/// A file: its path, written with `/`, and its bytes.
pub(crate) type File = (&'static str, &'static [u8]);

/// The bytes of a file of the course.
pub(crate) enum Content {
    /// As they are.
    Plain(&'static [u8]),
    /// Packed by `build.rs` (DEFLATE, RFC 1951).
    Packed(&'static [u8]),
}

impl Content {
    /// The file's own bytes.
    ///
    /// # Panics
    ///
    /// When this program is damaged.
    pub(crate) fn bytes(&self) -> Cow<'static, [u8]> {
        match self {
            Self::Plain(bytes) => Cow::Borrowed(*bytes),
            Self::Packed(packed) => Cow::Owned(
                decompress_to_vec(packed).expect("what the build has packed can be unpacked"),
            ),
        }
    }
}

/// The `info.toml` of the course.
pub(crate) static INFO: &[u8] = include_bytes!("../info.toml");

/// The exercises of the course, without what only `dev` commands need, sorted by
/// their path in the course.
pub(crate) static EXERCISES: &[(&str, Content)] =
    include!(concat!(env!("OUT_DIR"), "/exercises.rs"));

/// Another text whenever one of these files, `info.toml` or the harness is another.
pub(crate) static FINGERPRINT: &str = include_str!(concat!(env!("OUT_DIR"), "/fingerprint.txt"));

/// A course to begin with, sorted by path.
pub(crate) static TEMPLATE: &[File] = include!(concat!(env!("OUT_DIR"), "/template.rs"));

/// The bytes of an exercise's file, by its path in the course.
pub(crate) fn exercise_file(path: &str) -> Option<&'static Content> {
    let at = EXERCISES
        .binary_search_by_key(&path, |&(name, _)| name)
        .ok()?;
    Some(&EXERCISES[at].1)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::path::Path;

    use super::{Content, EXERCISES, TEMPLATE};
    use crate::course::Source;

    type Carried = Vec<(String, Cow<'static, [u8]>)>;

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
    fn the_program_carries_the_exercises_without_what_only_authors_need() {
        let carried = EXERCISES
            .iter()
            .map(|(name, content)| ((*name).to_owned(), content.bytes()))
            .collect();
        assert_carries(&carried, "exercises", |path| {
            !path.contains("/wrong/") && !path.contains("/alternatives/")
        });
        let path = "exercises/crates.lock";
        assert!(Source::Embedded.has_file(path));
        let (_, bytes) = carried.iter().find(|(name, _)| name == path).unwrap();
        assert_eq!(Source::Embedded.read(path).unwrap(), *bytes);
        assert!(!Source::Embedded.has_file("exercises/none"));
    }

    #[test]
    fn checks_and_solutions_are_packed() {
        let packed = |path: &str| matches!(super::exercise_file(path), Some(Content::Packed(_)));
        assert!(packed("exercises/00_warmup/checks/intro1.rs"));
        assert!(packed("exercises/00_warmup/solutions/intro1.rs"));
        assert!(!packed("exercises/00_warmup/intro1.rs"));
    }

    #[test]
    fn the_program_carries_the_whole_template() {
        let directory = "src/author/template";
        let carried = TEMPLATE
            .iter()
            .map(|&(name, bytes)| (format!("{directory}/{name}"), Cow::Borrowed(bytes)))
            .collect();
        assert_carries(&carried, directory, |_| true);
    }
}
