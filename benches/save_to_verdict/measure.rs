//! The rounds: who saves what when.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser as _;
use serde::Serialize;

use super::course::{self, Exercise, Save};
use super::floor::Floor;
use super::machine::Machine;
use super::options::Options;
use super::process::{BUILD_LIMIT, LIMIT, Run};
use super::runners::{Backlings, Runner, Saver};
use super::rustlings::Rustlings;
use super::table::{Sample, markdown};

/// All that was measured.
#[derive(Serialize)]
struct Results<'a> {
    schema: u32,
    machine: &'a Machine,
    rounds: u32,
    saves: u32,
    rename: bool,
    settle_ms: u64,
    samples: &'a [Sample],
}

pub fn run() -> Result<()> {
    let options = Options::parse();
    if !options.bench {
        // `cargo test --all-targets` starts benchmarks, too.
        eprintln!("nothing is measured: cargo bench --bench save_to_verdict");
        return Ok(());
    }
    options.check()?;
    let run = Run::begin(options.work.as_deref())?;
    let machine = Machine::ask(&run)?;
    let samples = measure(&options, &run)?;
    println!("{}\n\n{machine}", markdown(&samples));
    if let Some(file) = &options.json {
        let results = Results {
            schema: 1,
            machine: &machine,
            rounds: options.rounds,
            saves: options.saves,
            rename: options.rename,
            settle_ms: options.settle,
            samples: &samples,
        };
        let text = serde_json::to_string_pretty(&results)? + "\n";
        fs::write(file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    Ok(())
}

fn measure(options: &Options, run: &Run) -> Result<Vec<Sample>> {
    let directory = options.course.clone().unwrap_or_else(course::directory);
    let exercises = match &options.exercise {
        Some(name) => vec![Exercise::given(name, options)?],
        None => course::built_in(&options.only)?,
    };
    let backlings = Backlings::prepare(run, &directory)?;
    let rustlings = match options.rustlings.as_deref() {
        Some(place) => Some(Rustlings::prepare(run, place, &directory, &exercises)?),
        None => None,
    };
    let mut samples = Vec::new();
    for exercise in &exercises {
        let saver = options.saver();
        let mut runners = start(run, &backlings, rustlings.as_ref(), exercise, saver)?;
        warm_up(exercise, &mut runners)?;
        for round in 0..options.rounds {
            measure_round(options, exercise, round, &mut runners, &mut samples)?;
        }
    }
    Ok(samples)
}

/// Starts every runner that there is for an exercise.
fn start<'a>(
    run: &'a Run,
    backlings: &Backlings<'a>,
    rustlings: Option<&Rustlings<'a>>,
    exercise: &Exercise,
    saver: Saver,
) -> Result<Vec<Box<dyn Runner + 'a>>> {
    eprintln!(
        "{}: preparing, which builds crates the first time",
        exercise.name
    );
    let file = backlings.file_of(exercise)?;
    let commands = backlings.commands_of(exercise, &file)?;
    let floor = run.path().join("floor").join(&exercise.name);
    let floor = Floor::new(run, commands, backlings.root(), &floor, &file)?;
    let watcher = backlings.watch(exercise, &file, saver)?;
    // The floor comes first: it tells at once of a text with another verdict.
    let mut runners: Vec<Box<dyn Runner + 'a>> = vec![Box::new(floor), Box::new(watcher)];
    if let Some(rustlings) = rustlings.filter(|_| exercise.tests.is_some()) {
        runners.push(Box::new(rustlings.watch(exercise, saver)?));
    }
    Ok(runners)
}

/// One save of each sort that is not counted: it builds what is built once.
fn warm_up(exercise: &Exercise, runners: &mut [Box<dyn Runner + '_>]) -> Result<()> {
    for runner in runners {
        for save in exercise.saves() {
            save_once(exercise, save, "warm-up", BUILD_LIMIT, runner.as_mut())?;
        }
    }
    Ok(())
}

fn measure_round(
    options: &Options,
    exercise: &Exercise,
    round: u32,
    runners: &mut [Box<dyn Runner + '_>],
    samples: &mut Vec<Sample>,
) -> Result<()> {
    // Whoever comes first is another one each time.
    runners.rotate_left(usize::from(round > 0));
    for runner in runners {
        let mut told = Vec::new();
        for count in 0..options.saves {
            for save in exercise.saves() {
                let mark = format!("round {round}, save {count}");
                let milliseconds = save_once(exercise, save, &mark, LIMIT, runner.as_mut())?;
                told.push(format!("{milliseconds:.0}"));
                samples.push(Sample {
                    exercise: exercise.name.clone(),
                    save,
                    runner: runner.name(),
                    round,
                    milliseconds,
                });
            }
        }
        eprintln!(
            "{}: round {} of {}, {}: {} ms",
            exercise.name,
            round + 1,
            options.rounds,
            runner.name(),
            told.join(" ")
        );
    }
    Ok(())
}

/// Saves one sort of text, told apart from every other by a comment; how long
/// the verdict took, in milliseconds.
fn save_once(
    exercise: &Exercise,
    save: Save,
    mark: &str,
    limit: Duration,
    runner: &mut dyn Runner,
) -> Result<f64> {
    let text = exercise.text(save, mark);
    let took = runner
        .save(save, &text, limit)
        .with_context(|| format!("{}, {}: {save}", exercise.name, runner.name()))?;
    Ok(took.as_secs_f64() * 1000.0)
}
