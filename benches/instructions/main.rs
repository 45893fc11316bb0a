//! Instruction counts of the pure paths, held against budgets.
//!
//!     cargo bench --profile instructions --bench instructions                    # every path
//!     cargo bench --profile instructions --bench instructions -- list            # `list` in the name
//!     cargo bench --profile instructions --bench instructions -- --set-budgets   # writes budgets.toml
//!
//! A clock says something else each time, a count does not: it is the same on a busy
//! machine and on an idle one. Callgrind counts. Each path runs once, in a process of
//! its own, as it does in a command; what leads up to it is not counted.

mod budgets;
mod callgrind;
mod inputs;
mod paths;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser as _;

use budgets::{Budgets, Figures};
use paths::{PATHS, Path, SCALINGS};

/// Counts the instructions of the pure paths and fails where a budget is exceeded.
#[derive(clap::Parser)]
struct Options {
    /// Only paths whose names contain one of these; all unless you say
    names: Vec<String>,
    /// Write what is counted, with room, into budgets.toml
    #[arg(long)]
    set_budgets: bool,
    /// Run one path in this process: what Callgrind is started with
    #[arg(long, hide = true, requires = "inputs")]
    run: Option<String>,
    /// The directory that `inputs::make` has filled
    #[arg(long, hide = true)]
    inputs: Option<PathBuf>,
    /// `cargo bench` says it, `cargo test --benches` does not
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match guard(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does what was asked for and says whether every path keeps within its budget.
fn guard(options: &Options) -> Result<bool> {
    if let (Some(name), Some(inputs)) = (&options.run, &options.inputs) {
        let path = PATHS.iter().find(|path| path.name == name);
        path.context("there is no such path")?.run(inputs)?;
        return Ok(true);
    }
    let chosen = chosen(&options.names)?;
    if !options.bench {
        return tried(&chosen);
    }
    callgrind::find()?;
    let figures = count(&chosen)?;
    let mut budgets = Budgets::read()?;
    if options.set_budgets {
        if chosen.len() == PATHS.len() {
            budgets = Budgets::default();
        }
        budgets.set(&figures);
        budgets.write()?;
    }
    print_table(&figures, &budgets);
    let problems = problems(&chosen, &figures, &budgets);
    for problem in &problems {
        eprintln!("\n{problem}");
    }
    Ok(problems.is_empty())
}

/// The paths that are meant.
fn chosen(names: &[String]) -> Result<Vec<&'static Path>> {
    let is_meant = |path: &&Path| {
        names.is_empty() || names.iter().any(|name| path.name.contains(name.as_str()))
    };
    let chosen: Vec<_> = PATHS.iter().filter(is_meant).collect();
    let known: Vec<&str> = PATHS.iter().map(|path| path.name).collect();
    anyhow::ensure!(
        !chosen.is_empty(),
        "no path is called so; there are {}",
        known.join(", ")
    );
    Ok(chosen)
}

/// Under `cargo test` nothing is optimised and nothing counted: each path has to work.
fn tried(chosen: &[&Path]) -> Result<bool> {
    let inputs = inputs::make()?;
    for path in chosen {
        path.run(inputs.path())?;
    }
    Ok(true)
}

fn count(chosen: &[&Path]) -> Result<Figures> {
    let inputs = inputs::make()?;
    let mut figures = Figures::new();
    for path in chosen {
        eprintln!("counting {}", path.name);
        let total = callgrind::count(path.name, inputs.path())
            .with_context(|| format!("cannot count `{}`", path.name))?;
        figures.insert(path.name.to_owned(), total / (path.parts)()?);
    }
    Ok(figures)
}

fn print_table(figures: &Figures, budgets: &Budgets) {
    println!(
        "{:24} {:>13} {:>13}  used",
        "path", "instructions", "budget"
    );
    for (name, figure) in figures {
        let budget = budgets.of(name).unwrap_or_default();
        let used = (figure * 100).checked_div(budget).unwrap_or_default();
        let (figure, budget) = (budgets::grouped(*figure), budgets::grouped(budget));
        println!("{name:24} {figure:>13} {budget:>13} {used:>4} %");
    }
    for scaling in &SCALINGS {
        if let Some(times) = budgets::times(figures, scaling.small, scaling.large) {
            let (small, large) = (scaling.small, scaling.large);
            let most = paths::TIMES;
            println!("{large} takes {times:.1} times what {small} takes, {most} at most");
        }
    }
}

/// What is wrong and what to do about it, a text each.
fn problems(chosen: &[&Path], figures: &Figures, budgets: &Budgets) -> Vec<String> {
    let mut problems = Vec::new();
    for path in chosen {
        let (name, figure) = (path.name, figures[path.name]);
        let Some(budget) = budgets.of(name) else {
            problems.push(format!(
                "error: `{name}` has no budget: {} gives it one",
                set_budgets(name)
            ));
            continue;
        };
        if figure > budget {
            problems.push(format!(
                "error: `{name}` takes {} instructions, its budget is {}\n  \
                 what is counted: {}\n  \
                 where they go: callgrind_annotate --inclusive=yes {}\n  \
                 if it is meant to cost more: {}, and say why in the commit",
                budgets::grouped(figure),
                budgets::grouped(budget),
                path.what,
                callgrind::profile(name).display(),
                set_budgets(name),
            ));
        }
    }
    for scaling in &SCALINGS {
        let (small, large) = (scaling.small, scaling.large);
        let times = budgets::times(figures, small, large);
        if let Some(times) = times.filter(|times| *times > paths::TIMES) {
            problems.push(format!(
                "error: `{large}` takes {times:.1} times what `{small}` takes, for ten times as much: more than {} is not linear\n  \
                 what grows: compare callgrind_annotate {}\n  \
                 \x20                     with callgrind_annotate {}",
                paths::TIMES,
                callgrind::profile(small).display(),
                callgrind::profile(large).display(),
            ));
        }
    }
    if chosen.len() == PATHS.len() {
        let unused = budgets.names().filter(|name| !figures.contains_key(*name));
        problems.extend(unused.map(|name| {
            format!("error: budgets.toml has a budget for `{name}`, which is no path: remove it")
        }));
    }
    problems
}

fn set_budgets(name: &str) -> String {
    format!("`cargo bench --profile instructions --bench instructions -- --set-budgets {name}`")
}
