//! Crates as one shared library. With many crates the linker takes the larger
//! part of a save; against one library that is linked already it has little to do.
//!
//! The library holds the crates; beside it stands a crate of each one's name that
//! only re-exports it, so that the compiler's messages stay the same. What is
//! made is proven by a program before it is used, and where any of it fails the
//! crates are linked as Cargo built them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::crates::extern_argument;
use super::process::{Child, End};
use super::work::Work;
use super::{Judged, write_if_changed};

/// A shared library of crates, and what stands for each of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shared {
    directory: PathBuf,
    library: PathBuf,
    /// Crate name to the library that re-exports it.
    pub externs: BTreeMap<String, PathBuf>,
}

/// What a shared library is made from.
#[derive(Debug)]
pub struct Parts<'a> {
    /// Crate name to its library; no procedural macros.
    pub externs: &'a BTreeMap<String, PathBuf>,
    /// What the compiler must be told to find what these need.
    pub search: Vec<OsString>,
    /// Native libraries (`libNAME.a`) that are linked into them.
    pub natives: &'a [PathBuf],
    pub edition: &'a str,
}

impl Shared {
    /// The arguments that let a program find the library, and the compiler its metadata.
    pub fn arguments(&self) -> Vec<OsString> {
        let mut dependency = OsString::from("dependency=");
        dependency.push(&self.directory);
        let mut arguments = vec!["-L".into(), dependency];
        // Not `-Wl,`, which would cut a path at its commas.
        for argument in ["-Xlinker", "-rpath", "-Xlinker"] {
            arguments.extend(link_argument(argument));
        }
        arguments.extend(link_argument(&self.directory));
        arguments
    }

    /// Whether all of it is still there.
    pub fn is_whole(&self) -> bool {
        self.library.is_file() && self.externs.values().all(|library| library.is_file())
    }

    /// Makes a shared library in `directory`; nothing where that cannot be done here.
    pub fn make(parts: &Parts<'_>, directory: &Path, work: &Work<'_>) -> Judged<Option<Self>> {
        // Elsewhere nobody has tried how native symbols are handed on.
        let possible = cfg!(target_os = "linux") || cfg!(unix) && parts.natives.is_empty();
        if !possible || !work.toolchain.shared_std || parts.externs.is_empty() {
            return Judged::Done(None);
        }
        let maker = Maker {
            parts,
            directory,
            work,
        };
        let made = maker.make();
        if work.cancel.is_cancelled() {
            return Judged::Cancelled;
        }
        Judged::Done(made.ok())
    }
}

fn link_argument(value: impl Into<OsString>) -> [OsString; 2] {
    let mut argument = OsString::from("link-arg=");
    argument.push(value.into());
    ["-C".into(), argument]
}

struct Maker<'a> {
    parts: &'a Parts<'a>,
    directory: &'a Path,
    work: &'a Work<'a>,
}

impl Maker<'_> {
    fn make(&self) -> Result<Shared> {
        let _ = fs::remove_dir_all(self.directory);
        let symbols = self.native_symbols()?;
        // Two sets of crates must not be taken for one another.
        let name = self.directory.file_name().context("no directory")?;
        let name = format!("course_{}", name.to_string_lossy().replace('-', "_"));

        let uses: String = self
            .names()
            .map(|one| format!("pub use {one};\n"))
            .collect();
        let mut arguments = vec!["--crate-type=dylib".into()];
        for (name, library) in self.parts.externs {
            arguments.extend(extern_argument(name, library));
        }
        if !symbols.is_empty() {
            // The crates' generic code is compiled into programs, which then call these.
            let script = self.directory.join("native.ver");
            let list: String = symbols.iter().map(|one| format!("{one};\n")).collect();
            write_if_changed(&script, format!("{{ global:\n{list}}};\n").as_bytes())?;
            let mut argument = OsString::from("--version-script=");
            argument.push(script);
            arguments.extend(link_argument("-Xlinker"));
            arguments.extend(link_argument(argument));
        }
        let library = self.directory.join(format!(
            "{}{name}{}",
            std::env::consts::DLL_PREFIX,
            std::env::consts::DLL_SUFFIX
        ));
        self.compile(&name, &uses, arguments, &library)?;

        let mut externs = BTreeMap::new();
        for one in self.names() {
            let facade = self.directory.join(format!("lib{one}.rlib"));
            let mut arguments = vec![
                "--crate-type=rlib".into(),
                "-C".into(),
                "metadata=re-export".into(),
            ];
            arguments.extend(extern_argument(&name, &library));
            let text = format!("pub use {name}::{one}::*;\n");
            self.compile(one, &text, arguments, &facade)?;
            externs.insert(one.clone(), facade);
        }
        let shared = Shared {
            directory: self.directory.to_owned(),
            library,
            externs,
        };
        self.prove(&shared, &symbols)?;
        Ok(shared)
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.parts.externs.keys()
    }

    fn native_symbols(&self) -> Result<Vec<String>> {
        let mut symbols = Vec::new();
        for archive in self.parts.natives {
            let bytes = fs::read(archive)?;
            symbols.extend(archive_symbols(&bytes).context("an archive without an index")?);
        }
        symbols.sort();
        symbols.dedup();
        Ok(symbols)
    }

    /// A program that needs every crate and every native symbol must link and run.
    fn prove(&self, shared: &Shared, symbols: &[String]) -> Result<()> {
        let uses: String = self
            .names()
            .map(|one| format!("use {one} as _;\n"))
            .collect();
        let declared: String = symbols
            .iter()
            .enumerate()
            .map(|(at, one)| format!("#[link_name = \"{one}\"] fn s{at}();\n"))
            .collect();
        let used: String = (0..symbols.len())
            .map(|at| format!("s{at} as *const (),"))
            .collect();
        let text = format!(
            "#![allow(warnings)]\n{uses}unsafe extern \"C\" {{\n{declared}}}\n\
             fn main() {{\n    let all: &[*const ()] = &[{used}];\n    std::hint::black_box(all);\n}}\n"
        );
        let mut arguments: Vec<OsString> = vec!["--crate-type=bin".into()];
        for (name, library) in &shared.externs {
            arguments.extend(extern_argument(name, library));
        }
        arguments.extend(shared.arguments());
        let program = self.directory.join("proof");
        self.compile("proof", &text, arguments, &program)?;
        let mut child = Child::compiler(&program, Vec::new(), self.directory);
        child.env.push(self.work.toolchain.loader_path());
        self.run(child)
    }

    fn compile(
        &self,
        name: &str,
        text: &str,
        mut arguments: Vec<OsString>,
        product: &Path,
    ) -> Result<()> {
        let source = self.directory.join(format!("{name}.rs"));
        write_if_changed(&source, text.as_bytes())?;
        arguments.extend(self.parts.search.iter().cloned());
        arguments.extend([
            "--crate-name".into(),
            name.into(),
            "--edition".into(),
            self.parts.edition.into(),
            "-C".into(),
            "prefer-dynamic".into(),
            "-C".into(),
            "embed-bitcode=no".into(),
            "-o".into(),
            product.into(),
            source.into(),
        ]);
        self.run(Child::compiler(
            self.work.toolchain.rustc(),
            arguments,
            self.directory,
        ))
    }

    fn run(&self, child: Child<'_>) -> Result<()> {
        let ended = self.work.run(child, &mut |_| {})?;
        match ended.end {
            End::Exited(status) if status.success() => Ok(()),
            _ => bail!("{}", String::from_utf8_lossy(&ended.output)),
        }
    }
}

/// The names in the index of an archive as GNU and System V write it: a first
/// member `/` (or `/SYM64/`) with a big-endian count, as many offsets, and the
/// names, each ended by a zero byte (`ar.h`, and "File format" in binutils' manual).
fn archive_symbols(bytes: &[u8]) -> Option<Vec<String>> {
    let rest = bytes
        .strip_prefix(b"!<arch>\n")
        .or_else(|| bytes.strip_prefix(b"!<thin>\n"))?;
    let (header, rest) = rest.split_at_checked(60)?;
    let width = match header.get(..16)?.trim_ascii_end() {
        b"/" => 4,
        b"/SYM64/" => 8,
        _ => return None,
    };
    let size: usize = std::str::from_utf8(&header[48..58])
        .ok()?
        .trim()
        .parse()
        .ok()?;
    let index = rest.get(..size)?;
    let (count, rest) = index.split_at_checked(width)?;
    let count = count
        .iter()
        .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
    let names = rest.get(count.checked_mul(width)?..)?;
    let names: Vec<String> = names
        .split(|byte| *byte == 0)
        .take(count)
        .map(|name| String::from_utf8(name.to_vec()).ok())
        .collect::<Option<_>>()?;
    (names.len() == count).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(index: &[u8], name: &str) -> Vec<u8> {
        let header = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            0,
            0,
            index.len()
        );
        [b"!<arch>\n", header.as_bytes(), index].concat()
    }

    #[test]
    fn reads_an_archives_index() {
        let index = b"\0\0\0\x02\0\0\0\x08\0\0\0\x40sqlite3_open\0sqlite3_step\0";
        let names = archive_symbols(&archive(index, "/")).unwrap();
        assert_eq!(names, ["sqlite3_open", "sqlite3_step"]);
    }

    #[test]
    fn reads_an_index_of_wide_offsets() {
        let index = b"\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x08one\0";
        assert_eq!(
            archive_symbols(&archive(index, "/SYM64/")).unwrap(),
            ["one"]
        );
    }

    #[test]
    fn an_archive_without_an_index_has_none() {
        assert_eq!(archive_symbols(&archive(b"data", "a.o/")), None);
        assert_eq!(archive_symbols(b"!<arch>\n"), None);
        assert_eq!(archive_symbols(&archive(b"\xff\xff\xff\xff", "/")), None);
    }

    #[test]
    fn reads_what_a_real_archiver_wrote() {
        let directory = tempfile::tempdir().unwrap();
        let run = |program: &str, args: &[&str]| {
            let done = duct::cmd(program, args).dir(directory.path()).run();
            assert!(done.is_ok(), "{program}: {done:?}");
        };
        let source = "int shown(void) { return 1; }\nstatic int hidden(void) { return 2; }\n\
                      int (*kept)(void) = hidden;\n";
        fs::write(directory.path().join("a.c"), source).unwrap();
        if !cfg!(target_os = "linux") {
            eprintln!("skipped: the index is read on Linux only");
            return;
        }
        run("cc", &["-c", "a.c"]);
        run("ar", &["rcs", "liba.a", "a.o"]);
        let bytes = fs::read(directory.path().join("liba.a")).unwrap();
        assert_eq!(archive_symbols(&bytes).unwrap(), ["shown", "kept"]);
    }
}
