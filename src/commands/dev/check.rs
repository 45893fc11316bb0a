//! `backlings dev check`: proves a course, or some of its exercises.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use anyhow::Context as _;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::super::progress::ProgressLine;
use super::super::{Context, cancel_on_signals, emit};
use super::{course, exercise, jobs, side_by_side};
use crate::author::{self, Answers, Attempt, Kind, Ledger, Proof, Prover};
use crate::cli::{DevCheckArgs, Format};
use crate::course::{self, Exercise};
use crate::error::{Error, Result};
use crate::judge::{Cancel, Judged};
use crate::screen::{self, ExerciseProof, Paint, Proofs};

pub fn check(context: &Context, args: &DevCheckArgs) -> Result<ExitCode> {
    let cancel = Cancel::default();
    cancel_on_signals(&cancel)?;
    if args.watch {
        return watch(context, args, &cancel);
    }
    let proofs = prove(context, args, args.fresh, &cancel)?;
    emit(&match args.format {
        Format::Json => screen::proofs_json(&proofs),
        Format::Human => screen::proofs(&proofs, args.slowest, context.paint),
    })?;
    Ok(ExitCode::from(u8::from(!proofs.all_proven())))
}

/// One exercise's part of the work.
struct Task<'a> {
    exercise: &'a Exercise,
    answers: Answers,
    key: String,
    /// Where nothing has changed since.
    known: Option<Proof>,
    /// What came of each answer so far.
    attempts: Mutex<Vec<Option<Attempt>>>,
}

impl<'a> Task<'a> {
    fn new(exercise: &'a Exercise, answers: Answers, key: String, known: Option<Proof>) -> Self {
        let attempts = Mutex::new(vec![None; answers.candidates.len()]);
        Self {
            exercise,
            answers,
            key,
            known,
            attempts,
        }
    }

    /// Notes what came of an answer; all of them, once they are there.
    fn note(&self, index: usize, attempt: Attempt) -> Option<Vec<Attempt>> {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts[index] = Some(attempt);
        attempts.iter().cloned().collect()
    }
}

fn prove(context: &Context, args: &DevCheckArgs, fresh: bool, cancel: &Cancel) -> Result<Proofs> {
    let (course, directory) = course(context, args.course.as_deref())?;
    let course = Arc::new(course);
    let mut chosen: Vec<&Exercise> = Vec::new();
    for name in &args.names {
        let one = exercise(&course, name)?;
        if !chosen.iter().any(|other| other.id == one.id) {
            chosen.push(one);
        }
    }
    if args.names.is_empty() {
        chosen.extend(&course.exercises);
    }
    let cache = author::cache(&course, &directory)?;
    let runs = usize::from(args.runs);
    let prover = Prover::new(course.clone(), &directory, &cache, runs)?;
    let ledger = Ledger::open(&cache);

    let mut tasks = Vec::new();
    for exercise in chosen {
        let answers = Answers::find(&course, exercise)?;
        let key = prover.key(exercise, &answers)?;
        let known = ledger.find(exercise, &key, runs).filter(|_| !fresh);
        tasks.push(Task::new(exercise, answers, key, known));
    }
    let mut findings = Vec::new();
    if args.names.is_empty() {
        let owned: BTreeSet<String> = tasks
            .iter()
            .flat_map(|task| task.answers.files.iter().cloned())
            .collect();
        findings = author::tree_of_course(&course, &owned)?;
    }
    let exercises = prove_all(&prover, &ledger, &tasks, args, context.paint, cancel)?;
    nothing_could_be_judged(&exercises)?;
    findings.extend(author::stale_lock(&course, &cache)?);
    Ok(Proofs {
        course: course.name.clone(),
        whole: args.names.is_empty(),
        place: args.course.clone(),
        findings,
        exercises,
    })
}

/// Proves what is not known yet, all answers of all exercises side by side.
fn prove_all(
    prover: &Prover,
    ledger: &Ledger,
    tasks: &[Task<'_>],
    args: &DevCheckArgs,
    paint: Paint,
    cancel: &Cancel,
) -> Result<Vec<ExerciseProof>> {
    let mut work: Vec<(usize, usize)> = Vec::new();
    for (task, answers) in tasks.iter().map(|task| &task.answers).enumerate() {
        if tasks[task].known.is_none() {
            work.extend((0..answers.candidates.len()).map(|candidate| (task, candidate)));
        }
    }
    // Programs wait more than they work: begun first, they keep nobody waiting at the end.
    work.sort_by_key(|(task, _)| tasks[*task].exercise.kind != course::Kind::Program);
    let bar = ProgressLine::counting(work.len(), "answers", paint);
    let prove_one = |lane: usize, (task, index): &(usize, usize)| -> Result<Option<Proof>> {
        let task = &tasks[*task];
        bar.say(task.exercise.name.clone());
        let candidate = &task.answers.candidates[*index];
        let Judged::Done(attempt) = prover.attempt(task.exercise, candidate, lane, cancel)? else {
            return Ok(None);
        };
        bar.advance();
        let Some(attempts) = task.note(*index, attempt) else {
            return Ok(None);
        };
        let proof = prover.conclude(task.exercise, &task.answers, &attempts)?;
        if proof.findings.is_empty() {
            ledger.keep(
                task.exercise,
                task.key.clone(),
                usize::from(args.runs),
                &proof,
            )?;
        }
        Ok(Some(proof))
    };
    let results = side_by_side(&work, jobs(args.jobs), prove_one);
    drop(bar);
    let mut proofs: Vec<Option<Proof>> = tasks.iter().map(|task| task.known.clone()).collect();
    for ((task, _), result) in work.iter().zip(results) {
        if let Some(proof) = result? {
            proofs[*task] = Some(proof);
        }
    }
    let mut exercises = Vec::new();
    for (task, proof) in tasks.iter().zip(proofs) {
        let proof = proof.ok_or_else(|| {
            Error::broken("stopped before all was proven; what was proven is kept")
        })?;
        exercises.push(ExerciseProof {
            name: task.exercise.name.clone(),
            kept: task.known.is_some(),
            proof,
        });
    }
    Ok(exercises)
}

/// A machine that is not in order says the same of every exercise.
fn nothing_could_be_judged(exercises: &[ExerciseProof]) -> Result<()> {
    let problem = |one: &ExerciseProof| -> Option<String> {
        let mut findings = one.proof.findings.iter();
        let found = findings.find(|finding| finding.kind == Kind::Unjudged)?;
        found.details.first().cloned()
    };
    let problems: Vec<String> = exercises.iter().filter_map(problem).collect();
    match problems.first() {
        Some(first)
            if exercises.len() > 1
                && problems.len() == exercises.len()
                && problems.iter().all(|problem| problem == first) =>
        {
            Err(Error::broken(first.clone()))
        }
        _ => Ok(()),
    }
}

/// Proves now and after every save, until somebody ends it.
fn watch(context: &Context, args: &DevCheckArgs, cancel: &Cancel) -> Result<ExitCode> {
    let (_, directory) = course(context, args.course.as_deref())?;
    let (sender, saves) = mpsc::channel();
    let _watcher = watch_files(&directory, sender)?;
    let mut fresh = args.fresh;
    loop {
        match prove(context, args, fresh, cancel) {
            Ok(proofs) => emit(&screen::proofs(&proofs, args.slowest, context.paint))?,
            Err(_) if cancel.is_cancelled() => return Ok(ExitCode::SUCCESS),
            // A text that is half written is no reason to leave.
            Err(error @ Error::Broken(_)) => emit(&format!("error: {error}\n"))?,
            Err(error) => return Err(error),
        }
        fresh = false;
        emit(&format!(
            "\n{}\n\n",
            context
                .paint
                .dim("Watching the course: save a file to prove again, Ctrl-C ends.")
        ))?;
        loop {
            match saves.recv_timeout(Duration::from_millis(100)) {
                Ok(()) => break,
                Err(_) if cancel.is_cancelled() => return Ok(ExitCode::SUCCESS),
                Err(_) => {}
            }
        }
        // Saves come in bursts: an editor's rename, a formatter, a branch that is changed.
        while saves.recv_timeout(Duration::from_millis(60)).is_ok() {}
    }
}

fn watch_files(directory: &Path, saves: mpsc::Sender<()>) -> Result<RecommendedWatcher> {
    let info = directory.join("info.toml");
    let exercises = directory.join("exercises");
    let concerns = move |path: &PathBuf| *path == info || path.starts_with(&exercises);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let matters = event.is_ok_and(|event| {
            !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(&concerns)
        });
        if matters {
            // Nobody listens any more at the end.
            let _ = saves.send(());
        }
    })
    .context("cannot watch files")?;
    // The directory itself, for editors that put a new `info.toml` in the old one's place.
    for (path, mode) in [
        (directory.to_owned(), RecursiveMode::NonRecursive),
        (directory.join("exercises"), RecursiveMode::Recursive),
    ] {
        watcher
            .watch(&path, mode)
            .with_context(|| format!("cannot watch `{}`", path.display()))?;
    }
    Ok(watcher)
}
