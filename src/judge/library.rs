//! The libraries checks stand on: the harness of this program and the course's testkit.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::crates::{Crates, extern_argument};
use super::process::{Child, End};
use super::testkit::Testkit;
use super::toolchain::Toolchain;
use super::work::Work;
use super::{Judged, Level, Stage, diagnostics, hash, write_if_changed};
use crate::course::{Course, Stamp};

/// The harness's source: one file, on the standard library alone.
pub const HARNESS: &str = include_str!("../harness/lib.rs");

/// What the compiler must be told so that a check can use both libraries.
#[derive(Debug, Clone)]
pub struct Library {
    /// Changes when anything changes that a check is compiled with.
    pub key: String,
    /// `--extern` and `-L`.
    pub arguments: Vec<OsString>,
}

/// Where the libraries for a check are, and what they are built from.
pub struct Order<'a> {
    course: &'a Course,
    names: &'a [String],
    crates: &'a Crates,
    /// Where their sources are laid.
    sources: &'a Path,
    /// Where their products go.
    products: PathBuf,
    testkit: Arc<Testkit>,
    /// Whether the testkit's root alone is built.
    root_alone: bool,
    key: String,
}

impl<'a> Order<'a> {
    /// An order for what the check whose text is `check` stands on, with the
    /// crates `names`: a module of the testkit that needs a crate stands behind
    /// `feature = "that crate"`. Sources are laid into `sources`, products below `directory`.
    #[expect(clippy::too_many_arguments, reason = "each is another thing")]
    pub fn new(
        course: &'a Course,
        names: &'a [String],
        crates: &'a Crates,
        testkit: Arc<Testkit>,
        check: &str,
        sources: &'a Path,
        directory: &Path,
        toolchain: &Toolchain,
    ) -> Self {
        let root_alone = testkit.root_suffices(check);
        let key = hash(&[
            HARNESS.as_bytes(),
            testkit.key.as_bytes(),
            crates.key.as_bytes(),
            toolchain.key().as_bytes(),
            course.edition.as_bytes(),
            &[u8::from(root_alone)],
        ]);
        Self {
            course,
            names,
            crates,
            sources,
            products: directory.join(&key),
            testkit,
            root_alone,
            key,
        }
    }

    fn product(&self, name: &str) -> PathBuf {
        self.products.join(format!("lib{name}.rlib"))
    }

    /// The libraries, where they have been built.
    pub fn built(&self) -> Option<Library> {
        let mut arguments: Vec<OsString> = vec!["-L".into(), self.products.clone().into()];
        let built = ["harness", "testkit"]
            .iter()
            .take(if self.testkit.is_empty { 1 } else { 2 });
        for name in built {
            let library = self.product(name);
            if !library.is_file() {
                return None;
            }
            arguments.extend(extern_argument(name, &library));
        }
        arguments.extend(self.crates.arguments());
        Some(Library {
            key: self.key.clone(),
            arguments,
        })
    }

    /// Brings harness and testkit to be.
    ///
    /// # Errors
    ///
    /// When one of them does not compile.
    pub fn provide(&self, work: &Work<'_>) -> Result<Judged<Library>> {
        if let Some(library) = self.built() {
            return Ok(Judged::Done(library));
        }
        fs::create_dir_all(&self.products)
            .with_context(|| format!("cannot make `{}`", self.products.display()))?;
        // Several exercises may come to need it at once: one builds, the others wait.
        let Judged::Done(_lock) = work.lock(&self.products.join("lock"))? else {
            return Ok(Judged::Cancelled);
        };
        if let Some(library) = self.built() {
            return Ok(Judged::Done(library));
        }
        (work.progress)(Stage::Library);
        lay_sources(self.course, self.sources)?;
        let harness = self.sources.join("harness/lib.rs");
        let mut done = self.compile("harness", harness, Vec::new(), work)?;
        if done == Judged::Done(()) && !self.testkit.is_empty {
            done = self.compile_testkit(work)?;
        }
        if done == Judged::Cancelled {
            return Ok(Judged::Cancelled);
        }
        let library = self.built().context("the check libraries are gone again")?;
        Ok(Judged::Done(library))
    }

    fn compile_testkit(&self, work: &Work<'_>) -> Result<Judged<()>> {
        let mut arguments = extern_argument("harness", &self.product("harness")).to_vec();
        for name in self.names {
            arguments.extend(["--cfg".into(), format!("feature=\"{name}\"").into()]);
        }
        for known in ["cfg(feature, values(any()))", "cfg(test)"] {
            arguments.extend(["--check-cfg".into(), known.into()]);
        }
        arguments.extend(self.crates.arguments());
        let mut source = self.sources.join("testkit/lib.rs");
        if let Some(root) = self.testkit.root().filter(|_| self.root_alone) {
            // Beside the modules, which are found from where it is.
            source.set_file_name("root_alone.rs");
            write_if_changed(&source, root.as_bytes())?;
        }
        self.compile("testkit", source, arguments, work)
    }

    fn compile(
        &self,
        name: &str,
        source: PathBuf,
        arguments: Vec<OsString>,
        work: &Work<'_>,
    ) -> Result<Judged<()>> {
        // Under another name until it is whole: a killed compiler leaves no half library.
        let product = self.product(name);
        let unfinished = product.with_extension("unfinished");
        let mut args: Vec<OsString> = vec![
            "--crate-type=rlib".into(),
            "--crate-name".into(),
            name.into(),
            "--edition".into(),
            self.course.edition.as_str().into(),
            "--error-format=json".into(),
            "--json=diagnostic-rendered-ansi".into(),
            // For link-time optimization, which nobody does with it.
            "-C".into(),
            "embed-bitcode=no".into(),
            "-o".into(),
            unfinished.clone().into(),
            source.into(),
        ];
        args.extend(arguments);
        let child = Child::compiler(work.toolchain.rustc(), args, self.sources);
        let ended = work.run(child, &mut |_| {})?;
        match ended.end {
            End::Cancelled => Ok(Judged::Cancelled),
            End::Exited(status) if status.success() => {
                fs::rename(&unfinished, &product)
                    .with_context(|| format!("cannot write `{}`", product.display()))?;
                Ok(Judged::Done(()))
            }
            _ => {
                let said =
                    diagnostics::read(&String::from_utf8_lossy(&ended.output), &str::to_owned);
                let first = said
                    .diagnostics
                    .iter()
                    .find(|one| one.level == Level::Error)
                    .map(|first| first.rendered.clone());
                bail!(
                    "the course's library `{name}` does not compile\n{}",
                    console::strip_ansi_codes(first.as_deref().unwrap_or(&said.other))
                )
            }
        }
    }
}

/// Lays the sources of both libraries where editors and people can read them.
pub fn lay_sources(course: &Course, sources: &Path) -> Result<()> {
    write_if_changed(&sources.join("harness/lib.rs"), HARNESS.as_bytes())?;
    for (path, text) in testkit_files(course)? {
        write_if_changed(&sources.join(path), &text)?;
    }
    Ok(())
}

/// What changes when a file of the testkit does, as far as can be told without reading it.
pub(super) fn testkit_stamps(course: &Course) -> Result<Vec<Stamp>> {
    let stamps = course.source.stamps_below("exercises/testkit");
    stamps.context("cannot read `exercises/testkit`")
}

/// The testkit's files as `testkit/...`.
pub(super) fn testkit_files(course: &Course) -> Result<Vec<(String, Vec<u8>)>> {
    let source = &course.source;
    let files = source
        .files_below("exercises/testkit")
        .context("cannot read `exercises/testkit`")?;
    let read = |path: String| -> Result<(String, Vec<u8>)> {
        let text = source
            .read(&path)
            .with_context(|| format!("cannot read `{path}`"))?;
        Ok((path.trim_start_matches("exercises/").to_owned(), text))
    };
    files
        .into_iter()
        .filter(|path| path.ends_with(".rs"))
        .map(read)
        .collect()
}
