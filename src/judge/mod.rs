//! Subject and check into a [`Report`]: the one judge behind every command.
//!
//! A save costs one compilation at most: for a `module` of the check that
//! includes it, for a `program` of the subject alone, for a `file` none. What does
//! not change with the subject is built once and kept, and compilers may wait for it
//! ([`Judge::stand_by`]).

mod build;
mod crates;
mod diagnostics;
mod known;
mod library;
mod link;
mod linker;
mod mirror;
mod process;
mod report;
mod shared;
mod standby;
mod testkit;
mod toolchain;
mod trace;
mod verdict;
mod work;

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::Hasher as _;
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::course::{Course, Exercise, Kind, Stamp};
use crate::embedded;
// For `benches/instructions`, which counts what these two cost; nobody else needs them.
use build::{Build, Ready};
#[doc(hidden)]
pub use crates::lock_made;
pub use diagnostics::read as read_diagnostics;
pub use library::lay_sources;
pub use link::as_linker;
use linker::Linker;
pub use process::{Cancel, Scratch};
use process::{Child, End};
#[doc(hidden)]
pub use report::read as read_report;
use standby::{Standby, Text};
use testkit::Testkit;
pub use toolchain::Toolchain;
pub use verdict::{Check, Diagnostic, Failure, Level, Panic, Place, Report, Status, Verdict};
pub use work::Urgency;
use work::Work;

/// What a run is busy with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Cargo builds crates; `total` is 0 until it has counted them.
    Crates {
        /// Built so far.
        done: usize,
        /// To build.
        total: usize,
        /// What is being built.
        current: String,
    },
    /// Somebody else builds what is needed.
    Waiting,
    /// Crates are linked into one library.
    Linking,
    /// Harness and testkit are compiled.
    Library,
    /// The subject or its check is compiled.
    Compiling,
    /// The checks run.
    Checking,
}

impl Stage {
    /// Whether it may take longer than a moment.
    pub fn is_slow(&self) -> bool {
        !matches!(self, Self::Compiling | Self::Checking)
    }
}

/// A result, or nothing because the run was cancelled.
#[derive(Debug, PartialEq)]
pub enum Judged<T> {
    /// The run came to its end.
    Done(T),
    /// Somebody asked it to stop.
    Cancelled,
}

/// How much address space checks and subjects may use, in bytes.
pub const MEMORY_LIMIT: u64 = 2 * 1024 * 1024 * 1024;
/// The file, below where crates go, that says for what all has been built.
const SUPPLIED: &str = "supplied.key";
/// How much they may print, in bytes.
const OUTPUT_LIMIT: usize = 8 * 1024 * 1024;

/// Judges exercises of one tree.
#[derive(Debug)]
pub struct Judge {
    course: Arc<Course>,
    /// The directory with `exercises/`.
    root: PathBuf,
    /// Where crates and libraries go, and by default the exercises' products.
    build: PathBuf,
    /// Where the exercises' own products go.
    products: PathBuf,
    /// Where the sources of harness and testkit are laid.
    sources: PathBuf,
    toolchain: Mutex<Option<Toolchain>>,
    standbys: Mutex<Vec<Standby>>,
    /// The linker that waits with them.
    link: Mutex<Option<Arc<link::Service>>>,
    testkit: Arc<Mutex<Option<KnownTestkit>>>,
    /// Columns for the compiler's messages.
    width: Mutex<usize>,
    /// Keeps the compiler's messages about files that are not the subject.
    all_diagnostics: bool,
    /// Keeps what the compiler has worked out, which makes the next save faster
    /// and this one slower.
    incremental: bool,
    /// Whether other judges keep the cores busy.
    among_others: bool,
}

/// The testkit, as it was when its files had these stamps.
#[derive(Debug)]
struct KnownTestkit {
    stamps: Vec<Stamp>,
    testkit: Arc<Testkit>,
}

/// A report, and the scratch directory of its run: dropping it cleans up, which
/// can wait until the report has been shown.
#[derive(Debug)]
pub struct Outcome {
    /// The answer.
    pub report: Report,
    /// What is still to be cleaned.
    pub scratch: Option<Scratch>,
}

/// An exercise compiled, ready to be checked as often as one likes.
#[derive(Debug)]
pub struct Built {
    /// What the compiler said; the verdict stands only where nothing is ready.
    report: Report,
    ready: Option<Ready>,
    toolchain: Toolchain,
    /// The products are ours as long as it is held.
    _lock: Option<File>,
}

/// How checks are run where it is not as learners have it.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// The checks to run, in this order; all in their own order where there is none.
    pub order: Option<Vec<String>>,
    /// Whether each check's memory is measured, and looked for what is left running.
    pub measures: bool,
}

impl Judge {
    /// A judge for the tree at `root`, whose products and library sources go below `state`.
    pub fn new(course: Arc<Course>, root: &Path, state: &Path) -> Self {
        Self {
            course,
            root: root.to_owned(),
            build: state.join("build"),
            products: state.join("build"),
            sources: state.join("lib"),
            toolchain: Mutex::new(None),
            standbys: Mutex::default(),
            link: Mutex::default(),
            testkit: Arc::default(),
            width: Mutex::new(100),
            all_diagnostics: false,
            incremental: true,
            among_others: false,
        }
    }

    /// Sets how wide the compiler's messages may be, in columns.
    pub fn set_width(&self, columns: usize) {
        *self.width.lock().unwrap_or_else(PoisonError::into_inner) = columns.clamp(40, 200);
    }

    /// A judge for another tree of the same course, with the same crates and
    /// libraries, and with exercises' products of its own below `products`.
    pub fn at(&self, root: &Path, products: &Path) -> Self {
        let known = |toolchain: &Mutex<Option<Toolchain>>| {
            let known = toolchain.lock().unwrap_or_else(PoisonError::into_inner);
            Mutex::new(known.clone())
        };
        Self {
            course: self.course.clone(),
            root: root.to_owned(),
            build: self.build.clone(),
            products: products.to_owned(),
            sources: self.sources.clone(),
            toolchain: known(&self.toolchain),
            standbys: Mutex::default(),
            link: Mutex::default(),
            testkit: self.testkit.clone(),
            width: Mutex::new(100),
            all_diagnostics: self.all_diagnostics,
            incremental: self.incremental,
            among_others: self.among_others,
        }
    }

    /// Makes it a judge of many exercises once each, which no save is expected to follow.
    #[must_use]
    pub fn for_once(mut self) -> Self {
        self.incremental = false;
        self
    }

    /// Makes it one of several judges that work at the same time: each uses one core.
    #[must_use]
    pub fn among_others(mut self) -> Self {
        self.among_others = true;
        self
    }

    /// Keeps what the compiler says about checks, too, which is no learner's business.
    pub fn keep_all_diagnostics(&mut self) {
        self.all_diagnostics = true;
    }

    /// The toolchain that judges.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn toolchain(&self) -> Result<Toolchain> {
        let mut known = self
            .toolchain
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some(toolchain) if toolchain.is_current() => Ok(toolchain.clone()),
            _ => {
                let found = Toolchain::find(&self.root)?;
                self.standbys().clear();
                self.give_up_link();
                *known = Some(found.clone());
                Ok(found)
            }
        }
    }

    /// Starts what the next save of an exercise needs, as far as it can go without it:
    /// compilers and a linker, which wait without using the processor. Where that cannot
    /// be done, the save takes longer.
    pub fn stand_by(&self, exercise: &Exercise) {
        let _ = self.try_stand_by(exercise);
    }

    fn try_stand_by(&self, exercise: &Exercise) -> Result<()> {
        let toolchain = self.toolchain()?;
        if self.lints_beside(&toolchain) {
            let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
            if link.is_none() {
                let file = self.build.join("links.json");
                *link = link::Service::start(&file, &toolchain.key()).map(Arc::new);
            }
            if let Some(link) = &*link {
                link.load();
            }
        }
        let Some(library) = self.supplies(exercise, &toolchain)? else {
            return Ok(());
        };
        let build = Build::new(self, exercise, &toolchain, library);
        let mut standbys = self.standbys();
        let started = std::mem::take(&mut *standbys);
        *standbys = build.standbys(started)?;
        Ok(())
    }

    fn standbys(&self) -> MutexGuard<'_, Vec<Standby>> {
        self.standbys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who links, where not the C compiler.
    fn link(&self) -> Option<Arc<link::Service>> {
        let link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        link.clone()
    }

    /// Lets the C compiler link, until the next compiler stands by.
    fn give_up_link(&self) {
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether a process of its own lints while another one builds: that takes a fifth
    /// off a save, and a core more.
    fn lints_beside(&self, toolchain: &Toolchain) -> bool {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        self.incremental && !self.among_others && toolchain.clippy && cores > 1
    }

    /// The compiler for subjects and checks.
    fn compiler<'a>(&'a self, toolchain: &'a Toolchain, args: Vec<OsString>) -> Child<'a> {
        let mut child = Child::compiler(&toolchain.compiler, args, &self.root);
        // Clippy would look for a clippy.toml of the learner's.
        child
            .env
            .push(("CLIPPY_CONF_DIR", self.build.clone().into()));
        // A compiler that breaks must leave no file among the exercises.
        child.env.push(("RUSTC_ICE", "0".into()));
        child.env.extend(self.link().map(|link| link.variable()));
        child.without = &["CLIPPY_ARGS", "RUSTC_WRAPPER", "RUSTC_LOG"];
        child
    }

    /// Runs a compiler: one that stands by, else one started now.
    fn run_compiler(
        &self,
        child: &Child<'_>,
        text: Option<&Text>,
        cancel: &Cancel,
    ) -> Result<process::Ended> {
        let context = || format!("cannot start `{}`", child.program.display());
        let mut standbys = self.standbys();
        let ready = standbys.iter().position(|one| one.serves(child, text));
        let mut ready = ready.map(|at| standbys.swap_remove(at));
        drop(standbys);
        if let (None, Some(text)) = (&ready, text) {
            ready = Some(Standby::for_text(child, &text.key).with_context(context)?);
        }
        let ended = match ready.and_then(|one| one.run(child, text, cancel)) {
            Some(ended) => ended,
            None => process::run(child.clone(), cancel, &mut |_| {}),
        };
        ended.with_context(context)
    }

    /// Changes when anything changes that every exercise's verdict depends on:
    /// the harness, the testkit, crates, lints, edition and toolchain.
    ///
    /// # Errors
    ///
    /// When there is no toolchain, or the course cannot be read.
    pub fn fingerprint(&self) -> Result<String> {
        let common = common_key_with(&self.course, &self.testkit()?.key)?;
        Ok(hash(&[
            common.as_bytes(),
            self.toolchain()?.key().as_bytes(),
        ]))
    }

    /// Whether all that the exercises of the course as it is now are compiled with was
    /// once built with this toolchain, so that nobody need look for what is missing.
    /// What has been removed since is built when it is needed.
    pub fn was_all_supplied(&self) -> bool {
        let kept = fs::read_to_string(self.build.join(SUPPLIED));
        let key = self.supplies_key();
        kept.is_ok_and(|kept| key.is_ok_and(|key| kept == key))
    }

    /// Remembers that all of it has been built.
    ///
    /// # Errors
    ///
    /// When the course cannot be read, or the directory not be written.
    pub fn remember_all_supplied(&self) -> Result<()> {
        write_if_changed(&self.build.join(SUPPLIED), self.supplies_key()?.as_bytes())
    }

    fn supplies_key(&self) -> Result<String> {
        let mut key = Key::default();
        key.add(self.fingerprint()?);
        key.add(embedded::FINGERPRINT);
        for stamp in self.course.source.stamps_below("exercises")? {
            key.add(format!("{stamp:?}"));
        }
        Ok(key.end())
    }

    /// Judges an exercise. `cancel` stops it at any moment; `progress` hears what it does.
    ///
    /// # Errors
    ///
    /// When the course or the machine is not in order: that is nobody's wrong answer.
    pub fn judge(
        &self,
        exercise: &Exercise,
        cancel: &Cancel,
        progress: &dyn Fn(Stage),
    ) -> Result<Judged<Outcome>> {
        match self.build(exercise, cancel, progress)? {
            Judged::Done(built) => {
                progress(Stage::Checking);
                self.check(exercise, &built, &Trial::default(), cancel)
            }
            Judged::Cancelled => Ok(Judged::Cancelled),
        }
    }

    /// Compiles what is to be run; no more of the same exercise is compiled while
    /// the result is there.
    ///
    /// # Errors
    ///
    /// As [`Judge::judge`].
    pub fn build(
        &self,
        exercise: &Exercise,
        cancel: &Cancel,
        progress: &dyn Fn(Stage),
    ) -> Result<Judged<Built>> {
        let toolchain = self.toolchain()?;
        if let Some(report) = self.unreadable(exercise)? {
            return Ok(Judged::Done(Built {
                report,
                ready: None,
                toolchain,
                _lock: None,
            }));
        }
        for program in &exercise.requires {
            if !is_on_path(program) {
                bail!(
                    "`{}` needs `{program}`, which is not installed here",
                    exercise.name
                );
            }
        }
        let directory = self.products.join(&exercise.name);
        fs::create_dir_all(&directory)
            .with_context(|| format!("cannot make `{}`", directory.display()))?;
        let work = Work {
            toolchain: &toolchain,
            urgency: Urgency::Now,
            cancel,
            progress,
        };
        // A second terminal may judge the same exercise: one after the other.
        let Judged::Done(lock) = work.lock(&directory.join("lock"))? else {
            return Ok(Judged::Cancelled);
        };
        let Judged::Done(library) = self.provide(exercise, &work)? else {
            return Ok(Judged::Cancelled);
        };

        let build = Build::new(self, exercise, &toolchain, library);
        let mut report = Report::new(exercise);
        if !toolchain.clippy && exercise.kind != Kind::File {
            report.notes.push(
                "clippy is not installed, so there is no advice on style: `rustup component add clippy`"
                    .to_owned(),
            );
        }
        let ready = build.compile(&mut report, cancel, progress)?;
        Ok(ready.map(|ready| Built {
            report,
            ready,
            toolchain,
            _lock: Some(lock),
        }))
    }

    /// Builds all that an exercise is compiled with, but not the exercise.
    ///
    /// # Errors
    ///
    /// As [`Judge::judge`].
    pub fn supply(
        &self,
        exercise: &Exercise,
        urgency: Urgency,
        cancel: &Cancel,
        progress: &dyn Fn(Stage),
    ) -> Result<Judged<()>> {
        let toolchain = self.toolchain()?;
        let work = Work {
            toolchain: &toolchain,
            urgency,
            cancel,
            progress,
        };
        Ok(self.provide(exercise, &work)?.map(|_| ()))
    }

    /// Chooses the linker, unless that has been done. Until then verdicts do with
    /// the toolchain's own.
    ///
    /// # Errors
    ///
    /// When there is no toolchain, or the choice cannot be written.
    pub fn choose_linker(&self, urgency: Urgency, cancel: &Cancel) -> Result<()> {
        let toolchain = self.toolchain()?;
        Linker::new(&self.build).choose(&Work {
            toolchain: &toolchain,
            urgency,
            cancel,
            progress: &|_| {},
        })
    }

    /// The exercises whose supplies together are those of all: the first for each
    /// set of crates, and for what is needed of the testkit.
    ///
    /// # Errors
    ///
    /// When the course cannot be read.
    pub fn suppliers<'a>(
        &self,
        exercises: impl Iterator<Item = &'a Exercise>,
    ) -> Result<Vec<&'a Exercise>> {
        let testkit = self.testkit()?;
        let mut known = BTreeSet::new();
        let mut suppliers = Vec::new();
        for exercise in exercises {
            if [true, false].map(|alone| known.contains(&(&exercise.crates, alone))) == [true; 2] {
                continue;
            }
            let check = self.course.source.read(&exercise.check_path())?;
            let alone = testkit.root_suffices(&String::from_utf8_lossy(&check));
            if known.insert((&exercise.crates, alone)) {
                suppliers.push(exercise);
            }
        }
        Ok(suppliers)
    }

    /// Whether all that an exercise is compiled with has been built.
    ///
    /// # Errors
    ///
    /// When there is no toolchain, or the course cannot be read.
    pub fn is_supplied(&self, exercise: &Exercise) -> Result<bool> {
        let toolchain = self.toolchain()?;
        Ok(self.supplies(exercise, &toolchain)?.is_some())
    }

    /// What an exercise is compiled with, where all of it has been built.
    fn supplies(
        &self,
        exercise: &Exercise,
        toolchain: &Toolchain,
    ) -> Result<Option<library::Library>> {
        let place = self.build.join("crates");
        let order = crates::Order::new(&self.course, &exercise.crates, &place, toolchain)?;
        let Some(crates) = order.built() else {
            return Ok(None);
        };
        Ok(self.library_order(exercise, &crates, toolchain)?.built())
    }

    fn provide(&self, exercise: &Exercise, work: &Work<'_>) -> Result<Judged<library::Library>> {
        let place = self.build.join("crates");
        let order = crates::Order::new(&self.course, &exercise.crates, &place, work.toolchain)?;
        let Judged::Done(crates) = order.provide(work)? else {
            return Ok(Judged::Cancelled);
        };
        self.library_order(exercise, &crates, work.toolchain)?
            .provide(work)
    }

    fn library_order<'a>(
        &'a self,
        exercise: &'a Exercise,
        crates: &'a crates::Crates,
        toolchain: &Toolchain,
    ) -> Result<library::Order<'a>> {
        let check = self.course.source.read(&exercise.check_path())?;
        Ok(library::Order::new(
            &self.course,
            &exercise.crates,
            crates,
            self.testkit()?,
            &String::from_utf8_lossy(&check),
            &self.sources,
            &self.build.join("lib"),
            toolchain,
        ))
    }

    /// What is to be known of the testkit: its files are read again only when one of
    /// them has changed.
    fn testkit(&self) -> Result<Arc<Testkit>> {
        let stamps = library::testkit_stamps(&self.course)?;
        let mut known = self.testkit.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|known| known.stamps == stamps) {
            return Ok(known.testkit.clone());
        }
        let testkit = Arc::new(Testkit::new(&library::testkit_files(&self.course)?));
        *known = Some(KnownTestkit {
            stamps,
            testkit: testkit.clone(),
        });
        Ok(testkit)
    }

    /// Runs what was built; where it does not compile, there is nothing to run.
    ///
    /// # Errors
    ///
    /// As [`Judge::judge`].
    pub fn check(
        &self,
        exercise: &Exercise,
        built: &Built,
        trial: &Trial,
        cancel: &Cancel,
    ) -> Result<Judged<Outcome>> {
        let mut report = built.report.clone();
        if built.ready.is_none() {
            return Ok(Judged::Done(Outcome {
                report,
                scratch: None,
            }));
        }
        let scratch = Scratch::new().context("cannot make a scratch directory")?;
        let run = self.run(exercise, built, trial, &scratch, cancel, &mut report)?;
        if trial.measures {
            report.strays = scratch.strays();
        }
        Ok(run.map(|()| Outcome {
            report,
            scratch: Some(scratch),
        }))
    }

    /// A verdict, or an error, for a subject that no compiler needs to see.
    fn unreadable(&self, exercise: &Exercise) -> Result<Option<Report>> {
        for path in exercise.paths() {
            let found = self.unreadable_file(exercise, path)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn unreadable_file(&self, exercise: &Exercise, path: String) -> Result<Option<Report>> {
        let again = format!(
            "`backlings reset {}` brings the untouched file back",
            exercise.name
        );
        let bytes = match fs::read(self.root.join(&path)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => match &exercise.continues {
                Some(earlier) => bail!(
                    "`{path}` begins with your answer to `{earlier}`: it comes when that passes; \
                     if it does, {again}"
                ),
                None => bail!("`{path}` is missing: {again}"),
            },
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                bail!("`{path}` is a directory: move it away, then {again}")
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read `{path}`")),
        };
        let Err(error) = std::str::from_utf8(&bytes) else {
            return Ok(None);
        };
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let column = 1 + String::from_utf8_lossy(&before[start..]).chars().count();
        let message = format!(
            "byte 0x{:02x} is not UTF-8: save the file as UTF-8",
            bytes[before.len()]
        );
        Ok(Some(Report {
            diagnostics: vec![Diagnostic {
                level: Level::Error,
                code: None,
                rendered: format!("error: {message}\n --> {path}:{line}:{column}\n"),
                message,
                place: Some(Place {
                    file: path,
                    line: u32::try_from(line).unwrap_or(u32::MAX),
                    column: u32::try_from(column).unwrap_or(u32::MAX),
                }),
            }],
            ..Report::new(exercise)
        }))
    }

    /// Runs the checks; where the program crashes in one, the others still get their turn.
    fn run(
        &self,
        exercise: &Exercise,
        built: &Built,
        trial: &Trial,
        scratch: &Scratch,
        cancel: &Cancel,
        report: &mut Report,
    ) -> Result<Judged<()>> {
        let started = Instant::now();
        let mut crash = None;
        let mut trial = trial.clone();
        loop {
            let left = exercise.time_limit.saturating_sub(started.elapsed());
            let Judged::Done(ran) =
                self.run_once(exercise, built, &trial, left, scratch, cancel)?
            else {
                return Ok(Judged::Cancelled);
            };
            merge(&mut report.checks, ran.reported.checks);
            report.panics.extend(ran.reported.panics);
            report.left.extend(ran.left);
            report.run = started.elapsed();
            match ran.end {
                RunEnd::Done => break,
                RunEnd::TimedOut => {
                    let limit = exercise.time_limit;
                    mark_stuck(&mut report.checks, Status::TimedOut, |output| {
                        Failure {
                        message: format!("this check did not end within {} s", limit.as_secs()),
                        parts: wrote(output),
                        why: Some(
                            "a loop or a wait that never ends holds its thread, and in a server the client, for ever"
                                .to_owned(),
                        ),
                        place: None,
                    }
                    });
                    report.verdict = Verdict::TimedOut { limit };
                    return Ok(Judged::Done(()));
                }
                RunEnd::Crashed(how) => {
                    mark_stuck(&mut report.checks, Status::Crashed, |output| Failure {
                        message: format!("the program {how} while this check ran"),
                        parts: wrote(output),
                        why: None,
                        place: None,
                    });
                    let rest: Vec<String> = report
                        .checks
                        .iter()
                        .filter(|check| check.status == Status::NotRun)
                        .map(|check| check.name.clone())
                        .collect();
                    let before = trial.order.as_ref();
                    let progressed = before.is_none_or(|before| rest.len() < before.len());
                    crash.get_or_insert(how);
                    // One that prints without end would do so again.
                    let again = ran.may_continue && progressed;
                    if rest.is_empty() || report.checks.is_empty() || !again {
                        break;
                    }
                    trial.order = Some(rest);
                }
            }
        }
        report.verdict = match crash {
            Some(how) => Verdict::Crashed { how },
            None if report.checks.is_empty() => {
                bail!(
                    "`{}` lists no check: nothing was judged",
                    exercise.check_path()
                )
            }
            None if report.checks_passed() == report.checks.len() => Verdict::Passed,
            None => Verdict::ChecksFailed,
        };
        Ok(Judged::Done(()))
    }

    fn run_once(
        &self,
        exercise: &Exercise,
        built: &Built,
        trial: &Trial,
        time_limit: Duration,
        scratch: &Scratch,
        cancel: &Cancel,
    ) -> Result<Judged<Ran>> {
        let ready = built.ready.as_ref().context("there is nothing to run")?;
        let home = scratch.home();
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(&home).context("cannot make a scratch directory")?;
        let report = scratch.report();
        let _ = fs::remove_file(&report);
        let mark = format!("\u{1e}{}", scratch.run());
        let loader = built.toolchain.loader_path();
        let mut env: Vec<(&'static str, OsString)> = vec![
            ("BACKLINGS_REPORT", report.clone().into()),
            ("BACKLINGS_MARK", mark.clone().into()),
            ("BACKLINGS_SUBJECT", ready.subject.clone().into()),
            (
                "BACKLINGS_FIXTURES",
                self.root.join(exercise.fixtures_path()).into(),
            ),
            (process::RUN_VARIABLE, scratch.run().into()),
            ("TMPDIR", home.clone().into()),
            ("TMP", home.clone().into()),
            ("TEMP", home.clone().into()),
            ("NO_COLOR", "1".into()),
            loader,
        ];
        if trial.measures {
            env.push(("BACKLINGS_MEASURE", "1".into()));
        }
        let only = trial.order.as_ref();
        if let Some(only) = only {
            env.push(("BACKLINGS_ONLY", only.join("\n").into()));
        }
        let child = Child {
            program: &ready.check,
            args: Vec::new(),
            directory: &home,
            env,
            without: &["RUST_BACKTRACE", "BACKLINGS_ONLY"][..if only.is_some() { 1 } else { 2 }],
            time_limit: Some(time_limit),
            memory_limit: Some(MEMORY_LIMIT),
            output_limit: OUTPUT_LIMIT,
            polite: false,
            done_when: None,
            input: None,
            census: trial.measures.then(|| scratch.run()),
        };
        let ended = process::run(child, cancel, &mut |_| {})
            .with_context(|| format!("cannot start the check `{}`", ready.check.display()))?;
        let text = fs::read(&report).unwrap_or_default();
        let output = String::from_utf8_lossy(&ended.output);
        let clean = |path: &str| self.clean(path);
        let reported = report::read(&String::from_utf8_lossy(&text), &output, &mark, &clean);
        let mut may_continue = true;
        let end = match ended.end {
            End::Cancelled => return Ok(Judged::Cancelled),
            End::TimedOut => RunEnd::TimedOut,
            End::Done => bail!("the check was not followed to its end"),
            End::TooMuchOutput => {
                may_continue = false;
                let limit = OUTPUT_LIMIT / 1024 / 1024;
                RunEnd::Crashed(format!("was stopped: it printed more than {limit} MiB"))
            }
            End::Exited(status) if reported.done && matches!(status.code(), Some(0 | 101)) => {
                RunEnd::Done
            }
            End::Exited(status) => {
                if status.code() == Some(HARNESS_FAILED) && output.contains("harness: ") {
                    return Err(anyhow!("{}", report::shorten(&output)))
                        .context("the check could not do its work");
                }
                let mut how = process::describe(status);
                if output.contains("has overflowed its stack") {
                    how.push_str(": its stack overflowed, as endless recursion does");
                } else if output.contains("memory allocation of") {
                    let limit = MEMORY_LIMIT / 1024 / 1024 / 1024;
                    how.push_str(&format!(
                        ": it asked for more memory than there is ({limit} GiB)"
                    ));
                }
                if reported.checks.is_empty() {
                    return Err(anyhow!("{}", report::shorten(&output)))
                        .with_context(|| format!("the check {how} before it began"));
                }
                RunEnd::Crashed(how)
            }
        };
        Ok(Judged::Done(Ran {
            reported,
            end,
            may_continue,
            left: ended.left,
        }))
    }

    /// A path as the compiler knows it, or a text with such paths, as the learner knows it.
    fn clean(&self, text: &str) -> String {
        let root = format!("{}{}", self.root.display(), std::path::MAIN_SEPARATOR);
        text.replace(&root, "")
            .replace("/checks/../", "/")
            .replace("\\checks\\../", "/")
    }
}

/// The exit code by which the harness says that it could not work.
const HARNESS_FAILED: i32 = 102;

struct Ran {
    reported: report::Reported,
    end: RunEnd,
    may_continue: bool,
    left: Vec<String>,
}

enum RunEnd {
    Done,
    TimedOut,
    Crashed(String),
}

/// Takes over what a further run of the remaining checks found.
fn merge(checks: &mut Vec<Check>, newer: Vec<Check>) {
    if checks.is_empty() {
        *checks = newer;
        return;
    }
    for check in newer {
        if let Some(known) = checks.iter_mut().find(|known| known.name == check.name) {
            *known = check;
        }
    }
}

/// Gives the check that was running its status and failure.
fn mark_stuck(checks: &mut [Check], status: Status, failure: impl Fn(&str) -> Failure) {
    let stuck = checks
        .iter_mut()
        .find(|check| check.status == Status::Crashed && check.failure.is_none());
    if let Some(check) = stuck {
        check.status = status;
        check.failure = Some(failure(&check.output));
        check.output.clear();
    }
}

fn wrote(output: &str) -> Vec<(String, String)> {
    if output.is_empty() {
        Vec::new()
    } else {
        vec![("before that it wrote".to_owned(), output.to_owned())]
    }
}

impl<T> Judged<T> {
    /// The same of something else.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Judged<U> {
        match self {
            Self::Done(value) => Judged::Done(with(value)),
            Self::Cancelled => Judged::Cancelled,
        }
    }
}

/// Writes a file, its directories too, unless it has these contents already.
pub(crate) fn write_if_changed(path: &Path, contents: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|kept| kept == contents) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot make `{}`", parent.display()))?;
    }
    fs::write(path, contents).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Changes when anything of a course changes that every exercise's verdict depends
/// on: the harness, the testkit, crates, lints and edition.
///
/// # Errors
///
/// When the course cannot be read.
pub fn common_key(course: &Course) -> Result<String> {
    common_key_with(course, &testkit::key(&library::testkit_files(course)?))
}

fn common_key_with(course: &Course, testkit: &str) -> Result<String> {
    let mut key = Key::default();
    key.add(library::HARNESS);
    key.add(crates::manifest(course)?);
    key.add(crates::lock_file(course));
    key.add(&course.edition);
    key.add(format!("{:?}", course.lints));
    key.add(testkit);
    Ok(key.end())
}

/// A key for contents, part by part: it names products, it protects nothing.
#[derive(Default)]
pub(crate) struct Key(DefaultHasher);

impl Key {
    /// Adds a part.
    pub fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.write_usize(part.len());
        self.0.write(part);
    }

    /// The key of all parts.
    pub fn end(&self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// The [`Key`] of parts that are all there.
pub(crate) fn hash(parts: &[&[u8]]) -> String {
    let mut key = Key::default();
    parts.iter().for_each(|part| key.add(part));
    key.end()
}

/// Whether a program of that name can be started.
pub fn is_on_path(program: &str) -> bool {
    on_path(program).is_some()
}

/// Where the program of that name is.
fn on_path(program: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&paths)
        .map(|directory| directory.join(&file))
        .find(|path| path.is_file())
}
