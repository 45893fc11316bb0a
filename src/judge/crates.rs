//! The crates exercises use: built by Cargo, asked once per change.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::process::{Child, End};
use super::shared::{Parts, Shared};
use super::toolchain::Toolchain;
use super::work::Work;
use super::{Judged, Stage, hash, write_if_changed};
use crate::course::Course;

/// What the compiler must be told of a set of crates.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Crates {
    /// What they were built from; anything else, and they are built again.
    pub key: String,
    /// Crate name to library.
    externs: BTreeMap<String, PathBuf>,
    /// Everything that was built, to notice what is gone.
    artifacts: Vec<PathBuf>,
    /// Directories with native libraries.
    native: Vec<String>,
    /// The same crates, linked already, where that can be done.
    shared: Option<Shared>,
}

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum CargoMessage {
    CompilerArtifact {
        target: CargoTarget,
        filenames: Vec<PathBuf>,
    },
    BuildScriptExecuted {
        linked_libs: Vec<String>,
        linked_paths: Vec<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct CargoTarget {
    name: String,
    kind: Vec<String>,
}

impl Crates {
    /// The arguments that let a crate use these crates.
    pub fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = Vec::new();
        for (name, library) in &self.externs {
            let shared = self.shared.as_ref().and_then(|one| one.externs.get(name));
            arguments.extend(extern_argument(name, shared.unwrap_or(library)));
        }
        if let Some(shared) = &self.shared {
            arguments.extend(shared.arguments());
        }
        arguments.extend(self.search());
        arguments
    }

    /// The arguments that name the directories of all that was built.
    fn search(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = Vec::new();
        let directories: BTreeSet<&Path> = self
            .artifacts
            .iter()
            .filter_map(|artifact| artifact.parent())
            .collect();
        for directory in directories {
            let mut value = OsString::from("dependency=");
            value.push(directory);
            arguments.extend(["-L".into(), value]);
        }
        for path in &self.native {
            arguments.extend(["-L".into(), path.into()]);
        }
        arguments
    }

    fn is_whole(&self) -> bool {
        self.artifacts.iter().all(|artifact| artifact.is_file())
            && self.shared.as_ref().is_none_or(Shared::is_whole)
    }
}

/// The argument that gives a crate its library.
pub(super) fn extern_argument(name: &str, library: &Path) -> [OsString; 2] {
    let mut value = OsString::from(format!("{name}="));
    value.push(library);
    ["--extern".into(), value]
}

/// Where the crates `names` are, and what they are built from.
pub struct Order<'a> {
    course: &'a Course,
    names: &'a [String],
    directory: &'a Path,
    manifest: String,
    cargo_lock: Vec<u8>,
    key: String,
}

impl<'a> Order<'a> {
    /// An order for the crates `names`. `directory` is the judge's own; all crates
    /// of the course share one manifest and one lock file there, so that a set
    /// built later finds its parts built.
    ///
    /// # Errors
    ///
    /// When the course's table of crates cannot be written as TOML.
    pub fn new(
        course: &'a Course,
        names: &'a [String],
        directory: &'a Path,
        toolchain: &Toolchain,
    ) -> Result<Self> {
        let manifest = manifest(course)?;
        let cargo_lock = lock_file(course);
        let key = hash(&[
            manifest.as_bytes(),
            &cargo_lock,
            toolchain.key().as_bytes(),
            directory.as_os_str().as_encoded_bytes(),
            names.join(" ").as_bytes(),
            // What we make of them: another number where that changes.
            b"1: a shared library",
        ]);
        Ok(Self {
            course,
            names,
            directory,
            manifest,
            cargo_lock,
            key,
        })
    }

    fn kept_in(&self) -> PathBuf {
        let name = hash(&[self.names.join(" ").as_bytes()]);
        self.directory.join(format!("{name}.json"))
    }

    /// The crates of an earlier build, where nothing has changed.
    pub fn built(&self) -> Option<Crates> {
        if self.names.is_empty() {
            return Some(Crates::default());
        }
        let text = fs::read(self.kept_in()).ok()?;
        let crates: Crates = serde_json::from_slice(&text).ok()?;
        (crates.key == self.key && crates.is_whole()).then_some(crates)
    }

    /// Brings the crates to be: from an earlier build, else by Cargo.
    ///
    /// # Errors
    ///
    /// When Cargo cannot build them.
    pub fn provide(&self, work: &Work<'_>) -> Result<Judged<Crates>> {
        if let Some(crates) = self.built() {
            return Ok(Judged::Done(crates));
        }
        let directory = self.directory;
        fs::create_dir_all(directory.join("src"))
            .with_context(|| format!("cannot make `{}`", directory.display()))?;
        // Several exercises may come to need them at once: one asks Cargo, the others wait.
        let Judged::Done(_lock) = work.lock(&directory.join("lock"))? else {
            return Ok(Judged::Cancelled);
        };
        if let Some(crates) = self.built() {
            return Ok(Judged::Done(crates));
        }
        write_if_changed(&directory.join("src/lib.rs"), b"")?;
        write_if_changed(&directory.join("Cargo.toml"), self.manifest.as_bytes())?;
        if !self.cargo_lock.is_empty() {
            write_if_changed(&directory.join("Cargo.lock"), &self.cargo_lock)?;
        }
        write_if_changed(&directory.join(GIVEN_LOCK), &self.cargo_lock)?;
        let Judged::Done((mut crates, linked)) = build(self.names, directory, work)? else {
            return Ok(Judged::Cancelled);
        };
        crates.key.clone_from(&self.key);
        if let Some(natives) = &linked.natives {
            let parts = Parts {
                externs: &linked.externs,
                search: crates.search(),
                natives,
                edition: &self.course.edition,
            };
            (work.progress)(Stage::Linking);
            let place = directory.join(format!("shared-{}", crates.key));
            match Shared::make(&parts, &place, work) {
                Judged::Cancelled => return Ok(Judged::Cancelled),
                Judged::Done(shared) => crates.shared = shared,
            }
        }
        let text = serde_json::to_vec_pretty(&crates).context("cannot write JSON")?;
        write_if_changed(&self.kept_in(), &text)?;
        Ok(Judged::Done(crates))
    }
}

/// Beside Cargo's lock file: the one that Cargo began with.
const GIVEN_LOCK: &str = "given.lock";

/// The lock file that Cargo keeps in `directory`, and its text; `None` where it was made
/// for another course than this, as it now is, or not at all.
pub fn lock_made(course: &Course, directory: &Path) -> Option<(PathBuf, Vec<u8>)> {
    let read = |name: &str| fs::read(directory.join(name)).ok();
    let made_for_this = read(GIVEN_LOCK)? == lock_file(course)
        && read("Cargo.toml")? == manifest(course).ok()?.as_bytes();
    let text = read("Cargo.lock").filter(|_| made_for_this)?;
    Some((directory.join("Cargo.lock"), text))
}

/// The course's own lock file; empty where it has none.
pub(super) fn lock_file(course: &Course) -> Vec<u8> {
    let text = course.source.read("exercises/crates.lock");
    text.unwrap_or_default()
}

/// The manifest of a package that depends on every crate of the course.
pub(super) fn manifest(course: &Course) -> Result<String> {
    #[derive(Serialize)]
    struct Dependencies<'a> {
        dependencies: &'a BTreeMap<String, toml::Value>,
    }
    let dependencies = toml::to_string(&Dependencies {
        dependencies: &course.crates,
    })
    .context("cannot write the crate table as TOML")?;
    // Panics name lines without debug information, and it doubles build and link.
    Ok(format!(
        "[package]\nname = \"course-crates\"\nversion = \"0.0.0\"\nedition = \"{}\"\npublish = false\n\n\
         [workspace]\n\n[profile.dev]\ndebug = false\n\n{dependencies}",
        course.edition
    ))
}

fn build(names: &[String], directory: &Path, work: &Work<'_>) -> Result<Judged<(Crates, Linked)>> {
    let cargo = work.toolchain.cargo();
    let mut args: Vec<OsString> = vec![
        "build".into(),
        "--message-format=json".into(),
        "--target-dir".into(),
    ];
    args.push(directory.join("target").into());
    args.extend(["--jobs".into(), work.jobs().to_string().into()]);
    for name in names {
        args.extend(["-p".into(), name.into()]);
    }
    (work.progress)(Stage::Crates {
        done: 0,
        total: 0,
        current: names.join(", "),
    });
    let mut told = Progress::default();
    let ended = work.run(
        Child {
            program: &cargo,
            args,
            directory,
            env: vec![
                // Cargo's own count of what it builds: it reaches us as text.
                ("CARGO_TERM_PROGRESS_WHEN", "always".into()),
                ("CARGO_TERM_PROGRESS_WIDTH", "100".into()),
                ("CARGO_TERM_COLOR", "never".into()),
                ("RUSTC", work.toolchain.rustc().into()),
            ],
            without: &["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"],
            time_limit: None,
            memory_limit: None,
            output_limit: 256 * 1024 * 1024,
            polite: false,
            done_when: None,
            input: None,
            census: None,
        },
        &mut |bytes| {
            if let Some(stage) = told.read(bytes) {
                (work.progress)(stage);
            }
        },
    )?;
    let output = String::from_utf8_lossy(&ended.output);
    match ended.end {
        End::Cancelled => return Ok(Judged::Cancelled),
        End::Exited(status) if status.success() => {}
        _ => bail!(
            "Cargo cannot build the crates {}\n{}",
            names.join(", "),
            failure_text(&output)
        ),
    }
    let mut crates = Crates::default();
    let mut linked = Linked::default();
    let mut libraries = Vec::new();
    for line in output
        .lines()
        .filter_map(|line| line.find('{').map(|start| &line[start..]))
    {
        match serde_json::from_str(line) {
            Ok(CargoMessage::CompilerArtifact { target, filenames }) => {
                if target.kind.iter().any(|kind| kind == "custom-build") {
                    continue;
                }
                let usable = filenames.iter().find(|file| {
                    file.extension().is_some_and(|ending| {
                        ending == "rlib" || ending == std::env::consts::DLL_EXTENSION
                    })
                });
                if let Some(library) = usable {
                    let name = target.name.replace('-', "_");
                    if names.iter().any(|wanted| wanted.replace('-', "_") == name) {
                        if !target.kind.iter().any(|kind| kind == "proc-macro") {
                            linked.externs.insert(name.clone(), library.clone());
                        }
                        crates.externs.insert(name, library.clone());
                    }
                }
                crates.artifacts.extend(filenames);
            }
            Ok(CargoMessage::BuildScriptExecuted {
                linked_libs,
                linked_paths,
            }) => {
                libraries.extend(linked_libs);
                crates.native.extend(linked_paths);
            }
            Ok(CargoMessage::Other) | Err(_) => {}
        }
    }
    if crates.externs.len() < names.len() {
        bail!(
            "Cargo built the crates {}, but named no library for each",
            names.join(", ")
        );
    }
    linked.natives = libraries
        .iter()
        .filter_map(|library| static_name(library))
        .map(|name| archive(name, &crates.native))
        .collect();
    Ok(Judged::Done((crates, linked)))
}

/// What of a set of crates can go into a shared library.
#[derive(Default)]
struct Linked {
    externs: BTreeMap<String, PathBuf>,
    /// Archives of native code; nothing where one was not found.
    natives: Option<Vec<PathBuf>>,
}

/// The name of a static native library, as a build script gives it:
/// `static=sqlite3`, or with modifiers `static:-bundle=sqlite3`.
fn static_name(library: &str) -> Option<&str> {
    let (kind, name) = library.split_once('=')?;
    (kind.split(':').next() == Some("static")).then_some(name.split(':').next()?)
}

/// The archive of that name in the directories that build scripts gave, as `native=DIR` or `DIR`.
fn archive(name: &str, directories: &[String]) -> Option<PathBuf> {
    directories
        .iter()
        .map(|place| {
            place
                .split_once('=')
                .map_or(place.as_str(), |(_, path)| path)
        })
        .map(|place| Path::new(place).join(format!("lib{name}.a")))
        .find(|archive| archive.is_file())
}

/// Cargo's words for people, without its messages for programs and its progress bar.
fn failure_text(output: &str) -> String {
    let lines = output
        .split(['\n', '\r'])
        .filter(|line| !line.starts_with('{') && !line.trim_start().starts_with("Building ["));
    let text = lines.collect::<Vec<_>>().join("\n");
    let text = text.trim();
    if text.contains("failed to download") || text.contains("index") || text.contains("network") {
        format!(
            "{text}\nbacklings needs the network once for each crate: try again when it is there"
        )
    } else {
        text.to_owned()
    }
}

/// Follows Cargo's progress line: `Building [====>   ] 12/30: rusqlite`.
#[derive(Default)]
struct Progress {
    rest: String,
}

impl Progress {
    fn read(&mut self, bytes: &[u8]) -> Option<Stage> {
        self.rest.push_str(&String::from_utf8_lossy(bytes));
        let end = self.rest.rfind(['\n', '\r'])?;
        let text: String = self.rest.drain(..=end).collect();
        text.split(['\n', '\r']).rev().find_map(stage)
    }
}

fn stage(line: &str) -> Option<Stage> {
    let line = line.trim();
    if let Some(bar) = line.strip_prefix("Building [") {
        let (count, current) = bar.split_once("] ")?.1.split_once(':')?;
        let (done, total) = count.trim().split_once('/')?;
        return Some(Stage::Crates {
            done: done.parse().ok()?,
            total: total.parse().ok()?,
            current: current.trim().to_owned(),
        });
    }
    let other = ["Updating", "Locking", "Downloading", "Downloaded"];
    other
        .iter()
        .any(|word| line.starts_with(word))
        .then(|| Stage::Crates {
            done: 0,
            total: 0,
            current: line.to_lowercase(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Source;

    #[test]
    fn a_lock_file_made_for_another_course_says_nothing_of_this_one() {
        let directory = tempfile::tempdir().unwrap();
        let course = Course::load(Source::Embedded).unwrap();
        let write = |name: &str, text: &[u8]| fs::write(directory.path().join(name), text).unwrap();
        let made = || lock_made(&course, directory.path()).map(|(_, text)| text);
        write("Cargo.toml", manifest(&course).unwrap().as_bytes());
        write(GIVEN_LOCK, &lock_file(&course));
        write("Cargo.lock", b"what Cargo made of it");
        assert_eq!(made().unwrap(), b"what Cargo made of it");
        write(GIVEN_LOCK, b"the lock file of last week");
        assert_eq!(made(), None);
        write(GIVEN_LOCK, &lock_file(&course));
        write("Cargo.toml", b"[package]");
        assert_eq!(made(), None);
    }

    #[test]
    fn reads_cargos_progress_in_pieces() {
        let mut progress = Progress::default();
        assert_eq!(
            progress.read(b"   Compiling a v1\r    Building [=> ] 3/"),
            None
        );
        let stage = progress.read(b"16: serde, toml\r");
        let expected = Stage::Crates {
            done: 3,
            total: 16,
            current: "serde, toml".to_owned(),
        };
        assert_eq!(stage, Some(expected));
    }
}
