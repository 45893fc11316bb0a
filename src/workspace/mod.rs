//! The learner's directory: found, made, brought back in order.

mod history;
mod manifest;
mod progress;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::course::{Course, Exercise, Source};
use crate::error::{Error, Result};
use crate::judge::{self, Report, write_if_changed};
pub use progress::{Entry, Progress};

/// A learner's directory and the course it was made from.
#[derive(Debug)]
pub struct Workspace {
    /// Its root: the directory with `exercises/` and `.backlings/`.
    pub root: PathBuf,
    /// The course.
    pub course: Arc<Course>,
    store: progress::Store,
}

/// The directory below a workspace that holds what backlings keeps there.
const STATE: &str = ".backlings";

/// What stood in the place of an untouched subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// No file at all.
    Nothing,
    /// The untouched subject itself.
    Untouched,
    /// The learner's text, kept at this path.
    Kept(PathBuf),
}

/// `.backlings/workspace.toml`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marker {
    version: u32,
    /// The course's directory, from the workspace's root; none for the embedded one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    course: Option<PathBuf>,
    course_id: String,
    course_version: String,
}

/// The workspace that a command means: `explicit`, else the one at or above
/// `here`, else `backlings` below `here` or below the course `here` stands in.
pub fn locate(here: &Path, explicit: Option<&Path>) -> Option<PathBuf> {
    if let Some(explicit) = explicit {
        let path = here.join(explicit);
        return is_workspace(&path).then_some(path);
    }
    let above = here.ancestors().find(|directory| is_workspace(directory));
    above
        .map(Path::to_owned)
        .or_else(|| Some(default_place(here)).filter(|path| is_workspace(path)))
}

/// The workspace at or above a directory.
pub fn enclosing(here: &Path) -> Option<&Path> {
    here.ancestors().find(|directory| is_workspace(directory))
}

/// Where a workspace is made when nobody says where.
pub fn default_place(here: &Path) -> PathBuf {
    enclosing_course(here).unwrap_or(here).join("backlings")
}

/// The course `here` stands in: a directory with `info.toml` and `exercises/`.
pub fn enclosing_course(here: &Path) -> Option<&Path> {
    here.ancestors().find(|directory| is_course(directory))
}

fn is_workspace(directory: &Path) -> bool {
    directory.join(STATE).join("workspace.toml").is_file()
}

fn is_course(directory: &Path) -> bool {
    directory.join("info.toml").is_file() && directory.join("exercises").is_dir()
}

/// Loads the course at `directory`, or the one in the binary.
///
/// # Errors
///
/// What is wrong with it.
pub fn load_course(directory: Option<&Path>) -> Result<Course> {
    let source = match directory {
        Some(directory) if is_course(directory) => {
            let directory = fs::canonicalize(directory)
                .with_context(|| format!("cannot open `{}`", directory.display()))?;
            Source::Directory(directory)
        }
        Some(directory) => {
            return Err(Error::usage(format!(
                "`{}` is not a course: there is no `info.toml` with `exercises/` beside it",
                directory.display()
            )));
        }
        None => Source::Embedded,
    };
    Course::load(source).map_err(|error| Error::Broken(error.into()))
}

impl Workspace {
    /// Opens the workspace at `root`; the strings are what the learner should be told.
    ///
    /// # Errors
    ///
    /// When it or its course cannot be read.
    pub fn open(root: &Path) -> Result<Self> {
        let root =
            fs::canonicalize(root).with_context(|| format!("cannot open `{}`", root.display()))?;
        let path = root.join(STATE).join("workspace.toml");
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let marker: Marker = toml::from_str(&text).map_err(|error| {
            Error::broken(format!(
                "`{}` cannot be read: {}\n  make a new workspace with `backlings init` and copy your files from `{}` into it",
                path.display(),
                error.message(),
                root.join("exercises").display()
            ))
        })?;
        let course = match &marker.course {
            None => load_course(None)?,
            Some(course) => {
                let directory = root.join(course);
                if !is_course(&directory) {
                    return Err(Error::broken(format!(
                        "this workspace was made from the course `{}`, which is no longer there\n  \
                         put it back, or write its new place as `course = \"...\"` into `{}`",
                        directory.display(),
                        path.display()
                    )));
                }
                load_course(Some(&directory))?
            }
        };
        Ok(Self {
            store: progress::Store::new(&root.join(STATE)),
            course: Arc::new(course),
            root,
        })
    }

    /// Makes a workspace from `course` at `root`, whole or not at all.
    ///
    /// # Errors
    ///
    /// When there is something at `root` already, or it cannot be written.
    pub fn make(course: Course, root: &Path) -> Result<Self> {
        match fs::read_dir(root).map(Iterator::count) {
            Ok(0) => {}
            Ok(_) => {
                return Err(Error::usage(format!(
                    "`{}` exists and is not empty: nothing there is overwritten\n  \
                     name another directory, as in `backlings init my-backlings`",
                    root.display()
                )));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(Error::usage(format!(
                    "`{}` cannot be made, for it is a file or below one: name a directory that does not exist yet",
                    root.display()
                )));
            }
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("cannot look into `{}`", root.display()))
                    .map_err(Error::from);
            }
        }
        let parent = match root.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot make `{}`", parent.display()))?;
        // Built beside its place and renamed: a workspace is never half there.
        let unfinished = tempfile::Builder::new()
            .prefix(".backlings-init-")
            .tempdir_in(parent)
            .with_context(|| format!("cannot write `{}`", parent.display()))?;
        let marker_course = match &course.source {
            Source::Embedded => None,
            Source::Directory(directory) => {
                let parent = fs::canonicalize(parent)
                    .with_context(|| format!("cannot open `{}`", parent.display()))?;
                // A clone stays whole when it is moved with its workspace inside.
                Some(if parent == *directory {
                    PathBuf::from("..")
                } else {
                    directory.clone()
                })
            }
        };
        lay_out(&course, unfinished.path(), marker_course)?;
        let made = unfinished.keep();
        if let Err(error) = fs::rename(&made, root) {
            let _ = fs::remove_dir_all(&made);
            return Err(error)
                .with_context(|| format!("cannot make `{}`", root.display()))
                .map_err(Error::from);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // The temporary directory was the learner's alone; a workspace is as open as its parent.
            let mode = fs::metadata(parent).map_or(0o755, |parent| parent.permissions().mode());
            let _ = fs::set_permissions(root, fs::Permissions::from_mode(mode & 0o777 | 0o700));
        }
        Self::open(root)
    }

    /// `.backlings`.
    pub fn state(&self) -> PathBuf {
        self.root.join(STATE)
    }

    /// The progress, and a note where it had to be put aside.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn progress(&self) -> Result<(Progress, Option<String>)> {
        Ok(self.store.load()?)
    }

    /// Changes the progress on disk and returns it.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn update(&self, change: impl FnOnce(&mut Progress)) -> Result<Progress> {
        Ok(self.store.update(change)?)
    }

    /// The learner's file of an exercise.
    pub fn subject(&self, exercise: &Exercise) -> PathBuf {
        self.root.join(exercise.subject_path())
    }

    /// The exercise that a name or a path means, wherever it was typed.
    ///
    /// # Errors
    ///
    /// When there is none, with the nearest name.
    pub fn exercise(&self, text: &str) -> Result<&Exercise> {
        self.course.find(text).ok_or_else(|| {
            let help = match self.course.nearest(text) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`backlings list` shows them all".to_owned(),
            };
            Error::usage(format!("there is no exercise `{text}`: {help}"))
        })
    }

    /// Puts back what the learner should not have changed: the exercise's check,
    /// when it is edited or gone. Says what it did.
    ///
    /// # Errors
    ///
    /// When the check cannot be written.
    pub fn restore_check(&self, exercise: &Exercise) -> Result<Option<String>> {
        let path = exercise.check_path();
        let ours = self
            .course
            .source
            .read(&path)
            .with_context(|| format!("the course has lost its check `{path}`"))?;
        let theirs = self.root.join(&path);
        match fs::read(&theirs) {
            Ok(text) if *text == *ours => Ok(None),
            Ok(edited) => {
                let kept = history::keep(
                    &self.history(exercise).join("check"),
                    "rs",
                    &edited,
                    "an edited check, put aside\n",
                )?;
                write_if_changed(&theirs, &ours)?;
                Ok(Some(format!(
                    "`{path}` was edited: the course's own is back, yours is kept as `{}`",
                    self.relative(&kept)
                )))
            }
            Err(_) if theirs.is_dir() => Err(Error::broken(format!(
                "`{path}` is a directory: move it away, the check belongs there"
            ))),
            Err(_) => {
                write_if_changed(&theirs, &ours)?;
                Ok(Some(format!("`{path}` was missing: it is back")))
            }
        }
    }

    /// Records a verdict: the progress first, then the solution, then the files
    /// that depend on it. Returns the progress.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn record(&self, exercise: &Exercise, report: &Report) -> Result<Progress> {
        let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let mut newly = false;
        let progress = self.update(|progress| {
            let entry = progress.entry_mut(exercise);
            entry.attempts += 1;
            if !report.checks.is_empty() {
                entry.checks = Some((report.checks_passed(), report.checks.len()));
            }
            if report.passed() {
                newly = !progress.is_done(exercise);
                progress.pass(exercise, now);
            } else {
                progress.fail(exercise);
            }
        })?;
        if report.passed() {
            self.unlock_solution(exercise)?;
        }
        if newly {
            self.write_manifests(&progress)?;
        }
        Ok(progress)
    }

    /// Keeps a judged text and what was said of it.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn keep_attempt(&self, exercise: &Exercise, text: &[u8], verdict: &str) -> Result<PathBuf> {
        let ending = Path::new(&exercise.file)
            .extension()
            .unwrap_or_default()
            .to_string_lossy();
        Ok(history::keep(
            &self.history(exercise),
            &ending,
            text,
            verdict,
        )?)
    }

    /// Brings the untouched subject back and says what it replaced.
    ///
    /// # Errors
    ///
    /// When it cannot be kept or written.
    pub fn reset(&self, exercise: &Exercise) -> Result<Replaced> {
        let path = exercise.subject_path();
        let untouched = self
            .course
            .source
            .read(&path)
            .with_context(|| format!("the course has lost `{path}`"))?;
        let subject = self.root.join(&path);
        let kept = match fs::read(&subject) {
            Ok(text) if *text == *untouched => Replaced::Untouched,
            Ok(text) => {
                Replaced::Kept(self.keep_attempt(exercise, &text, "replaced by a reset\n")?)
            }
            Err(_) if subject.is_dir() => {
                return Err(Error::broken(format!(
                    "`{path}` is a directory: move it away first"
                )));
            }
            Err(_) => Replaced::Nothing,
        };
        write_if_changed(&subject, &untouched)?;
        // It is to be found anew.
        let _ = fs::remove_file(self.root.join(exercise.solution_path()));
        self.update(|progress| progress.restart(exercise))?;
        Ok(kept)
    }

    /// The course's solution.
    ///
    /// # Errors
    ///
    /// When the course has lost it.
    pub fn solution(&self, exercise: &Exercise) -> Result<String> {
        let path = exercise.solution_path();
        let text = self
            .course
            .source
            .read(&path)
            .with_context(|| format!("the course has lost `{path}`"))?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    fn unlock_solution(&self, exercise: &Exercise) -> Result<()> {
        let text = self.solution(exercise)?;
        Ok(write_if_changed(
            &self.root.join(exercise.solution_path()),
            text.as_bytes(),
        )?)
    }

    fn history(&self, exercise: &Exercise) -> PathBuf {
        self.state().join("history").join(&exercise.name)
    }

    /// A path as the learner reads it: from the workspace's root.
    pub fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }

    fn write_manifests(&self, progress: &Progress) -> Result<()> {
        write_manifests(&self.course, progress, &self.root)
    }
}

fn write_manifests(course: &Course, progress: &Progress, root: &Path) -> Result<()> {
    let current = progress.current(course).map(|exercise| exercise.id.clone());
    let reached: Vec<&Exercise> = course
        .exercises
        .iter()
        .filter(|exercise| progress.is_done(exercise) || Some(&exercise.id) == current.as_ref())
        .collect();
    let manifest = manifest::workspace(course, &reached);
    write_if_changed(&root.join("Cargo.toml"), manifest.as_bytes())?;
    for name in ["harness", "testkit"] {
        let manifest = manifest::library(course, name, &reached);
        let path = root.join(STATE).join("lib").join(name).join("Cargo.toml");
        write_if_changed(&path, manifest.as_bytes())?;
    }
    Ok(())
}

/// Writes everything a new workspace has.
fn lay_out(course: &Course, root: &Path, marker_course: Option<PathBuf>) -> Result<()> {
    let copy = |path: &str| -> Result<()> {
        let text = course
            .source
            .read(path)
            .with_context(|| format!("cannot read `{path}`"))?;
        Ok(write_if_changed(&root.join(path), &text)?)
    };
    for chapter in &course.chapters {
        copy(&format!("exercises/{}/README.md", chapter.dir))?;
    }
    for exercise in &course.exercises {
        copy(&exercise.subject_path())?;
        copy(&exercise.check_path())?;
    }
    judge::lay_sources(course, &root.join(STATE).join("lib"))?;
    write_manifests(course, &Progress::default(), root)?;
    write_if_changed(&root.join("README.md"), readme(course).as_bytes())?;
    write_if_changed(&root.join(".gitignore"), b"/target/\n/.backlings/build/\n")?;
    let marker = Marker {
        version: 1,
        course: marker_course,
        course_id: course.id.clone(),
        course_version: course.version.clone(),
    };
    let marker = toml::to_string(&marker).context("cannot write TOML")?;
    write_if_changed(&root.join(STATE).join("workspace.toml"), marker.as_bytes())?;
    Ok(())
}

fn readme(course: &Course) -> String {
    let mut chapters = String::new();
    for chapter in &course.chapters {
        chapters.push_str(&format!(
            "- [{}](exercises/{}/README.md): {}\n",
            chapter.title, chapter.dir, chapter.summary
        ));
    }
    format!(
        "# {name}\n\n{welcome}\n\n\
         ## Go on\n\n\
         In a terminal, anywhere in this directory:\n\n\
             \x20   backlings watch\n\n\
         It shows the exercise you are at. Open its file below `exercises/` in your editor, mend it,\n\
         save it, and read what the watcher says. When all checks pass, you are led to the next one.\n\
         No `backlings` on your PATH? `cargo install --path .` in your clone of the course puts it\n\
         there; without it, `cargo run --release -- watch` in the clone does the same.\n\n\
         - `backlings hint` helps, one step at a time.\n\
         - `backlings list` shows where you are.\n\
         - `backlings reset NAME` brings an untouched file back (yours is kept).\n\n\
         ## What is here\n\n\
         - `exercises/CHAPTER/NAME.*`: what you edit\n\
         - `exercises/CHAPTER/checks/NAME.rs`: what your answer is checked for; read it, edits are undone\n\
         - `exercises/CHAPTER/solutions/`: our solutions, once yours passes\n\
         - `.backlings/`: your progress, and every attempt with its verdict under `history/`\n\n\
         ## Chapters\n\n{chapters}",
        name = course.name,
        welcome = course.welcome.trim(),
    )
}
