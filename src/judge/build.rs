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
use super::process::{self, Cancel, End, Ended};
use super::toolchain::Toolchain;
use super::{Diagnostic, Judge, Judged, Level, Report, Stage, diagnostics, hash, write_if_changed};
use crate::course::{Exercise, Kind};

/// Where compilers keep what they have worked out, below an exercise's directory.
const INCREMENTAL: &str = "incremental";
const INCREMENTAL_LINTS: &str = "incremental-lints";

/// What rustc prints when a program is linked (rustc book, "JSON Output", artifacts).
const LINKED: &str = r#""emit":"link"}"#;

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

/// Whether a compiler refuses what it was given, and has said why (exit code 1; one that
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
    pub judge: &'a Judge,
    pub exercise: &'a Exercise,
    pub toolchain: &'a Toolchain,
    pub directory: PathBuf,
    pub library: Library,
}

impl Build<'_> {
    /// Compiles what the subject's change makes necessary; `None` where it does not compile.
    pub fn compile(
        &self,
        report: &mut Report,
        cancel: &Cancel,
        progress: &dyn Fn(Stage),
    ) -> Result<Judged<Option<Ready>>> {
        let exe = std::env::consts::EXE_SUFFIX;
        let check_source = PathBuf::from(self.exercise.check_path());
        let subject_source = PathBuf::from(self.exercise.subject_path());
        let check = self.directory.join(format!("check{exe}"));
        let crate_name: String = self
            .exercise
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        match self.exercise.kind {
            Kind::Module => {
                progress(Stage::Compiling);
                let name = format!("check_{crate_name}");
                let compiled = self.compile_file(&name, &check_source, &check, report, cancel)?;
                let subject = self.judge.root.join(subject_source);
                Ok(compiled.map(|built| built.then_some(Ready { check, subject })))
            }
            Kind::Program => {
                let compiled =
                    self.compile_check(&crate_name, &check_source, &check, cancel, progress)?;
                let Judged::Done(of_the_check) = compiled else {
                    return Ok(Judged::Cancelled);
                };
                progress(Stage::Compiling);
                let subject = self.directory.join(format!("{crate_name}{exe}"));
                let compiled =
                    self.compile_file(&crate_name, &subject_source, &subject, report, cancel)?;
                report.diagnostics.extend(of_the_check);
                Ok(compiled.map(|built| built.then_some(Ready { check, subject })))
            }
            Kind::File => {
                let compiled =
                    self.compile_check(&crate_name, &check_source, &check, cancel, progress)?;
                let subject = self.judge.root.join(subject_source);
                Ok(compiled.map(|of_the_check| {
                    report.diagnostics.extend(of_the_check);
                    Some(Ready { check, subject })
                }))
            }
        }
    }

    /// Compiles a check that does not include its subject, unless it is the one
    /// compiled last. Returns what the compiler said of it, where that is kept.
    fn compile_check(
        &self,
        crate_name: &str,
        source: &Path,
        product: &Path,
        cancel: &Cancel,
        progress: &dyn Fn(Stage),
    ) -> Result<Judged<Vec<Diagnostic>>> {
        let text = fs::read(self.judge.root.join(source))
            .with_context(|| format!("cannot read `{}`", source.display()))?;
        // A check may include its fixtures.
        let mut parts = vec![text, self.library.key.clone().into_bytes()];
        for fixture in self.judge.course.fixtures(self.exercise)? {
            parts.push(self.judge.course.source.read(&fixture)?);
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let key = hash(&parts);
        let stamp = self.directory.join("check.key");
        if product.is_file() && fs::read_to_string(&stamp).is_ok_and(|kept| kept == key) {
            return Ok(Judged::Done(Vec::new()));
        }
        progress(Stage::Compiling);
        let mut report = Report::new(self.exercise);
        let _ = fs::remove_file(&stamp);
        let name = format!("check_{crate_name}");
        match self.compile_file(&name, source, product, &mut report, cancel)? {
            Judged::Cancelled => Ok(Judged::Cancelled),
            Judged::Done(true) => {
                write_if_changed(&stamp, key.as_bytes())?;
                Ok(Judged::Done(report.diagnostics))
            }
            Judged::Done(false) => {
                let first = report.errors().next().map(|error| error.rendered.clone());
                bail!(
                    "the check `{}` does not compile\n{}",
                    source.display(),
                    console::strip_ansi_codes(&first.unwrap_or_default())
                )
            }
        }
    }

    /// One compiler process; false where there are errors. A failure that is no
    /// error of the source (a broken incremental directory, say) is mended once
    /// by starting afresh.
    fn compile_file(
        &self,
        crate_name: &str,
        source: &Path,
        product: &Path,
        report: &mut Report,
        cancel: &Cancel,
    ) -> Result<Judged<bool>> {
        let mut first_try = true;
        loop {
            let started = Instant::now();
            let Judged::Done(compiled) = self.run_compilers(crate_name, source, product, cancel)?
            else {
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
            let _ = fs::remove_file(product);
        }
    }

    /// Compiles and lints a file: in one process, or in two side by side.
    fn run_compilers(
        &self,
        crate_name: &str,
        source: &Path,
        product: &Path,
        cancel: &Cancel,
    ) -> Result<Judged<Compiled>> {
        let common = self.common_arguments(crate_name, source);
        let builder = self.builder_arguments(product);
        if !self.judge.lints_beside(self.toolchain) {
            let args = [common, self.lint_arguments(), builder].concat();
            let child = self.judge.compiler(self.toolchain, args);
            let ended = self.judge.run_compiler(&child, cancel)?;
            return self.compiled(ended, None);
        }
        let link = self.judge.link().map(|link| link.arguments());
        let link = link.unwrap_or_default();
        // Clippy as well, which works out less of what a debug build does not need
        // (`mir_opt_level`): but without its lints, which then need not run.
        let no_lints = ["-A".into(), "clippy::all".into()];
        let args = [&common[..], &builder, &link, &no_lints].concat();
        let mut builder = self.judge.compiler(self.toolchain, args);
        // It still has to leave its own memory, which takes it 10 ms.
        builder.done_when = Some(LINKED);
        let args = [common, self.lint_arguments(), self.linter_arguments()].concat();
        let linter = self.judge.compiler(self.toolchain, args);

        let of_builder = cancel.branch();
        let (built, linted) = thread::scope(|scope| {
            let linting = scope.spawn(|| {
                let linted = self.judge.run_compiler(&linter, cancel);
                if linted.as_ref().is_ok_and(|ended| refuses(&ended.end)) {
                    // What the builder would say as well has been said.
                    of_builder.cancel();
                }
                linted
            });
            let built = self.judge.run_compiler(&builder, &of_builder);
            let linted = linting.join();
            (built, linted.unwrap_or_else(|panic| resume_unwind(panic)))
        });
        self.compiled(built?, Some(linted?))
    }

    /// What the compilers have found.
    fn compiled(&self, built: Ended, linted: Option<Ended>) -> Result<Judged<Compiled>> {
        let clean = |text: &str| self.judge.clean(text);
        let read =
            |ended: &Ended| diagnostics::read(&String::from_utf8_lossy(&ended.output), &clean);
        let mut compiled = Compiled::default();
        if let Some(linted) = linted {
            let said = read(&linted);
            match linted.end {
                End::Cancelled => return Ok(Judged::Cancelled),
                End::Exited(status) if status.success() || refuses(&linted.end) => {
                    compiled.diagnostics = said.diagnostics;
                    compiled.other = said.other;
                    if !status.success() {
                        compiled.failed = Some(process::describe(status));
                        return Ok(Judged::Done(compiled));
                    }
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

    fn common_arguments(&self, crate_name: &str, source: &Path) -> Vec<OsString> {
        let width = *self
            .judge
            .width
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut args: Vec<OsString> = vec![
            "--crate-type=bin".into(),
            "--crate-name".into(),
            crate_name.into(),
            "--edition".into(),
            self.judge.course.edition.as_str().into(),
            "--error-format=json".into(),
            "--json=diagnostic-rendered-ansi,artifacts".into(),
            format!("--diagnostic-width={width}").into(),
            source.into(),
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
