//! Compiles what a save makes necessary.

use std::ffi::OsString;
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::library::Library;
use super::linker::Linker;
use super::process::{self, Cancel, Child, End, Ended};
use super::standby::{Standby, Text};
use super::toolchain::Toolchain;
use super::{
    Diagnostic, Judge, Judged, Key, Level, Report, Stage, diagnostics, mirror, write_if_changed,
};
use crate::course::{Exercise, Kind};

/// Where compilers keep what they have worked out, below an exercise's directory.
const INCREMENTAL: &str = "incremental";
const INCREMENTAL_LINTS: &str = "incremental-lints";

/// What rustc prints when a program is linked (rustc book, "JSON Output", artifacts).
const LINKED: &str = r#""emit":"link"}"#;

/// A file that is compiled, as seen from the compiler's directory, and its product.
struct File {
    crate_name: String,
    source: PathBuf,
    product: PathBuf,
}

/// The processes that compile a file.
struct Compilers<'a> {
    builder: Child<'a>,
    /// Who lints, where the builder does not.
    linter: Option<Child<'a>>,
}

/// What came out of compiling.
#[derive(Debug, Default)]
struct Compiled {
    /// How the compiler ended, where there is no product.
    failed: Option<String>,
    diagnostics: Vec<Diagnostic>,
    /// What it printed beside them.
    other: String,
    note: Option<String>,
}

/// Whether the linter refuses what it was given, and has said why (exit code 1; one that
/// breaks has another).
fn refuses(end: &End) -> bool {
    matches!(end, End::Exited(status) if status.code() == Some(1))
}

fn incremental_argument(directory: &Path) -> [OsString; 2] {
    let mut value = OsString::from("incremental=");
    value.push(directory);
    ["-C".into(), value]
}

/// What is needed to run checks.
#[derive(Debug)]
pub(super) struct Ready {
    pub check: PathBuf,
    pub subject: PathBuf,
}

/// One exercise's compilation.
pub(super) struct Build<'a> {
    judge: &'a Judge,
    exercise: &'a Exercise,
    toolchain: &'a Toolchain,
    directory: PathBuf,
    /// See [`mirror`].
    mirror: PathBuf,
    library: Library,
}

impl<'a> Build<'a> {
    pub fn new(
        judge: &'a Judge,
        exercise: &'a Exercise,
        toolchain: &'a Toolchain,
        library: Library,
    ) -> Self {
        let directory = judge.products.join(&exercise.name);
        Self {
            judge,
            exercise,
            toolchain,
            mirror: directory.join("tree"),
            directory,
            library,
        }
    }

    /// Compiles what the subject's change makes necessary; `None` where it does not compile.
    pub fn compile(
        &self,
        report: &mut Report,
        cancel: &Cancel,
        progress: &dyn Fn(Stage),
    ) -> Result<Judged<Option<Ready>>> {
        let subject = self.judge.root.join(self.exercise.subject_path());
        let check = self.file_of_check();
        let file = self.file_of_subject();
        let ready = Ready {
            subject: match &file {
                Some(program) if self.exercise.kind == Kind::Program => program.product.clone(),
                _ => subject,
            },
            check: check.product.clone(),
        };
        let mut of_the_check = Vec::new();
        if self.exercise.kind != Kind::Module {
            let Judged::Done(said) = self.compile_check(&check, cancel, progress)? else {
                return Ok(Judged::Cancelled);
            };
            of_the_check = said;
        }
        let Some(file) = file else {
            report.diagnostics.extend(of_the_check);
            return Ok(Judged::Done(Some(ready)));
        };
        progress(Stage::Compiling);
        let text = self.text()?;
        let compiled = self.compile_file(&file, text.as_ref(), report, cancel)?;
        report.diagnostics.extend(of_the_check);
        Ok(compiled.map(|built| built.then_some(ready)))
    }

    /// Compiles a check that does not include its subject, unless it is the one
    /// compiled last. Returns what the compiler said of it, where that is kept.
    fn compile_check(
        &self,
        check: &File,
        cancel: &Cancel,
        progress: &dyn Fn(Stage),
    ) -> Result<Judged<Vec<Diagnostic>>> {
        let key = self.check_key(&self.check()?)?;
        let stamp = self.directory.join("check.key");
        if check.product.is_file() && fs::read_to_string(&stamp).is_ok_and(|kept| kept == key) {
            return Ok(Judged::Done(Vec::new()));
        }
        progress(Stage::Compiling);
        let mut report = Report::new(self.exercise);
        let _ = fs::remove_file(&stamp);
        match self.compile_file(check, None, &mut report, cancel)? {
            Judged::Cancelled => Ok(Judged::Cancelled),
            Judged::Done(true) => {
                write_if_changed(&stamp, key.as_bytes())?;
                Ok(Judged::Done(report.diagnostics))
            }
            Judged::Done(false) => {
                let first = report.errors().next().map(|error| error.rendered.clone());
                bail!(
                    "the check `{}` does not compile\n{}",
                    check.source.display(),
                    console::strip_ansi_codes(&first.unwrap_or_default())
                )
            }
        }
    }

    /// Compiles a file; false where there are errors. A failure that is no
    /// error of the source (a broken incremental directory, say) is mended once
    /// by starting afresh.
    fn compile_file(
        &self,
        file: &File,
        text: Option<&Text>,
        report: &mut Report,
        cancel: &Cancel,
    ) -> Result<Judged<bool>> {
        let mut first_try = true;
        loop {
            let started = Instant::now();
            let Judged::Done(compiled) = self.run_compilers(file, text, cancel)? else {
                return Ok(Judged::Cancelled);
            };
            report.compile += started.elapsed();
            let errors = compiled
                .diagnostics
                .iter()
                .filter(|one| one.level == Level::Error);
            let of_the_source = errors
                .clone()
                .any(|error| error.place.is_some() || error.code.is_some());
            if compiled.failed.is_none() || of_the_source {
                report.notes.extend(compiled.note);
                report.diagnostics = self.relevant(compiled.diagnostics);
                return Ok(Judged::Done(compiled.failed.is_none()));
            }
            if let Some(how) = compiled.failed.filter(|_| !first_try) {
                let mut text: String = errors.map(|error| error.rendered.as_str()).collect();
                text.push_str(&compiled.other);
                let text = console::strip_ansi_codes(&text).trim().to_owned();
                let missing_linker = text.contains("linker `");
                let help = if missing_linker {
                    "\ninstall a C compiler (`cc`), which Rust links with"
                } else {
                    ""
                };
                bail!("the compiler {how}, not because of your code\n{text}{help}");
            }
            first_try = false;
            Linker::new(&self.judge.build).give_up(&self.toolchain.key())?;
            self.judge.give_up_link();
            for directory in [INCREMENTAL, INCREMENTAL_LINTS] {
                let _ = fs::remove_dir_all(self.directory.join(directory));
            }
            let _ = fs::remove_file(&file.product);
        }
    }

    /// Compiles and lints a file: in one process, or in two side by side.
    fn run_compilers(
        &self,
        file: &File,
        text: Option<&Text>,
        cancel: &Cancel,
    ) -> Result<Judged<Compiled>> {
        let compilers = self.compilers(file, text.is_some());
        let Some(linter) = &compilers.linter else {
            let ended = self.judge.run_compiler(&compilers.builder, text, cancel)?;
            return self.compiled(ended, None);
        };
        let of_builder = cancel.branch();
        let (built, linted) = thread::scope(|scope| {
            let linting = scope.spawn(|| {
                let linted = self.judge.run_compiler(linter, text, cancel);
                if linted.as_ref().is_ok_and(|ended| refuses(&ended.end)) {
                    // What the builder would say as well has been said.
                    of_builder.cancel();
                }
                linted
            });
            let built = self
                .judge
                .run_compiler(&compilers.builder, text, &of_builder);
            let linted = linting.join();
            (built, linted.unwrap_or_else(|panic| resume_unwind(panic)))
        });
        self.compiled(built?, Some(linted?))
    }

    /// The compilers of a file, whose text they read from standard input where it is
    /// `mirrored`.
    fn compilers(&self, file: &File, mirrored: bool) -> Compilers<'_> {
        let child = |args: Vec<OsString>| {
            let mut child = self.judge.compiler(self.toolchain, args);
            if mirrored {
                child.directory = &self.mirror;
                child.input = Some(self.judge.root.join(self.exercise.subject_path()));
            }
            child
        };
        let common = self.common_arguments(file);
        let builder = self.builder_arguments(&file.product);
        if !self.judge.lints_beside(self.toolchain) {
            return Compilers {
                builder: child([common, self.lint_arguments(), builder].concat()),
                linter: None,
            };
        }
        let link = self.judge.link().map(|link| link.arguments());
        let link = link.unwrap_or_default();
        // Clippy as well, which works out less of what a debug build does not need
        // (`mir_opt_level`): but without its lints, which then need not run.
        let no_lints = ["-A".into(), "clippy::all".into()];
        let mut builder = child([&common[..], &builder, &link, &no_lints].concat());
        // It still has to leave its own memory, which takes it 10 ms.
        builder.done_when = Some(LINKED);
        let linter = [common, self.lint_arguments(), self.linter_arguments()].concat();
        Compilers {
            builder,
            linter: Some(child(linter)),
        }
    }

    /// What is compiled when the subject has been saved; nothing where no compiler
    /// sees it.
    fn file_of_subject(&self) -> Option<File> {
        match self.exercise.kind {
            Kind::Module => Some(self.file_of_check()),
            Kind::Program => {
                let crate_name = self.crate_name();
                Some(self.file(
                    crate_name.clone(),
                    self.exercise.subject_path(),
                    &crate_name,
                ))
            }
            Kind::File => None,
        }
    }

    fn file_of_check(&self) -> File {
        let crate_name = format!("check_{}", self.crate_name());
        self.file(crate_name, self.exercise.check_path(), "check")
    }

    fn file(&self, crate_name: String, source: String, product: &str) -> File {
        let exe = std::env::consts::EXE_SUFFIX;
        File {
            crate_name,
            source: source.into(),
            product: self.directory.join(format!("{product}{exe}")),
        }
    }

    fn crate_name(&self) -> String {
        let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        self.exercise.name.chars().map(letter).collect()
    }

    /// Whether the subject's text comes by standard input: then it is all that a
    /// compiler that waits does not know, and compilations that remember one another
    /// must not have it otherwise.
    fn is_mirrored(&self) -> bool {
        self.exercise.kind == Kind::Module
            && self.exercise.uses.is_empty()
            && self.exercise.paths().count() == 1
            && (self.judge.incremental || self.directory.join(INCREMENTAL).exists())
    }

    /// Makes the mirror, and the key of what a compiler reads there before it waits;
    /// nothing where there can be no mirror.
    fn make_mirror(&self) -> Result<Option<String>> {
        if !self.is_mirrored() {
            return Ok(None);
        }
        let check = self.check()?;
        if !mirror::is_read_once(&String::from_utf8_lossy(&check), self.exercise) {
            return Ok(None);
        }
        // Not every file system has links: then it is compiled where it is.
        let made = mirror::make(&self.judge.root, self.exercise, &self.mirror);
        Ok(match made {
            Ok(true) => Some(self.check_key(&check)?),
            Ok(false) | Err(_) => None,
        })
    }

    /// The subject as it is now, where it comes by standard input.
    fn text(&self) -> Result<Option<Text>> {
        let Some(key) = self.make_mirror()? else {
            return Ok(None);
        };
        let path = self.exercise.subject_path();
        let bytes = fs::read(self.judge.root.join(&path));
        let bytes = bytes.with_context(|| format!("cannot read `{path}`"))?;
        // That costs what the compiler remembers, but it is seldom.
        Ok((!mirror::reads_files(&bytes)).then_some(Text { bytes, key }))
    }

    /// The check's text.
    fn check(&self) -> Result<Vec<u8>> {
        let source = self.exercise.check_path();
        let text = fs::read(self.judge.root.join(&source));
        text.with_context(|| format!("cannot read `{source}`"))
    }

    /// Changes when the check, whose text is `check`, does, or a fixture, which it may
    /// include.
    fn check_key(&self, check: &[u8]) -> Result<String> {
        let mut key = Key::default();
        key.add(check);
        key.add(&self.library.key);
        for fixture in self.judge.course.fixtures(self.exercise)? {
            key.add(self.judge.course.source.read(&fixture)?);
        }
        Ok(key.end())
    }

    /// Starts the compilers of the next save as far as they can go without it, or finds
    /// them among those that are `started` already.
    ///
    /// # Errors
    ///
    /// When the course or the mirror cannot be read or made.
    pub fn standbys(&self, mut started: Vec<Standby>) -> Result<Vec<Standby>> {
        let key = self.make_mirror()?;
        let text = key.map(|key| Text {
            bytes: Vec::new(),
            key,
        });
        let compilers = self
            .file_of_subject()
            .map(|file| self.compilers(&file, text.is_some()));
        let children = match compilers {
            Some(compilers) => {
                let linter = compilers.linter.into_iter();
                std::iter::once(compilers.builder).chain(linter).collect()
            }
            None => vec![self.judge.compiler(self.toolchain, Vec::new())],
        };
        let mut standbys = Vec::new();
        for child in &children {
            let serves = |one: &Standby| one.serves(child, text.as_ref());
            match (started.iter().position(serves), &text) {
                (Some(at), _) => standbys.push(started.swap_remove(at)),
                (None, Some(text)) => standbys.push(Standby::for_text(child, &text.key)?),
                (None, None) => standbys.extend(Standby::for_arguments(child)),
            }
        }
        Ok(standbys)
    }

    /// What the compilers have found.
    fn compiled(&self, built: Ended, linted: Option<Ended>) -> Result<Judged<Compiled>> {
        let clean = |text: &str| self.judge.clean(text);
        let read =
            |ended: &Ended| diagnostics::read(&String::from_utf8_lossy(&ended.output), &clean);
        let mut compiled = Compiled::default();
        if let Some(linted) = linted {
            let said = read(&linted);
            let refused = refuses(&linted.end);
            match linted.end {
                End::Cancelled => return Ok(Judged::Cancelled),
                _ if refused => {
                    compiled.failed = Some("found errors".to_owned());
                    compiled.diagnostics = said.diagnostics;
                    compiled.other = said.other;
                    return Ok(Judged::Done(compiled));
                }
                End::Exited(status) if status.success() => {
                    compiled.diagnostics = said.diagnostics;
                    compiled.other = said.other;
                }
                // A linter that breaks is not the learner's fault: what counts is built.
                _ => {
                    compiled.note =
                        Some("clippy broke down, so there is no advice on style".to_owned());
                }
            }
        }
        let said = read(&built);
        match built.end {
            End::Exited(status) if !status.success() => {
                compiled.failed = Some(process::describe(status));
            }
            End::Exited(_) | End::Done => {}
            End::Cancelled => return Ok(Judged::Cancelled),
            End::TimedOut | End::TooMuchOutput => bail!("the compiler printed without end"),
        }
        compiled.other.push_str(&said.other);
        for diagnostic in said.diagnostics {
            let known = |one: &Diagnostic| one.is_same(&diagnostic);
            if !compiled.diagnostics.iter().any(known) {
                compiled.diagnostics.push(diagnostic);
            }
        }
        Ok(Judged::Done(compiled))
    }

    fn common_arguments(&self, file: &File) -> Vec<OsString> {
        let width = *self
            .judge
            .width
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut args: Vec<OsString> = vec![
            "--crate-type=bin".into(),
            "--crate-name".into(),
            file.crate_name.as_str().into(),
            "--edition".into(),
            self.judge.course.edition.as_str().into(),
            "--error-format=json".into(),
            "--json=diagnostic-rendered-ansi,artifacts".into(),
            format!("--diagnostic-width={width}").into(),
            file.source.as_path().into(),
        ];
        args.extend(self.lints());
        args.extend(self.library.arguments.iter().cloned());
        args
    }

    fn lint_arguments(&self) -> Vec<OsString> {
        if self.toolchain.clippy {
            // Clippy denies some lints by itself: to a learner they are advice, for
            // what rustc accepts does compile.
            vec!["-W".into(), "clippy::correctness".into()]
        } else {
            Vec::new()
        }
    }

    fn builder_arguments(&self, product: &Path) -> Vec<OsString> {
        let incremental = self.directory.join(INCREMENTAL);
        let mut args: Vec<OsString> = vec!["-o".into(), product.into()];
        if self.judge.incremental || incremental.exists() {
            // The default is 256 units: a thread and an object each, which costs an
            // exercise more than it saves.
            args.extend(incremental_argument(&incremental));
            args.extend(["-C".into(), "codegen-units=16".into()]);
        } else {
            // The other cores have exercises of their own.
            args.extend(["-C".into(), "codegen-units=1".into()]);
        }
        if self.toolchain.shared_std {
            args.extend(["-C".into(), "prefer-dynamic".into()]);
        }
        args.extend(Linker::new(&self.judge.build).arguments(&self.toolchain.key()));
        args
    }

    fn linter_arguments(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec!["--emit=metadata".into(), "-o".into()];
        args.push(self.directory.join("lints.rmeta").into());
        args.extend(incremental_argument(
            &self.directory.join(INCREMENTAL_LINTS),
        ));
        args
    }

    /// The course's own lint levels, as the compiler takes them.
    fn lints(&self) -> Vec<OsString> {
        let mut args = Vec::new();
        for lint in &self.judge.course.lints {
            let name = match lint.tool.as_str() {
                "rust" => lint.name.clone(),
                _ if !self.toolchain.clippy => continue,
                tool => format!("{tool}::{}", lint.name),
            };
            args.extend([format!("--{}", lint.level).into(), name.into()]);
        }
        args
    }

    /// What concerns the learner: every error, and advice on the subject. Items
    /// of a module that its check does not use are not dead.
    fn relevant(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let concerns = |diagnostic: &Diagnostic| {
            let own = diagnostic
                .place
                .as_ref()
                .is_some_and(|place| self.exercise.paths().any(|path| path == place.file));
            let unused = self.exercise.kind == Kind::Module
                && diagnostic.code.as_deref() == Some("dead_code");
            diagnostic.level == Level::Error || own && !unused || !own && self.judge.all_diagnostics
        };
        diagnostics.into_iter().filter(concerns).collect()
    }
}
