//! Which linker: the toolchain's own, or a faster one where it is installed and
//! has been seen to work.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::process::{Child, End};
use super::work::Work;
use super::write_if_changed;

/// What may be faster than GNU ld, which takes more than twice their time.
const FASTER: [&str; 2] = ["lld", "mold"];

/// What was chosen, and for which compiler.
#[derive(Serialize, Deserialize)]
struct Choice {
    toolchain: String,
    /// The linker's name, or nothing for the toolchain's own.
    linker: Option<String>,
}

/// The choice that was made in `directory`.
pub struct Linker<'a> {
    directory: &'a Path,
}

impl<'a> Linker<'a> {
    /// `directory` is the judge's own.
    pub fn new(directory: &'a Path) -> Self {
        Self { directory }
    }

    fn file(&self) -> PathBuf {
        self.directory.join("linker.json")
    }

    fn chosen(&self, toolchain: &str) -> Option<Choice> {
        let text = fs::read(self.file()).ok()?;
        let choice: Choice = serde_json::from_slice(&text).ok()?;
        (choice.toolchain == toolchain).then_some(choice)
    }

    /// The arguments for the compiler; none where nothing has been chosen yet.
    pub fn arguments(&self, toolchain: &str) -> Vec<OsString> {
        match self.chosen(toolchain).and_then(|choice| choice.linker) {
            Some(linker) => arguments(&linker),
            None => Vec::new(),
        }
    }

    /// Chooses, unless that has been done: by a program that is linked and run.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written.
    pub fn choose(&self, work: &Work<'_>) -> Result<()> {
        let toolchain = work.toolchain.key();
        // Only there is GNU ld the rule, and `-fuse-ld` what the C compiler knows.
        if !cfg!(target_os = "linux") || self.chosen(&toolchain).is_some() {
            return Ok(());
        }
        let scratch = self.directory.join("linker");
        fs::create_dir_all(&scratch)
            .with_context(|| format!("cannot make `{}`", scratch.display()))?;
        let linker = first_that_works(|linker| self.try_out(&scratch, linker, work));
        let _ = fs::remove_dir_all(&scratch);
        if work.cancel.is_cancelled() {
            return Ok(());
        }
        self.write(&Choice { toolchain, linker })
    }

    /// Goes back to the toolchain's own, where another one was chosen: it may have
    /// been removed since.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written.
    pub fn give_up(&self, toolchain: &str) -> Result<()> {
        match self.chosen(toolchain) {
            Some(Choice {
                toolchain,
                linker: Some(_),
            }) => self.write(&Choice {
                toolchain,
                linker: None,
            }),
            _ => Ok(()),
        }
    }

    fn write(&self, choice: &Choice) -> Result<()> {
        let text = serde_json::to_vec(choice).context("cannot write JSON")?;
        write_if_changed(&self.file(), &text)
    }

    /// Links a program with a linker, or with the toolchain's own, and runs it.
    /// Returns the command that linked it, where both went well.
    fn try_out(&self, scratch: &Path, linker: Option<&str>, work: &Work<'_>) -> Option<String> {
        let source = scratch.join("hello.rs");
        write_if_changed(&source, b"fn main() { println!(\"hello\"); }\n").ok()?;
        let program = scratch.join("hello");
        let mut args: Vec<OsString> = vec![
            "--edition=2021".into(),
            "--print=link-args".into(),
            "-o".into(),
            program.clone().into(),
            source.into(),
        ];
        args.extend(linker.map(arguments).into_iter().flatten());
        let compiler = Child::compiler(work.toolchain.rustc(), args, scratch);
        let linked = work.run(compiler, &mut |_| {}).ok()?;
        let ran = work
            .run(Child::compiler(&program, Vec::new(), scratch), &mut |_| {})
            .ok()?;
        let well = |end: &End| matches!(end, End::Exited(status) if status.success());
        let both = well(&linked.end) && well(&ran.end) && ran.output == b"hello\n";
        both.then(|| String::from_utf8_lossy(&linked.output).into_owned())
    }
}

fn arguments(linker: &str) -> Vec<OsString> {
    vec!["-C".into(), format!("link-arg=-fuse-ld={linker}").into()]
}

/// The first faster linker with which a program links and runs; none where the
/// toolchain's own is one of them. `try_out` gives the command that linked.
fn first_that_works(try_out: impl Fn(Option<&str>) -> Option<String>) -> Option<String> {
    let own = try_out(None)?;
    if FASTER.iter().any(|faster| own.contains(faster)) {
        return None;
    }
    let mut faster = FASTER.iter();
    faster
        .find(|linker| try_out(Some(linker)).is_some())
        .map(|linker| (*linker).to_owned())
}

#[cfg(test)]
mod tests {
    use super::first_that_works;

    fn machine(own: &str, installed: &[&str]) -> Option<String> {
        first_that_works(|linker| match linker {
            None => Some(format!("\"cc\" \"-m64\" {own}")),
            Some(linker) => installed.contains(&linker).then(String::new),
        })
    }

    #[test]
    fn the_first_faster_linker_that_works_is_taken() {
        assert_eq!(machine("", &["lld", "mold"]).as_deref(), Some("lld"));
        assert_eq!(machine("", &["mold"]).as_deref(), Some("mold"));
        assert_eq!(machine("", &[]), None);
    }

    #[test]
    fn a_toolchain_that_has_a_fast_one_keeps_it() {
        assert_eq!(machine("\"-fuse-ld=lld\"", &["lld", "mold"]), None);
    }

    #[test]
    fn where_nothing_links_nothing_is_chosen() {
        assert_eq!(first_that_works(|_| None), None);
    }
}
