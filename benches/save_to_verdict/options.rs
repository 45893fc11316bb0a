//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Parser;

use super::runners::Saver;

/// Measures how long a learner waits from a save to the verdict.
///
/// Three kinds of save (all checks pass, a check fails, it does not compile) of
/// four exercises go to `backlings watch`, to the floor (one compiler process that
/// builds and lints, and the check) and to rustlings, in turns. A table in
/// Markdown goes to standard output.
#[derive(Debug, Parser)]
#[command(
    name = "save_to_verdict",
    bin_name = "cargo bench --bench save_to_verdict --"
)]
pub struct Options {
    /// Rounds: in each, every runner has its turn.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Saves of each kind in a runner's turn.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub saves: u32,
    /// Only these exercises, as in `--only std,axum`.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Compare with rustlings 6.5: `install` installs it below the target
    /// directory, anything else is the path of one that is there.
    #[arg(long, value_name = "install|PATH")]
    pub rustlings: Option<String>,
    /// Write every sample to this file.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Save as many editors do: write another file, rename it over the old one.
    #[arg(long)]
    pub rename: bool,
    /// How long a watcher is left alone before each save, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 400)]
    pub settle: u64,
    /// Work in this directory and keep it, so that crates are not built again
    /// the next time. A temporary directory otherwise.
    #[arg(long, value_name = "DIR")]
    pub work: Option<PathBuf>,
    /// Measure an exercise of another course, without rustlings.
    #[arg(long, value_name = "DIR", requires_all = ["exercise", "good", "failing"], conflicts_with_all = ["rustlings", "only"])]
    pub course: Option<PathBuf>,
    /// Its name.
    #[arg(long, value_name = "NAME", requires = "course")]
    pub exercise: Option<String>,
    /// A text of its subject that passes.
    #[arg(long, value_name = "FILE", requires = "course")]
    pub good: Option<PathBuf>,
    /// A text that compiles and fails a check.
    #[arg(long, value_name = "FILE", requires = "course")]
    pub failing: Option<PathBuf>,
    /// A text that does not compile.
    #[arg(long, value_name = "FILE", requires = "course")]
    pub broken: Option<PathBuf>,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    pub bench: bool,
}

impl Options {
    /// Refuses what would measure something else.
    pub fn check(&self) -> Result<()> {
        if cfg!(debug_assertions) {
            bail!("this is a debug build: cargo bench --bench save_to_verdict");
        }
        Ok(())
    }

    /// How files are saved.
    pub fn saver(&self) -> Saver {
        Saver {
            rename: self.rename,
            settle: Duration::from_millis(self.settle),
        }
    }
}
