//! What can happen while watching, and the threads that tell of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use console::{Key, Term};
use notify::event::{AccessKind, AccessMode, MetadataKind, ModifyKind, RenameMode};
use notify::{Config, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use crate::course::Course;
use crate::judge::{Judged, Report, Stage};
use crate::workspace::Progress;

/// Everything the loop waits for.
#[derive(Debug)]
pub enum Event {
    /// A subject (its place in the course) has been saved whole.
    Saved(usize),
    /// Something happened to a subject; it may not be whole yet.
    Touched(usize),
    /// Events were lost: anything may have changed.
    LostTrack,
    /// A key.
    Key(Key),
    /// The terminal has another size.
    Resized,
    /// Somebody wants us to end.
    Quit,
    /// What stands in the way of trusting the workspace's files, where something does.
    Outdated(String),
    /// A run has come to another stage.
    Stage(u64, Stage),
    /// A run has ended.
    Finished(u64, RunResult),
    /// What is being built for later exercises; nothing any more when all is, and
    /// a text where it cannot be.
    Ahead(Result<Option<Stage>, String>),
    /// One exercise of a check of all is judged; the texts say what could not be.
    CheckedOne(usize, Result<Report, String>),
    /// All are; a text says what stood in the way.
    CheckedAll(Result<(), String>),
}

/// How a run ended: judged and recorded, cancelled, or stopped by what the text says.
pub type RunResult = Result<Judged<(Report, Progress)>, String>;

/// Keeps a file watcher alive.
pub type Watching = Box<dyn Watcher + Send>;

/// Watches the subjects below `root`. The second value is a note for the learner
/// where watching had to fall back to polling.
///
/// # Errors
///
/// When the directory cannot be watched in any way.
pub fn watch_files(
    course: &Course,
    root: &Path,
    poll: Option<Duration>,
    events: Sender<Event>,
) -> Result<(Watching, Option<String>)> {
    let directory = root.join("exercises");
    let subjects: HashMap<PathBuf, usize> = course
        .exercises
        .iter()
        .enumerate()
        .flat_map(|(index, exercise)| exercise.paths().map(move |path| (root.join(path), index)))
        .collect();
    let handler = move |event: notify::Result<notify::Event>| {
        let lost = match &event {
            Ok(event) => event.need_rescan(),
            Err(_) => true,
        };
        if lost {
            let _ = events.send(Event::LostTrack);
            return;
        }
        let Ok(event) = event else { return };
        let Some(whole) = meaning(&event.kind) else {
            return;
        };
        for path in &event.paths {
            if let Some(index) = subjects.get(path) {
                let event = if whole {
                    Event::Saved(*index)
                } else {
                    Event::Touched(*index)
                };
                // Nobody listens any more at the end.
                let _ = events.send(event);
            }
        }
    };
    let polling = |interval: Duration| -> Result<Watching> {
        let config = Config::default()
            .with_poll_interval(interval)
            .with_compare_contents(true);
        let mut watcher = PollWatcher::new(handler.clone(), config)?;
        watcher.watch(&directory, RecursiveMode::Recursive)?;
        Ok(Box::new(watcher))
    };
    let context = || format!("cannot watch `{}`", directory.display());
    if let Some(interval) = poll {
        return Ok((polling(interval).with_context(context)?, None));
    }
    let native = || -> notify::Result<Watching> {
        let mut watcher = RecommendedWatcher::new(handler.clone(), Config::default())?;
        watcher.watch(&directory, RecursiveMode::Recursive)?;
        Ok(Box::new(watcher))
    };
    match native() {
        Ok(watcher) => Ok((watcher, None)),
        Err(error) => {
            let watcher = polling(Duration::from_millis(500)).with_context(context)?;
            let note = format!("the system cannot tell of saves ({error}): looking twice a second");
            Ok((watcher, Some(note)))
        }
    }
}

/// Whether an event means that a file is whole (`true`), may be (`false`), or nothing.
fn meaning(kind: &EventKind) -> Option<bool> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => Some(true),
        // This is how the poll watcher says that a text is newer.
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::WriteTime)) => Some(false),
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => None,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) => {
            Some(false)
        }
        EventKind::Other => None,
    }
}

/// Reads keys until the terminal ends; after each it waits until it is asked for
/// the next by the channel that is returned. Reading changes the terminal's mode
/// and back, which must not happen after the terminal has been given back.
pub fn read_keys(events: Sender<Event>) -> Sender<()> {
    let (more, asked) = mpsc::channel();
    thread::spawn(move || {
        let terminal = Term::stdout();
        loop {
            match terminal.read_key_raw() {
                Ok(Key::Unknown) => {}
                Ok(key) => {
                    if events.send(Event::Key(key)).is_err() || asked.recv().is_err() {
                        return;
                    }
                }
                // A signal: where it ends us, this thread must not begin anew.
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
                    thread::sleep(Duration::from_millis(50));
                }
                // The terminal has gone.
                Err(_) => {
                    let _ = events.send(Event::Quit);
                    return;
                }
            }
        }
    });
    more
}

/// Listens to signals: of a terminal that changes its size, and of those that end us.
///
/// # Errors
///
/// When the system refuses.
#[cfg(unix)]
pub fn listen_to_signals(events: Sender<Event>) -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGWINCH};
    use signal_hook::iterator::Signals;

    let mut signals =
        Signals::new([SIGHUP, SIGINT, SIGTERM, SIGWINCH]).context("cannot listen to signals")?;
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = if signal == SIGWINCH {
                Event::Resized
            } else {
                Event::Quit
            };
            if events.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Windows sends none; Ctrl-C comes as a key.
///
/// # Errors
///
/// Never.
#[cfg(not(unix))]
pub fn listen_to_signals(_: Sender<Event>) -> Result<()> {
    Ok(())
}
