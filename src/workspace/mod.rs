//! The learner's directory: found, made, brought back in order.

mod answer;
mod history;
mod laid;
mod manifest;
mod progress;
mod update;

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
pub use answer::Answer;
pub use progress::{Entry, Progress};
pub use update::{InUse, Told};

/// A learner's directory and the course it was made from.
#[derive(Debug)]
pub struct Workspace {
    /// Its root: the directory with `exercises/` and `.backlings/`.
    pub root: PathBuf,
    /// The course.
    pub course: Arc<Course>,
    /// The id and version of the course that the workspace has got so far.
    course_id: String,
    version: String,
    store: progress::Store,
}

/// The directory below a workspace that holds what backlings keeps there.
const STATE: &str = ".backlings";

/// Below that, the learner's files as they came: what tells an edited file from
/// one that only an older course had.
const LAID: &str = "laid";

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
            course_id: marker.course_id,
            version: marker.course_version,
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

    /// What the learner's files of an exercise contain now.
    pub fn answer(&self, exercise: &Exercise) -> Answer {
        Answer::read(&self.root, exercise)
    }

    /// The untouched files of an exercise. One that continues another begins with
    /// the learner's answer to that.
    ///
    /// # Errors
    ///
    /// When the course has lost a file, or the other exercise does not pass yet.
    pub fn untouched(&self, exercise: &Exercise) -> Result<Answer> {
        let ours = Answer::of_course(&self.course, exercise)?;
        let Some(earlier) = self.course.continued(exercise) else {
            return Ok(ours);
        };
        let (progress, _) = self.store.load()?;
        if !progress.is_done(earlier) {
            return Err(Error::usage(format!(
                "`{}` begins with your answer to `{}`, which does not pass yet: solve that first",
                exercise.name, earlier.name
            )));
        }
        Ok(ours.continuing(&self.answer(earlier)))
    }

    /// Writes the files of exercises that begin with the learner's answer to
    /// `exercise`, where they are not there yet.
    fn begin_continuations(&self, exercise: &Exercise) -> Result<()> {
        let next = self
            .course
            .exercises
            .iter()
            .filter(|next| next.continues.as_ref() == Some(&exercise.name));
        for next in next {
            if !self.subject(next).exists() {
                let begun =
                    Answer::of_course(&self.course, next)?.continuing(&self.answer(exercise));
                begun.write(&self.root, next)?;
                begun.write(&self.laid(), next)?;
            }
        }
        Ok(())
    }

    /// Where copies of the files stand as the learner got them.
    pub fn laid(&self) -> PathBuf {
        self.state().join(LAID)
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

    /// Puts back what the learner should not have changed: the exercise's check
    /// and fixtures, when they are edited or gone. Says what it did.
    ///
    /// # Errors
    ///
    /// When they cannot be written.
    pub fn restore_check(&self, exercise: &Exercise) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        let mut paths = vec![exercise.check_path()];
        let fixtures = self.course.fixtures(exercise);
        paths.extend(fixtures.context("cannot read the course's fixtures")?);
        for path in paths {
            notes.extend(self.restore(exercise, &path)?);
        }
        Ok(notes)
    }

    fn restore(&self, exercise: &Exercise, path: &str) -> Result<Option<String>> {
        let ours = self
            .course
            .source
            .read(path)
            .with_context(|| format!("the course has lost `{path}`"))?;
        let theirs = self.root.join(path);
        match fs::read(&theirs) {
            Ok(text) if *text == *ours => Ok(None),
            Ok(text) if fs::read(self.laid().join(path)).is_ok_and(|laid| laid == text) => {
                write_if_changed(&theirs, &ours)?;
                write_if_changed(&self.laid().join(path), &ours)?;
                Ok(Some(format!(
                    "the course has another `{path}` than when this workspace was made: the new one is used"
                )))
            }
            Ok(edited) => {
                let ending = Path::new(path).extension().unwrap_or_default();
                let kept = history::keep(
                    &self.history(exercise).join("check"),
                    &[(ending.to_string_lossy().into_owned(), edited)],
                    "an edited file of the course, put aside\n",
                )?;
                write_if_changed(&theirs, &ours)?;
                Ok(Some(format!(
                    "`{path}` was edited: the course's own is back, yours is kept as `{}`",
                    self.relative(&kept)
                )))
            }
            Err(_) if theirs.is_dir() => Err(Error::broken(format!(
                "`{path}` is a directory: move it away, the course's file belongs there"
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
        self.record_all([(exercise, report, true)])
    }

    /// Records the reports of many exercises; where the third value is false the
    /// report is one of an earlier run, and no further attempt.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn record_all<'a>(
        &self,
        reports: impl IntoIterator<Item = (&'a Exercise, &'a Report, bool)>,
    ) -> Result<Progress> {
        let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let mut newly = Vec::new();
        let mut passed = Vec::new();
        let progress = self.update(|progress| {
            for (exercise, report, attempt) in reports {
                let entry = progress.entry_mut(exercise);
                entry.attempts += u32::from(attempt);
                if !report.checks.is_empty() {
                    entry.checks = Some((report.checks_passed(), report.checks.len()));
                }
                if report.passed() {
                    if !progress.is_done(exercise) {
                        newly.push(exercise);
                    }
                    progress.pass(exercise, now.clone());
                    passed.push(exercise);
                } else {
                    progress.fail(exercise);
                }
            }
            if let [only] = newly[..] {
                progress.go_on(&self.course, only);
            }
        })?;
        for exercise in passed {
            self.unlock_solution(exercise)?;
            self.begin_continuations(exercise)?;
        }
        if !newly.is_empty() {
            self.write_manifests(&progress)?;
        }
        Ok(progress)
    }

    /// Keeps a judged answer and what was said of it.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn keep_attempt(
        &self,
        exercise: &Exercise,
        answer: &Answer,
        verdict: &str,
    ) -> Result<PathBuf> {
        Ok(history::keep(
            &self.history(exercise),
            &answer.for_history(),
            verdict,
        )?)
    }

    /// Brings the untouched files back and says what they replaced.
    ///
    /// # Errors
    ///
    /// When they cannot be kept or written.
    pub fn reset(&self, exercise: &Exercise) -> Result<Replaced> {
        let untouched = self.untouched(exercise)?;
        for path in exercise.paths() {
            if self.root.join(&path).is_dir() {
                return Err(Error::broken(format!(
                    "`{path}` is a directory: move it away first"
                )));
            }
        }
        let theirs = self.answer(exercise);
        let kept = if theirs == untouched {
            Replaced::Untouched
        } else if theirs.is_empty() {
            Replaced::Nothing
        } else {
            Replaced::Kept(self.keep_attempt(exercise, &theirs, "replaced by a reset\n")?)
        };
        untouched.write(&self.root, exercise)?;
        untouched.write(&self.laid(), exercise)?;
        // It is to be found anew.
        for path in exercise.solution_paths() {
            let _ = fs::remove_file(self.root.join(path));
        }
        self.update(|progress| progress.restart(exercise))?;
        Ok(kept)
    }

    /// The course's solution: of several files, each below its name.
    ///
    /// # Errors
    ///
    /// When the course has lost it.
    pub fn solution(&self, exercise: &Exercise) -> Result<String> {
        let mut text = String::new();
        for (path, file) in exercise.solution_paths().zip(exercise.files()) {
            let bytes = self
                .course
                .source
                .read(&path)
                .with_context(|| format!("the course has lost `{path}`"))?;
            if !exercise.companions.is_empty() {
                text.push_str(&format!("{file}:\n\n"));
            }
            text.push_str(&String::from_utf8_lossy(&bytes));
            text.push('\n');
        }
        Ok(text)
    }

    fn unlock_solution(&self, exercise: &Exercise) -> Result<()> {
        for path in exercise.solution_paths() {
            let text = self
                .course
                .source
                .read(&path)
                .with_context(|| format!("the course has lost `{path}`"))?;
            write_if_changed(&self.root.join(path), &text)?;
        }
        Ok(())
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
        // One that continues another may not have begun.
        .filter(|exercise| {
            exercise.continues.is_none() || root.join(exercise.subject_path()).exists()
        })
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

/// The files that a new workspace takes from the course. The subject of an
/// exercise that continues another comes when that passes.
fn learners_files(course: &Course) -> anyhow::Result<Vec<String>> {
    let mut paths = Vec::new();
    for chapter in &course.chapters {
        paths.push(format!("exercises/{}/README.md", chapter.dir));
    }
    for exercise in &course.exercises {
        if exercise.continues.is_none() {
            paths.extend(exercise.paths());
        }
        paths.push(exercise.check_path());
        let fixtures = course.fixtures(exercise);
        paths.extend(fixtures.context("cannot read the course's fixtures")?);
    }
    Ok(paths)
}

/// Writes everything a new workspace has.
fn lay_out(course: &Course, root: &Path, marker_course: Option<PathBuf>) -> Result<()> {
    for path in learners_files(course)? {
        let text = course
            .source
            .read(&path)
            .with_context(|| format!("cannot read `{path}`"))?;
        write_if_changed(&root.join(&path), &text)?;
        write_if_changed(&root.join(STATE).join(LAID).join(&path), &text)?;
    }
    judge::lay_sources(course, &root.join(STATE).join("lib"))?;
    write_manifests(course, &Progress::default(), root)?;
    for place in [root.to_owned(), root.join(STATE).join(LAID)] {
        write_if_changed(&place.join("README.md"), readme(course).as_bytes())?;
    }
    laid::Index::of(course)?.write(&root.join(STATE).join(LAID))?;
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
