//! One file per command: each reads like its `--help`.

mod check_all;
mod dev;
mod hint;
mod init;
mod list;
mod prefetch;
mod progress;
mod reset;
mod run;
mod solution;
mod update;
mod waiting;
mod watch;

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use console::Term;

use crate::cli::{Cli, ColorChoice, Command, WatchArgs};
use crate::course::{Course, Exercise};
use crate::error::{Error, Result};
use crate::judge::{Cancel, Judge, Judged, Outcome, Stage};
use crate::screen::Paint;
use crate::trust;
use crate::workspace::{self, Progress, Workspace};
pub use check_all::judge_all;

/// Where a command was called and how it may write.
struct Context {
    here: PathBuf,
    workspace: Option<PathBuf>,
    trust: bool,
    paint: Paint,
}

/// Carries out what was asked for.
///
/// # Errors
///
/// When it cannot be done; a subject that does not pass is no error but exit code 1.
pub fn dispatch(cli: Cli) -> Result<ExitCode> {
    let here = env::current_dir().context("this directory does not exist any more")?;
    let width = match Term::stdout().size_checked() {
        Some((_, columns)) => usize::from(columns).max(20),
        None => Paint::PLAIN.width,
    };
    let paint = Paint {
        color: use_color(cli.color),
        width,
    };
    let context = Context {
        here,
        workspace: cli.workspace,
        trust: cli.trust,
        paint,
    };
    if cli.command.is_some() && cli.watch != WatchArgs::default() {
        return Err(Error::usage(
            "`--manual`, `--poll` and `--plain` are options of `watch`: write them after it",
        ));
    }
    match cli.command {
        None => watch::watch(&context, &cli.watch),
        Some(Command::Watch(args)) => watch::watch(&context, &args),
        Some(Command::Run { name, format }) => run::run(&context, name.as_deref(), format),
        Some(Command::Hint { name, level, all }) => {
            hint::hint(&context, name.as_deref(), level, all)
        }
        Some(Command::List { format }) => list::list(&context, format),
        Some(Command::Reset { name }) => reset::reset(&context, &name),
        Some(Command::Solution { name, anyway }) => solution::solution(&context, &name, anyway),
        Some(Command::Prefetch) => prefetch::prefetch(&context),
        Some(Command::CheckAll { format, fresh }) => check_all::check_all(&context, format, fresh),
        Some(Command::Init { directory, course }) => {
            init::init(&context, &directory, course.as_deref())
        }
        Some(Command::Update) => update::update(&context),
        Some(Command::Dev(command)) => dev::dev(&context, command),
    }
}

/// `--color` first, then NO_COLOR (no-color.org) and CLICOLOR_FORCE
/// (bixense.com/clicolors), then whether there is a terminal.
fn use_color(choice: ColorChoice) -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR") => false,
        ColorChoice::Auto if env::var("CLICOLOR_FORCE").is_ok_and(|value| value != "0") => true,
        ColorChoice::Auto => {
            io::stdout().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}

impl Context {
    /// The workspace a command means; that it is out of date is told.
    fn open(&self) -> Result<Workspace> {
        let workspace = self.open_as_it_is()?;
        if let Some(note) = workspace.outdated()? {
            eprintln!("note: {note}");
        }
        Ok(workspace)
    }

    /// The workspace a command means.
    fn open_as_it_is(&self) -> Result<Workspace> {
        match workspace::locate(&self.here, self.workspace.as_deref()) {
            Some(root) => Workspace::open(&root),
            None => Err(Error::usage(match &self.workspace {
                Some(named) if self.here.join(named).exists() => format!(
                    "`{0}` is not a workspace: `backlings init DIR` makes one in a new directory",
                    named.display()
                ),
                Some(named) => format!(
                    "there is no workspace `{0}`: `backlings init {0}` makes one there",
                    named.display()
                ),
                None => {
                    "there is no workspace here or above: `backlings watch` makes one and starts, \
                         `backlings init` only makes it, `--workspace DIR` names one elsewhere"
                        .to_owned()
                }
            })),
        }
    }

    /// The workspace a command means, or a new one where there is none; with it
    /// what is to be told of that. Its course may run.
    fn open_or_make(&self) -> Result<(Workspace, Vec<String>)> {
        if let Some(root) = workspace::locate(&self.here, self.workspace.as_deref()) {
            let workspace = Workspace::open(&root)?;
            self.permit(&workspace.course)?;
            return Ok((workspace, Vec::new()));
        }
        let place = match &self.workspace {
            Some(named) => self.here.join(named),
            None => workspace::default_place(&self.here),
        };
        let standing_in = workspace::enclosing_course(&self.here);
        let course = workspace::load_course(standing_in)?;
        self.permit(&course)?;
        let made = Workspace::make(course, &place)?;
        let note = format!(
            "made your workspace `{}`: the files to edit are there",
            shorten(&place, &self.here)
        );
        Ok((made, vec![note]))
    }

    /// Makes sure that a course may run its code here: asks, the first time.
    fn permit(&self, course: &Course) -> Result<()> {
        let Some(directory) = trust::to_be_asked(course)? else {
            return Ok(());
        };
        let place = directory.display();
        let meaning = "its checks are programs that run on this machine with your rights";
        if self.trust {
            return Ok(trust::remember(directory)?);
        }
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Err(Error::usage(format!(
                "the course `{place}` has not been run before, and {meaning}\n  \
                 look into it, then say `--trust` once: `backlings --trust ...`"
            )));
        }
        eprintln!("The course `{place}` has not been run before, and {meaning}.");
        eprint!("Do you trust it? [y/N] ");
        let answer = Term::stderr().read_char().context("cannot ask")?;
        eprintln!("{answer}");
        if matches!(answer, 'y' | 'Y') {
            Ok(trust::remember(directory)?)
        } else {
            Err(Error::usage(format!(
                "nothing was run: the course `{place}` is not trusted"
            )))
        }
    }

    /// The progress; what had to be put aside is told.
    fn progress(&self, workspace: &Workspace) -> Result<Progress> {
        let (progress, note) = workspace.progress()?;
        if let Some(note) = note {
            eprintln!("note: {note}");
        }
        Ok(progress)
    }

    /// The exercise that was named, else the current one; none when all are done.
    fn exercise<'a>(
        &self,
        workspace: &'a Workspace,
        name: Option<&str>,
    ) -> Result<Option<&'a Exercise>> {
        match name {
            Some(name) => workspace.exercise(name).map(Some),
            None => Ok(self.progress(workspace)?.current(&workspace.course)),
        }
    }

    /// Says that there is nothing left to do.
    fn all_done(&self, workspace: &Workspace) -> Result<ExitCode> {
        emit(&crate::screen::next_exercise(
            &workspace.course,
            None,
            self.paint,
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes to standard output. A reader that has heard enough (`| head -1`) is no error.
fn emit(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error)
            .context("cannot write to standard output")
            .map_err(Error::from),
        _ => Ok(()),
    }
}

/// Judges an exercise of a workspace and records what came of it.
///
/// # Errors
///
/// When the course, the workspace or the machine is not in order.
pub fn judge_and_record(
    workspace: &Workspace,
    judge: &Judge,
    exercise: &Exercise,
    cancel: &Cancel,
    progress: &dyn Fn(Stage),
) -> Result<Judged<(Outcome, Progress)>> {
    Ok(
        match judge_one(workspace, judge, exercise, cancel, progress)? {
            Judged::Cancelled => Judged::Cancelled,
            Judged::Done(outcome) => {
                let recorded = workspace.record(exercise, &outcome.report)?;
                Judged::Done((outcome, recorded))
            }
        },
    )
}

/// Judges an exercise of a workspace; what came of it is still to be recorded.
fn judge_one(
    workspace: &Workspace,
    judge: &Judge,
    exercise: &Exercise,
    cancel: &Cancel,
    progress: &dyn Fn(Stage),
) -> Result<Judged<Outcome>> {
    let restored = workspace.restore_check(exercise)?;
    let mut judged = judge.judge(exercise, cancel, progress)?;
    if let Judged::Done(outcome) = &mut judged {
        let notes = &mut outcome.report.notes;
        notes.extend(restored);
        notes.extend(stands_on_unfinished(workspace, exercise)?);
    }
    Ok(judged)
}

/// What a learner should know where an exercise includes answers that do not pass yet.
fn stands_on_unfinished(workspace: &Workspace, exercise: &Exercise) -> Result<Option<String>> {
    if exercise.uses.is_empty() {
        return Ok(None);
    }
    let (progress, _) = workspace.progress()?;
    let course = &workspace.course;
    let open = |name: &&String| {
        course
            .exercise(name)
            .is_some_and(|one| !progress.is_done(one))
    };
    let names: Vec<String> = exercise
        .uses
        .iter()
        .filter(open)
        .map(|name| format!("`{name}`"))
        .collect();
    Ok(names.split_last().map(|(last, others)| match others {
        [] => format!("this exercise uses your answer to {last}, which does not pass yet"),
        _ => format!(
            "this exercise uses your answers to {} and {last}, which do not pass yet",
            others.join(", ")
        ),
    }))
}

/// Ctrl-C, and whatever else ends us, stops a run in an orderly way: what it
/// started is killed and its scratch directory removed.
fn cancel_on_signals(cancel: &Cancel) -> Result<()> {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        use signal_hook::iterator::Signals;

        let mut signals =
            Signals::new([SIGHUP, SIGINT, SIGTERM]).context("cannot listen to signals")?;
        let cancel = cancel.clone();
        std::thread::spawn(move || {
            for _ in signals.forever() {
                cancel.cancel();
            }
        });
    }
    #[cfg(not(unix))]
    let _ = cancel;
    Ok(())
}

/// A judge for a workspace.
fn judge_of(workspace: &Workspace) -> Judge {
    Judge::new(
        workspace.course.clone(),
        &workspace.root,
        &workspace.state(),
    )
}

/// A path for people: from `here` where it lies below.
fn shorten(path: &Path, here: &Path) -> String {
    match path.strip_prefix(here) {
        Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
        Ok(below) => below.display().to_string(),
        Err(_) => path.display().to_string(),
    }
}
