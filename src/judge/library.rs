//! The libraries checks stand on: the harness of this program and the course's testkit.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::crates::{Crates, extern_argument};
use super::process::{self, Cancel, Child, End};
use super::toolchain::Toolchain;
use super::{Judged, Level, Stage, diagnostics, hash, lock, write_if_changed};
use crate::course::Course;

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

/// Brings harness and testkit to be, for the crates an exercise uses: a module
/// of the testkit that needs a crate stands behind `feature = "that crate"`.
/// Sources are laid into `sources`, products into `directory`.
#[allow(clippy::too_many_arguments)]
pub fn provide(
    course: &Course,
    names: &[String],
    crates: &Crates,
    sources: &Path,
    directory: &Path,
    toolchain: &Toolchain,
    cancel: &Cancel,
    progress: &dyn Fn(Stage),
) -> Result<Judged<Library>> {
    let testkit = testkit_files(course)?;
    let mut parts: Vec<&[u8]> = vec![HARNESS.as_bytes()];
    for (path, text) in &testkit {
        parts.extend([path.as_bytes(), text.as_slice()]);
    }
    let toolchain_key = toolchain.key();
    parts.extend([
        crates.key.as_bytes(),
        toolchain_key.as_bytes(),
        course.edition.as_bytes(),
    ]);
    let key = hash(&parts);
    let products = directory.join(&key);

    let mut arguments: Vec<OsString> = vec!["-L".into(), products.clone().into()];
    let mut add = |name: &str| {
        let library = products.join(format!("lib{name}.rlib"));
        arguments.extend(extern_argument(name, &library));
    };
    add("harness");
    if !testkit.is_empty() {
        add("testkit");
    }
    arguments.extend(crates.arguments());
    let library = Library { key, arguments };

    let harness_rlib = products.join("libharness.rlib");
    let testkit_rlib = products.join("libtestkit.rlib");
    let is_built = || harness_rlib.is_file() && (testkit.is_empty() || testkit_rlib.is_file());
    if is_built() {
        return Ok(Judged::Done(library));
    }
    fs::create_dir_all(&products)
        .with_context(|| format!("cannot make `{}`", products.display()))?;
    // Several exercises may come to need it at once: one builds, the others wait.
    let _lock = lock(&products.join("lock"))?;
    if is_built() {
        return Ok(Judged::Done(library));
    }
    progress(Stage::Library);
    lay_sources(course, sources)?;
    let harness = Build {
        name: "harness",
        root: sources.join("harness/lib.rs"),
        product: harness_rlib.clone(),
        arguments: Vec::new(),
    };
    if harness.run(course, toolchain, sources, cancel)? == Judged::Cancelled {
        return Ok(Judged::Cancelled);
    }
    if testkit.is_empty() {
        return Ok(Judged::Done(library));
    }
    let mut arguments = extern_argument("harness", &harness_rlib).to_vec();
    for name in names {
        arguments.extend(["--cfg".into(), format!("feature=\"{name}\"").into()]);
    }
    for known in ["cfg(feature, values(any()))", "cfg(test)"] {
        arguments.extend(["--check-cfg".into(), known.into()]);
    }
    arguments.extend(crates.arguments());
    let testkit = Build {
        name: "testkit",
        root: sources.join("testkit/lib.rs"),
        product: testkit_rlib.clone(),
        arguments,
    };
    Ok(match testkit.run(course, toolchain, sources, cancel)? {
        Judged::Cancelled => Judged::Cancelled,
        Judged::Done(()) => Judged::Done(library),
    })
}

/// Lays the sources of both libraries where editors and people can read them.
pub fn lay_sources(course: &Course, sources: &Path) -> Result<()> {
    write_if_changed(&sources.join("harness/lib.rs"), HARNESS.as_bytes())?;
    for (path, text) in testkit_files(course)? {
        write_if_changed(&sources.join(path), &text)?;
    }
    Ok(())
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
        Ok((
            path.trim_start_matches("exercises/").to_owned(),
            text.into_owned(),
        ))
    };
    files
        .into_iter()
        .filter(|path| path.ends_with(".rs"))
        .map(read)
        .collect()
}

struct Build<'a> {
    name: &'a str,
    root: PathBuf,
    product: PathBuf,
    arguments: Vec<OsString>,
}

impl Build<'_> {
    fn run(
        &self,
        course: &Course,
        toolchain: &Toolchain,
        directory: &Path,
        cancel: &Cancel,
    ) -> Result<Judged<()>> {
        // Under another name until it is whole: a killed compiler leaves no half library.
        let unfinished = self.product.with_extension("unfinished");
        let mut args: Vec<OsString> = vec![
            "--crate-type=rlib".into(),
            "--crate-name".into(),
            self.name.into(),
            "--edition".into(),
            course.edition.as_str().into(),
            "--error-format=json".into(),
            "--json=diagnostic-rendered-ansi".into(),
            "-o".into(),
            unfinished.clone().into(),
            self.root.clone().into(),
        ];
        args.extend(self.arguments.iter().cloned());
        let rustc = toolchain.rustc();
        let ended = process::run(Child::compiler(rustc, args, directory), cancel, &mut |_| {})
            .with_context(|| format!("cannot start `{}`", rustc.display()))?;
        match ended.end {
            End::Cancelled => Ok(Judged::Cancelled),
            End::Exited(status) if status.success() => {
                fs::rename(&unfinished, &self.product)
                    .with_context(|| format!("cannot write `{}`", self.product.display()))?;
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
                    "the course's library `{}` does not compile\n{}",
                    self.name,
                    console::strip_ansi_codes(first.as_deref().unwrap_or(&said.other))
                )
            }
        }
    }
}
