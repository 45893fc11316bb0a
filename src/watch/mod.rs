//! Events in, runs out: saves, keys, finished runs and resizes, in one loop.

mod ahead;
mod events;
mod look;
mod terminal;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write as _};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use console::Key;

use crate::commands::judge_and_record;
use crate::course::Exercise;
use crate::error::{Error, Result};
use crate::judge::{Cancel, Judge, Judged, Report, Stage};
use crate::screen::{self, Frame, Paint};
use crate::workspace::{Answer, Progress, Replaced, Workspace};
use ahead::Ahead;
use events::{Event, RunResult};
use look::{Checked, Mode, Scene};
use terminal::Terminal;

/// How to watch.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Judge on a key only.
    pub manual: bool,
    /// Look for changes at this interval instead of being told by the system.
    pub poll: Option<Duration>,
    /// Lines, no screen and no keys.
    pub plain: bool,
    /// Whether escapes may be written.
    pub color: bool,
}

/// How long a file must be left alone, where nobody says when it is whole.
const SETTLE: Duration = Duration::from_millis(25);
/// A run longer than this is shown while it lasts.
const SHOW_RUN_AFTER: Duration = Duration::from_millis(200);

/// Watches a workspace until the learner leaves.
///
/// # Errors
///
/// When the workspace cannot be watched.
pub fn watch(workspace: Workspace, notices: Vec<String>, options: Options) -> Result<()> {
    let (sender, receiver) = mpsc::channel();
    events::listen_to_signals(sender.clone())?;
    let root = workspace.root.clone();
    let (_watching, note) =
        events::watch_files(&workspace.course, &root, options.poll, sender.clone())?;
    let (progress, put_aside) = workspace.progress()?;
    let terminal = if options.plain {
        None
    } else {
        Terminal::take(options.color)
    };
    let more_keys = terminal
        .is_some()
        .then(|| events::read_keys(sender.clone()));

    let current = progress.current(&workspace.course);
    let shown = current.map_or(0, |exercise| workspace.course.position(exercise));
    let judge = Arc::new(Judge::new(
        workspace.course.clone(),
        &workspace.root,
        &workspace.state(),
    ));
    let mut watch = Watch {
        workspace: Arc::new(workspace),
        judge,
        options,
        sender,
        terminal,
        progress,
        shown,
        mode: Mode::Exercise,
        scroll: 0,
        last: HashMap::new(),
        running: None,
        runs: 0,
        queue: BTreeSet::new(),
        settling: BTreeMap::new(),
        notices: notices.into_iter().chain(note).chain(put_aside).collect(),
        leaving: Vec::new(),
        checking: None,
        ahead: None,
        all_built: false,
        building: None,
    };
    watch.plain_start();
    watch.start(shown, false);
    watch.draw();
    watch.ask_whether_outdated();
    watch.run(&receiver, more_keys.as_ref());
    watch.leave()
}

/// What the last run of an exercise found.
struct Last {
    /// What it judged.
    answer: Answer,
    outcome: Result<Report, String>,
    before: Option<(usize, usize)>,
}

struct Running {
    id: u64,
    exercise: usize,
    cancel: Cancel,
    started: Instant,
    stage: Stage,
    /// The subject when the run began.
    snapshot: Snapshot,
    before: Option<(usize, usize)>,
}

/// A check of all exercises while it lasts.
struct Checking {
    cancel: Cancel,
    results: BTreeMap<usize, Result<Report, String>>,
    total: usize,
    ended: bool,
}

/// A file's text and when it was written.
#[derive(Clone, PartialEq, Eq)]
struct Snapshot {
    answer: Answer,
    written: Vec<Option<SystemTime>>,
}

struct Watch {
    workspace: Arc<Workspace>,
    judge: Arc<Judge>,
    options: Options,
    sender: Sender<Event>,
    terminal: Option<Terminal>,
    progress: Progress,
    /// The exercise on the screen, by its place in the course.
    shown: usize,
    mode: Mode,
    scroll: usize,
    last: HashMap<usize, Last>,
    running: Option<Running>,
    /// How many runs there have been: their ids.
    runs: u64,
    /// Exercises whose saves came while another one was judged.
    queue: BTreeSet<usize>,
    /// Exercises that were touched, and when they will have settled.
    settling: BTreeMap<usize, Instant>,
    notices: Vec<String>,
    /// Threads that still clean up.
    leaving: Vec<JoinHandle<()>>,
    checking: Option<Checking>,
    /// Builds for later exercises, between two verdicts.
    ahead: Option<Ahead>,
    /// Whether there is nothing more to build for later, or it cannot be done now.
    all_built: bool,
    /// What is being built for later, as it is told in the footer.
    building: Option<String>,
}

impl Watch {
    fn run(&mut self, events: &Receiver<Event>, more_keys: Option<&Sender<()>>) {
        loop {
            let event = match self.patience() {
                Some(wait) => events.recv_timeout(wait).ok(),
                None => events.recv().ok(),
            };
            match event {
                Some(Event::Quit) => return,
                Some(Event::Key(key)) => {
                    if !self.key(&key) {
                        return;
                    }
                    if let Some(more) = more_keys {
                        // The thread ends when the terminal does.
                        let _ = more.send(());
                    }
                    self.draw();
                }
                Some(event) => self.event(event),
                None => self.draw_progress(),
            }
            self.settle();
        }
    }

    /// How long to wait for an event: nothing is looked at while nothing happens.
    fn patience(&self) -> Option<Duration> {
        let now = Instant::now();
        let settled = self
            .settling
            .values()
            .min()
            .map(|at| at.saturating_duration_since(now));
        let running = self.running.as_ref().map(|running| {
            SHOW_RUN_AFTER
                .checked_sub(running.started.elapsed())
                .unwrap_or(Duration::from_millis(200))
        });
        settled.into_iter().chain(running).min()
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Saved(exercise) => {
                self.settling.remove(&exercise);
                self.saved(exercise);
            }
            Event::Touched(exercise) => {
                self.settling.insert(exercise, Instant::now() + SETTLE);
            }
            Event::LostTrack => {
                let known: Vec<usize> = self.last.keys().copied().chain([self.shown]).collect();
                known.into_iter().for_each(|exercise| self.saved(exercise));
            }
            Event::Resized => self.draw(),
            Event::Stage(id, stage) => {
                if let Some(running) = self.running.as_mut().filter(|running| running.id == id) {
                    let told = stage.is_slow();
                    let new = running.stage != stage;
                    running.stage = stage;
                    if told && new && self.terminal.is_none() {
                        let text = screen::stage(&self.running_stage());
                        self.say(&format!("{text}\n"));
                    }
                    self.draw_progress();
                }
            }
            Event::Finished(id, result) => self.finished(id, result),
            Event::Outdated(notice) => {
                if self.terminal.is_none() {
                    self.say(&format!("{notice}\n"));
                } else {
                    self.notices.push(notice);
                    self.draw();
                }
            }
            Event::Ahead(result) => self.built_ahead(result),
            Event::CheckedOne(exercise, result) => {
                if let Some(checking) = &mut self.checking {
                    checking.results.insert(exercise, result);
                }
                self.draw();
            }
            Event::CheckedAll(result) => {
                self.notices.extend(result.err());
                if let Ok((progress, _)) = self.workspace.progress() {
                    self.progress = progress;
                }
                if let Some(checking) = &mut self.checking {
                    checking.ended = true;
                }
                self.build_ahead();
                self.draw();
            }
            Event::Key(_) | Event::Quit => {}
        }
    }

    fn running_stage(&self) -> Stage {
        self.running
            .as_ref()
            .map_or(Stage::Compiling, |running| running.stage.clone())
    }

    /// Takes what has been left alone long enough for saved.
    fn settle(&mut self) {
        let now = Instant::now();
        let settled: Vec<usize> = self
            .settling
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(index, _)| *index)
            .collect();
        for exercise in settled {
            self.settling.remove(&exercise);
            self.saved(exercise);
        }
    }

    /// A subject has been saved, or may have been.
    fn saved(&mut self, exercise: usize) {
        let snapshot = self.snapshot(exercise);
        if let Some(running) = self.running.as_ref().filter(|run| run.exercise == exercise) {
            // Equal texts may have had another one between them, which the compiler saw.
            if running.snapshot != snapshot {
                self.start(exercise, true);
            }
            return;
        }
        if let Some(last) = self.last.get(&exercise)
            && snapshot.answer == last.answer
            && last.outcome.is_ok()
        {
            return;
        }
        if self.options.manual {
            self.show(exercise);
            self.notices = vec!["saved; `r` judges it".to_owned()];
            self.draw();
            return;
        }
        self.start(exercise, true);
    }

    fn show(&mut self, exercise: usize) {
        if self.shown != exercise || self.mode != Mode::Exercise {
            self.scroll = 0;
        }
        self.shown = exercise;
        self.mode = Mode::Exercise;
    }

    /// Begins a run on an exercise; one that is under way gives way and, if it
    /// is another exercise's, has its turn afterwards.
    fn start(&mut self, exercise: usize, by_save: bool) {
        if let Some(running) = self.running.take() {
            running.cancel.cancel();
            if running.exercise != exercise {
                self.queue.insert(running.exercise);
            }
        }
        self.queue.remove(&exercise);
        self.hold_ahead(exercise);
        if by_save {
            self.notices.clear();
            self.choose(exercise);
            self.show(exercise);
        }
        self.runs += 1;
        let id = self.runs;
        let cancel = Cancel::default();
        let before = self.progress.entry(self.exercise(exercise)).checks;
        let snapshot = self.snapshot(exercise);
        let answer = snapshot.answer.clone();
        self.running = Some(Running {
            id,
            exercise,
            cancel: cancel.clone(),
            started: Instant::now(),
            stage: Stage::Compiling,
            snapshot,
            before,
        });
        if let Some(terminal) = &self.terminal {
            self.judge.set_width(terminal.size().1.width);
        }
        let (workspace, judge) = (self.workspace.clone(), self.judge.clone());
        let sender = self.sender.clone();
        self.leaving.retain(|thread| !thread.is_finished());
        self.leaving.push(thread::spawn(move || {
            run(
                id, &workspace, &judge, exercise, &answer, before, &cancel, &sender,
            );
        }));
    }

    fn finished(&mut self, id: u64, result: RunResult) {
        let Some(running) = self.running.take_if(|running| running.id == id) else {
            return;
        };
        let exercise = running.exercise;
        if self.snapshot(exercise) != running.snapshot {
            // What was judged is no longer what stands there.
            return self.start(exercise, true);
        }
        let answer = running.snapshot.answer;
        let outcome = match result {
            Ok(Judged::Cancelled) => return,
            Ok(Judged::Done((report, progress))) => {
                self.progress = progress;
                Ok(report)
            }
            Err(problem) => Err(problem),
        };
        self.scroll = 0;
        self.last.insert(
            exercise,
            Last {
                answer,
                outcome,
                before: running.before,
            },
        );
        self.draw();
        if self.terminal.is_none() {
            self.plain_verdict(exercise);
        }
        match self.queue.pop_first() {
            Some(next) => self.start(next, false),
            None => self.build_ahead(),
        }
    }

    /// Builds what later exercises need, or goes on with it.
    fn build_ahead(&mut self) {
        match &self.ahead {
            Some(ahead) => ahead.resume(),
            None if self.all_built => {}
            None => {
                self.ahead = Some(Ahead::start(
                    self.workspace.clone(),
                    self.judge.clone(),
                    self.shown,
                    self.sender.clone(),
                ));
            }
        }
    }

    /// Gives a verdict the processor. What it needs is built for it, not for later.
    fn hold_ahead(&mut self, exercise: usize) {
        let Some(ahead) = &self.ahead else { return };
        let exercise = &self.workspace.course.exercises[exercise];
        if self.judge.is_supplied(exercise).unwrap_or(false) {
            ahead.pause();
        } else {
            self.stop_ahead();
        }
    }

    fn stop_ahead(&mut self) {
        if let Some(ahead) = self.ahead.take() {
            self.building = None;
            self.leaving.push(ahead.stop());
        }
    }

    fn built_ahead(&mut self, result: Result<Option<Stage>, String>) {
        if self.ahead.is_none() {
            return;
        }
        let is_building = matches!(result, Ok(Some(_)));
        let told = match result {
            Ok(Some(stage)) => Some(screen::stage_ahead(&stage)),
            Ok(None) => None,
            Err(_) => Some(
                "what later exercises need cannot be built now: `backlings prefetch` tells why"
                    .to_owned(),
            ),
        };
        if !is_building {
            self.all_built = true;
            self.stop_ahead();
        }
        self.building = told;
        self.draw();
    }

    fn snapshot(&self, exercise: usize) -> Snapshot {
        let exercise = self.exercise(exercise);
        let written = |path| fs::metadata(self.workspace.root.join(path))?.modified();
        Snapshot {
            answer: self.workspace.answer(exercise),
            written: exercise.paths().map(|path| written(path).ok()).collect(),
        }
    }

    fn exercise(&self, index: usize) -> &Exercise {
        &self.workspace.course.exercises[index]
    }

    /// Makes an exercise the one that `hint` and a later `watch` mean.
    fn choose(&mut self, exercise: usize) {
        let workspace = self.workspace.clone();
        let chosen = &workspace.course.exercises[exercise];
        let current = self.progress.current(&workspace.course);
        if self.progress.is_done(chosen) || current.is_some_and(|now| now.id == chosen.id) {
            return;
        }
        match workspace.update(|progress| progress.choose(chosen)) {
            Ok(progress) => self.progress = progress,
            Err(error) => self.notices.push(error.to_string()),
        }
    }

    /// Goes to an exercise and judges it unless its verdict stands.
    fn go(&mut self, exercise: usize) {
        self.notices.clear();
        self.show(exercise);
        self.scroll = 0;
        self.choose(exercise);
        let judged = self.last.get(&exercise).is_some_and(|last| {
            last.outcome.is_ok() && self.snapshot(exercise).answer == last.answer
        });
        let running = self
            .running
            .as_ref()
            .is_some_and(|running| running.exercise == exercise);
        if !judged && !running {
            self.start(exercise, false);
        }
    }

    /// Handles a key; false means: leave.
    fn key(&mut self, key: &Key) -> bool {
        if *key == Key::CtrlC {
            return false;
        }
        self.notices.clear();
        match self.mode {
            Mode::List { selected } => self.key_in_list(key, selected),
            Mode::AskReset => self.key_in_question(key),
            Mode::Exercise | Mode::Solution | Mode::Help | Mode::CheckAll => {
                return self.key_in_exercise(key);
            }
        }
        true
    }

    fn key_in_exercise(&mut self, key: &Key) -> bool {
        let page = self.page().saturating_sub(1).max(1);
        match key {
            Key::Char('q') => {
                if self.mode == Mode::Exercise {
                    return false;
                }
                self.back();
            }
            Key::Escape | Key::Backspace => self.back(),
            Key::ArrowDown | Key::Char('j') => self.scroll += 1,
            Key::ArrowUp | Key::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            Key::Char(' ') | Key::PageDown => self.scroll += page,
            Key::PageUp => self.scroll = self.scroll.saturating_sub(page),
            Key::Home => self.scroll = 0,
            Key::End => self.scroll = usize::MAX,
            Key::Enter if self.mode != Mode::Exercise => self.back(),
            Key::Enter => self.advance(false),
            Key::Char('n') => self.advance(true),
            Key::Char('p') if self.shown > 0 => self.go(self.shown - 1),
            Key::Char('p') => self.notices = vec!["this is the first exercise".to_owned()],
            Key::Char('h') => self.hint(),
            Key::Char('l') => {
                self.mode = Mode::List {
                    selected: self.shown,
                };
                self.scroll = 0;
            }
            Key::Char('r') => {
                self.notices.clear();
                self.show(self.shown);
                self.start(self.shown, false);
            }
            Key::Char('s') => self.solution(),
            Key::Char('x') => {
                self.mode = Mode::AskReset;
                self.scroll = 0;
            }
            Key::Char('c') => self.check_all(),
            Key::Char('?') if self.mode == Mode::Help => self.back(),
            Key::Char('?') => {
                self.mode = Mode::Help;
                self.scroll = 0;
            }
            _ => {}
        }
        true
    }

    fn back(&mut self) {
        if self.mode == Mode::CheckAll
            && let Some(checking) = self.checking.take()
        {
            checking.cancel.cancel();
        }
        self.mode = Mode::Exercise;
        self.scroll = 0;
    }

    fn key_in_list(&mut self, key: &Key, selected: usize) {
        let last = self.workspace.course.exercises.len() - 1;
        let page = self.page().saturating_sub(2).max(1);
        let selected = match key {
            Key::ArrowDown | Key::Char('j') => selected + 1,
            Key::ArrowUp | Key::Char('k') => selected.saturating_sub(1),
            Key::PageDown | Key::Char(' ') => selected + page,
            Key::PageUp => selected.saturating_sub(page),
            Key::Home => 0,
            Key::End => last,
            Key::Enter => return self.go(selected),
            Key::Char('q' | 'l') | Key::Escape => return self.back(),
            _ => selected,
        };
        self.mode = Mode::List {
            selected: selected.min(last),
        };
    }

    fn key_in_question(&mut self, key: &Key) {
        match key {
            Key::Char('y' | 'Y') => {
                self.back();
                self.reset();
            }
            Key::Char('n' | 'N' | 'q' | 'x') | Key::Escape | Key::Enter => self.back(),
            _ => {}
        }
    }

    /// Goes on: after a pass to the exercise that is next to do, else, where the
    /// learner insists, past the one that is open.
    fn advance(&mut self, insist: bool) {
        self.mode = Mode::Exercise;
        let course = self.workspace.course.clone();
        let passed = self.progress.is_done(self.exercise(self.shown));
        if passed {
            match self.progress.current(&course) {
                Some(next) => self.go(course.position(next)),
                None => self.notices = vec!["there is nothing left to do: all pass".to_owned()],
            }
        } else if !insist {
            let name = &self.exercise(self.shown).name;
            self.notices = vec![format!(
                "`{name}` does not pass yet; `n` leaves it for later"
            )];
        } else if self.shown + 1 < course.exercises.len() {
            let name = self.exercise(self.shown).name.clone();
            self.go(self.shown + 1);
            self.notices
                .push(format!("`{name}` is left for later; `p` goes back"));
        } else {
            self.notices = vec!["this is the last exercise".to_owned()];
        }
    }

    fn hint(&mut self) {
        self.mode = Mode::Exercise;
        let workspace = self.workspace.clone();
        let exercise = &workspace.course.exercises[self.shown];
        let total = exercise.hints.len();
        if self.progress.entry(exercise).hints >= total {
            self.notices = vec![format!("there are no more hints than these {total}")];
        }
        let shown = workspace.update(|progress| {
            let entry = progress.entry_mut(exercise);
            entry.hints = (entry.hints + 1).min(total);
        });
        match shown {
            Ok(progress) => self.progress = progress,
            Err(error) => self.notices = vec![error.to_string()],
        }
        // The hint stands first, until the next verdict.
        self.scroll = 0;
        self.mode = Mode::Exercise;
    }

    fn solution(&mut self) {
        let exercise = self.exercise(self.shown);
        if self.progress.is_done(exercise) {
            self.mode = Mode::Solution;
            self.scroll = 0;
        } else {
            self.notices = vec![format!(
                "our solution is shown when `{0}` passes; `h` gives a hint, `backlings solution {0} --anyway` shows it now",
                exercise.name
            )];
        }
    }

    fn reset(&mut self) {
        let workspace = self.workspace.clone();
        let exercise = &workspace.course.exercises[self.shown];
        let told = match workspace.reset(exercise) {
            Ok(Replaced::Kept(kept)) => {
                format!(
                    "untouched again; your text is kept as `{}`",
                    workspace.relative(&kept)
                )
            }
            Ok(Replaced::Untouched) => "it was untouched already".to_owned(),
            Ok(Replaced::Nothing) => "it was missing: the untouched file is back".to_owned(),
            Err(error) => error.to_string(),
        };
        match workspace.progress() {
            Ok((progress, note)) => {
                self.progress = progress;
                self.start(self.shown, true);
                self.notices = note.into_iter().chain([told]).collect();
            }
            Err(error) => self.notices = vec![told, error.to_string()],
        }
    }

    fn check_all(&mut self) {
        if let Some(checking) = self.checking.take() {
            checking.cancel.cancel();
        }
        let cancel = Cancel::default();
        self.checking = Some(Checking {
            cancel: cancel.clone(),
            results: BTreeMap::new(),
            total: self.workspace.course.exercises.len(),
            ended: false,
        });
        self.stop_ahead();
        self.mode = Mode::CheckAll;
        self.scroll = 0;
        let workspace = self.workspace.clone();
        let sender = self.sender.clone();
        self.leaving.push(thread::spawn(move || {
            let told = |index: usize, result: Result<Report, String>| {
                let _ = sender.send(Event::CheckedOne(index, result));
            };
            let judged = crate::commands::judge_all(&workspace, false, &cancel, &told);
            let _ = sender.send(Event::CheckedAll(judged.map_err(|error| error.to_string())));
        }));
    }

    /// Compares the workspace with the course, which reads all of a course that is a
    /// directory: nobody waits for that before the first screen.
    fn ask_whether_outdated(&mut self) {
        let workspace = self.workspace.clone();
        let sender = self.sender.clone();
        self.leaving.push(thread::spawn(move || {
            let notice = match workspace.outdated() {
                Ok(None) => return,
                Ok(Some(notice)) => notice,
                Err(error) => error.to_string(),
            };
            let _ = sender.send(Event::Outdated(notice));
        }));
    }

    /// Ends what is under way and waits until nothing is left behind.
    fn leave(mut self) -> Result<()> {
        if let Some(running) = &self.running {
            running.cancel.cancel();
        }
        if let Some(checking) = &self.checking {
            checking.cancel.cancel();
        }
        self.stop_ahead();
        let was_terminal = self.terminal.take().is_some();
        for thread in self.leaving.drain(..) {
            // A run that panicked has been told of by the panic itself.
            let _ = thread.join();
        }
        if was_terminal {
            let done = self.progress.done(&self.workspace.course);
            let total = self.workspace.course.exercises.len();
            self.say(&format!(
                "{done} of {total} done. Go on with `backlings` whenever you like.\n"
            ));
        }
        Ok(())
    }

    fn paint(&self) -> Paint {
        match &self.terminal {
            Some(terminal) => terminal.size().1,
            None => Paint {
                color: self.options.color,
                ..Paint::PLAIN
            },
        }
    }

    fn page(&self) -> usize {
        self.terminal
            .as_ref()
            .map_or(20, |terminal| self.frame(terminal).page)
    }

    fn frame(&self, terminal: &Terminal) -> Frame {
        let (rows, paint) = terminal.size();
        let view = self.scene().view(paint);
        let scroll = match self.mode {
            // The selected row stays in sight.
            Mode::List { selected } => {
                let line = look::list_line(&self.scene(), selected, paint);
                line.saturating_sub(rows.saturating_sub(4) / 2)
            }
            _ => self.scroll,
        };
        Frame::fit(&view, rows, scroll, paint)
    }

    fn scene(&self) -> Scene<'_> {
        let last = self.last.get(&self.shown);
        let exercise = self.exercise(self.shown);
        Scene {
            course: &self.workspace.course,
            progress: &self.progress,
            exercise,
            mode: self.mode,
            outcome: last.map(|last| last.outcome.as_ref().map_err(String::as_str)),
            before: last.and_then(|last| last.before),
            untouched: last
                .is_some_and(|last| Answer::read(&self.workspace.laid(), exercise) == last.answer),
            running: self
                .running
                .as_ref()
                .filter(|running| running.exercise == self.shown)
                .filter(|running| last.is_none() || running.started.elapsed() >= SHOW_RUN_AFTER)
                .map(|running| (&running.stage, running.started.elapsed())),
            solution: match self.mode {
                Mode::Solution => self.workspace.solution(exercise).ok(),
                _ => None,
            },
            checked: self.checking.as_ref().map(|checking| Checked {
                results: &checking.results,
                total: checking.total,
                ended: checking.ended,
            }),
            notices: &self.notices,
            building: self.building.as_deref(),
            manual: self.options.manual,
        }
    }

    fn draw(&mut self) {
        let Some(terminal) = &self.terminal else {
            return;
        };
        let frame = self.frame(terminal);
        terminal.draw(&frame);
        self.scroll = frame.scroll;
    }

    /// Draws what changes while a run lasts, once it has lasted.
    fn draw_progress(&mut self) {
        let lasts = self
            .running
            .as_ref()
            .is_some_and(|run| run.started.elapsed() >= SHOW_RUN_AFTER);
        if lasts {
            self.draw();
        }
    }

    fn say(&self, text: &str) {
        let mut out = io::stdout().lock();
        // A reader that has gone away wants no more.
        let _ = out.write_all(text.as_bytes());
        let _ = out.flush();
    }

    fn plain_start(&mut self) {
        if self.terminal.is_some() {
            return;
        }
        let paint = self.paint();
        let exercise = self.exercise(self.shown);
        let done = self.progress.done(&self.workspace.course);
        let total = self.workspace.course.exercises.len();
        let brief = self.workspace.course.brief(exercise);
        let notices: String = self
            .notices
            .iter()
            .map(|note| format!("{note}\n"))
            .collect();
        let place = self.workspace.root.display();
        self.say(&format!(
            "{notices}Watching {place}: {done} of {total} done.\n\n{}\n",
            screen::assignment(exercise, &brief, paint)
        ));
        self.notices.clear();
    }

    fn plain_verdict(&self, exercise: usize) {
        let paint = self.paint();
        let Some(last) = self.last.get(&exercise) else {
            return;
        };
        let subject = self.exercise(exercise);
        let mut text = match &last.outcome {
            Ok(report) => screen::verdict(subject, report, last.before, paint),
            Err(problem) => format!("error: {problem}\n"),
        };
        if last.outcome.as_ref().is_ok_and(Report::passed) {
            let course = &self.workspace.course;
            text.push('\n');
            text.push_str(&screen::after_pass(course, subject, &self.progress, paint));
        }
        for note in &self.notices {
            text.push_str(&format!("{note}\n"));
        }
        self.say(&format!("{text}\n"));
    }
}

/// One run, on its own thread: judged, recorded, told, and only then cleaned up.
#[allow(clippy::too_many_arguments)]
fn run(
    id: u64,
    workspace: &Workspace,
    judge: &Judge,
    index: usize,
    answer: &Answer,
    before: Option<(usize, usize)>,
    cancel: &Cancel,
    sender: &Sender<Event>,
) {
    let exercise = &workspace.course.exercises[index];
    let stage_sender = sender.clone();
    let progress = move |stage| {
        let _ = stage_sender.send(Event::Stage(id, stage));
    };
    let judging = || judge_and_record(workspace, judge, exercise, cancel, &progress);
    let judged = panic::catch_unwind(AssertUnwindSafe(judging)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        let text = text.or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned()));
        Err(Error::broken(format!(
            "backlings itself has failed, please report it: {}",
            text.unwrap_or_default()
        )))
    });
    let (result, kept) = match judged {
        Ok(Judged::Done((outcome, recorded))) => {
            let verdict = screen::verdict(exercise, &outcome.report, before, Paint::PLAIN);
            let result = Ok(Judged::Done((outcome.report.clone(), recorded)));
            (result, Some((outcome, verdict)))
        }
        Ok(Judged::Cancelled) => (Ok(Judged::Cancelled), None),
        Err(error) => (Err(error.to_string()), None),
    };
    // The loop may have ended already.
    let _ = sender.send(Event::Finished(id, result));
    if let Some((outcome, verdict)) = kept {
        // A history that cannot be kept must not spoil a verdict.
        let _ = workspace.keep_attempt(exercise, answer, &verdict);
        // Nor must what spares `check-all` work.
        if let Ok(fingerprint) = judge.fingerprint()
            && workspace.answer(exercise) == *answer
        {
            let _ = judge.remember(exercise, &outcome.report, &fingerprint);
        }
        drop(outcome);
    }
    if !cancel.is_cancelled() {
        judge.stand_by(exercise);
        crate::give_memory_back();
    }
}
