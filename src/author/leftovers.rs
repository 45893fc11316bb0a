//! Files that checks leave outside of their scratch directory.
//!
//! Nobody can be asked who wrote a file, so it is found by looking: at the places
//! where programs leave files, before and after the checks ran while nothing else
//! of ours did. What comes again at the same place with every run, and does not
//! come while nothing runs, is the checks' own.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A place to look at, and how deep.
#[derive(Debug, Clone)]
pub struct Place {
    path: PathBuf,
    depth: usize,
}

/// The files and directories of some places as they are now.
#[derive(Debug, Clone, Default)]
pub struct Snapshot(BTreeMap<PathBuf, Option<(SystemTime, u64)>>);

/// How many entries of a place are looked at.
const ENTRIES: usize = 20_000;

/// Where programs leave files: the trees of the course, the system's temporary
/// directories, and the home directory's first level.
pub fn places(trees: &[&Path]) -> Vec<Place> {
    let tree = |path: &&Path| Place {
        path: path.to_path_buf(),
        depth: 8,
    };
    let mut places: Vec<Place> = trees.iter().map(tree).collect();
    let mut temporary = vec![env::temp_dir()];
    if cfg!(unix) {
        temporary.extend(["/tmp", "/var/tmp", "/dev/shm"].map(PathBuf::from));
    }
    temporary.dedup();
    places.extend(temporary.into_iter().map(|path| Place { path, depth: 2 }));
    places.extend(env::home_dir().map(|path| Place { path, depth: 1 }));
    places
}

impl Snapshot {
    /// Looks at the places; `skip` names directories that are others' business.
    pub fn take(places: &[Place], skip: &[PathBuf]) -> Self {
        let mut snapshot = Self::default();
        for place in places {
            let mut left = ENTRIES;
            snapshot.look(&place.path, place.depth, skip, &mut left);
        }
        snapshot
    }

    fn look(&mut self, directory: &Path, depth: usize, skip: &[PathBuf], left: &mut usize) {
        let Ok(entries) = fs::read_dir(directory) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if *left == 0 || is_others(&path, skip) {
                continue;
            }
            *left -= 1;
            // A link is a file of its own; where it leads does not matter.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_dir() {
                self.0.insert(path.clone(), None);
                if depth > 1 {
                    self.look(&path, depth - 1, skip, left);
                }
            } else {
                let time = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                self.0.insert(path, Some((time, metadata.len())));
            }
        }
    }

    /// What is there in `later` and was not, or was otherwise.
    pub fn changes(&self, later: &Self) -> Vec<PathBuf> {
        let is_new = |(path, seen): &(&PathBuf, &Option<_>)| self.0.get(*path) != Some(*seen);
        let changed = later.0.iter().filter(is_new);
        changed.map(|(path, _)| path.clone()).collect()
    }
}

/// Version control, build products, workspaces, scratch directories of runs, and what
/// compilers keep in the temporary directory while they work.
fn is_others(path: &Path, skip: &[PathBuf]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    matches!(&*name, ".git" | "target" | ".backlings")
        || name.starts_with("backlings-")
        || name.starts_with("rustc")
        || is_compilers(&name)
        || skip.iter().any(|skipped| path.starts_with(skipped))
}

/// Whether it is a file of GCC's or Clang's (`ccXyZ123.o`), which name them by "cc", six
/// random letters or digits, and an ending.
fn is_compilers(name: &str) -> bool {
    let random = name
        .strip_prefix("cc")
        .and_then(|rest| rest.split_once('.'));
    random.is_some_and(|(random, ending)| {
        random.len() == 6
            && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && matches!(
                ending,
                "c" | "s" | "o" | "res" | "le" | "ld" | "cdtor.c" | "cdtor.o"
            )
    })
}

/// A path without what differs from run to run: numbers, and the random letters
/// of a temporary name.
pub fn likeness(path: &Path) -> String {
    let text = path.display().to_string();
    let mut like = String::new();
    for part in text.split_inclusive(['/', '-', '_', '.']) {
        let (word, end) = match part.char_indices().next_back() {
            Some((at, '/' | '-' | '_' | '.')) => part.split_at(at),
            _ => (part, ""),
        };
        let is_random = word.chars().any(|c| c.is_ascii_digit())
            || word.len() >= 6
                && word.chars().any(|c| c.is_ascii_uppercase())
                && word.chars().any(|c| c.is_ascii_lowercase());
        like.push_str(if is_random { "#" } else { word });
        like.push_str(end);
    }
    like
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_compiler_keeps_meanwhile_is_its_own() {
        assert!(is_compilers("ccXyZ12a.o"));
        assert!(is_compilers("cc0aB3xY.res"));
        for name in ["cc.o", "ccXyZ12a", "ccXyZ12a.db", "ccc-log.o", "accXyZ12.o"] {
            assert!(!is_compilers(name), "{name}");
        }
    }

    #[test]
    fn finds_new_and_changed_files_and_directories() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("kept"), "1").unwrap();
        fs::write(place.path().join("changed"), "1").unwrap();
        let places = [Place {
            path: place.path().to_owned(),
            depth: 2,
        }];
        let before = Snapshot::take(&places, &[]);
        fs::write(place.path().join("changed"), "22").unwrap();
        fs::create_dir(place.path().join("new")).unwrap();
        fs::write(place.path().join("new/inner"), "").unwrap();
        let skipped = place.path().join("skipped");
        fs::create_dir(&skipped).unwrap();
        let after = Snapshot::take(&places, std::slice::from_ref(&skipped));
        let changes: Vec<PathBuf> = ["changed", "new", "new/inner"]
            .map(|name| place.path().join(name))
            .into();
        assert_eq!(before.changes(&after), changes);
    }

    #[test]
    fn names_of_two_runs_are_alike() {
        let like = |text: &str| likeness(Path::new(text));
        assert_eq!(like("/tmp/shop-4711.db"), like("/tmp/shop-12.db"));
        assert_eq!(like("/tmp/.tmpAbCdEf/x"), like("/tmp/.tmpXyZuVw/x"));
        assert_ne!(like("/tmp/shop.db"), like("/tmp/other.db"));
    }
}
