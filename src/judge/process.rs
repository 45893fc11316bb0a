//! Children with limits: time, memory, output, and nothing left behind.

use std::ffi::OsString;
use std::io::{self, PipeReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use duct::Handle;

#[cfg(target_os = "linux")]
mod listening;

/// Asks runs to stop; clones share the request and the runs.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Mutex<CancelState>>);

#[derive(Debug, Default)]
struct CancelState {
    cancelled: bool,
    paused: bool,
    /// The process groups that run now.
    groups: Vec<u32>,
    /// What is stopped with it.
    branches: Vec<Weak<Mutex<CancelState>>>,
}

impl Cancel {
    /// Stops the runs, now and for good: their process groups are killed.
    pub fn cancel(&self) {
        let mut state = self.state();
        state.cancelled = true;
        state.groups.iter().copied().for_each(kill_group);
        state.branches().for_each(|branch| branch.cancel());
    }

    /// Holds the runs where they are, without losing anything. Only Unix can.
    pub fn pause(&self) {
        let mut state = self.state();
        state.paused = true;
        state.groups.iter().copied().for_each(pause_group);
        state.branches().for_each(|branch| branch.pause());
    }

    /// Lets paused runs go on.
    pub fn resume(&self) {
        let mut state = self.state();
        state.paused = false;
        state.groups.iter().copied().for_each(resume_group);
        state.branches().for_each(|branch| branch.resume());
    }

    /// One for some of the runs: they are stopped with all others, or alone.
    pub fn branch(&self) -> Self {
        let mut state = self.state();
        let branch = Self::default();
        {
            let mut of_branch = branch.state();
            of_branch.cancelled = state.cancelled;
            of_branch.paused = state.paused;
        }
        state.branches.retain(|one| one.strong_count() > 0);
        state.branches.push(Arc::downgrade(&branch.0));
        branch
    }

    /// Whether the run has been asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    fn state(&self) -> std::sync::MutexGuard<'_, CancelState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CancelState {
    fn branches(&self) -> impl Iterator<Item = Cancel> {
        self.branches.iter().filter_map(Weak::upgrade).map(Cancel)
    }
}

/// A child to run in a process group of its own.
#[derive(Debug, Clone)]
pub struct Child<'a> {
    pub program: &'a Path,
    pub args: Vec<OsString>,
    pub directory: &'a Path,
    /// Set on top of this process's environment.
    pub env: Vec<(&'static str, OsString)>,
    /// Taken out of it.
    pub without: &'static [&'static str],
    /// When it is killed; `None` never.
    pub time_limit: Option<Duration>,
    /// Bytes of address space; `None` for no limit.
    pub memory_limit: Option<u64>,
    /// How many bytes it may print before it is killed.
    pub output_limit: usize,
    /// Whether everything else has the processor first.
    pub polite: bool,
    /// What it prints when its work is done: then its end is not waited for.
    pub done_when: Option<&'static str>,
    /// The file whose text it is given for standard input, by who starts it.
    pub input: Option<PathBuf>,
    /// The mark of its run ([`RUN_VARIABLE`]), where it is to be told what the
    /// child left running when it ended.
    pub census: Option<&'a str>,
}

impl<'a> Child<'a> {
    /// A compiler: no limits but a sane one on what it prints.
    pub fn compiler(program: &'a Path, args: Vec<OsString>, directory: &'a Path) -> Self {
        Self {
            program,
            args,
            directory,
            env: Vec::new(),
            without: &[],
            time_limit: None,
            memory_limit: None,
            output_limit: 64 * 1024 * 1024,
            polite: false,
            done_when: None,
            input: None,
            census: None,
        }
    }
}

/// How a child ended.
#[derive(Debug)]
pub struct Ended {
    pub end: End,
    /// What it printed, standard output and standard error as they came.
    pub output: Vec<u8>,
    /// What it left running, where that was looked for.
    pub left: Vec<String>,
}

/// Why a child ended.
#[derive(Debug)]
pub enum End {
    Exited(ExitStatus),
    /// It has printed what it does when its work is done.
    Done,
    TimedOut,
    /// It printed more than it may.
    TooMuchOutput,
    Cancelled,
}

#[derive(Debug)]
enum Event {
    Exited(io::Result<ExitStatus>),
    Output(Vec<u8>),
    OutputEnded,
}

/// How long a pipe may stay open after the child has ended and its group was
/// killed, before what holds it is left to [`sweep`].
const LEAK_GRACE: Duration = Duration::from_millis(100);

/// Runs a child to its end, its limit or its cancellation; `heard` gets what it
/// prints as it comes.
///
/// # Errors
///
/// When it cannot be started.
pub fn run(child: Child<'_>, cancel: &Cancel, heard: &mut dyn FnMut(&[u8])) -> io::Result<Ended> {
    if cancel.is_cancelled() {
        return Ok(Ended {
            end: End::Cancelled,
            output: Vec::new(),
            left: Vec::new(),
        });
    }
    Running::start(&child, None)?.finish(&child, cancel, heard)
}

/// A child under way.
#[derive(Debug)]
pub struct Running {
    handle: Arc<Handle>,
    /// Its process group.
    group: Option<u32>,
    started: Instant,
    events: Receiver<Event>,
}

impl Running {
    /// Starts a child that reads from `stdin`, or finds nothing there.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(child: &Child<'_>, stdin: Option<PipeReader>) -> io::Result<Self> {
        let (mut reader, writer) = io::pipe()?;
        let (memory_limit, polite) = (child.memory_limit, child.polite);
        let mut expression = duct::cmd(child.program, &child.args)
            .dir(child.directory)
            .stdout_file(writer.try_clone()?)
            .stderr_file(writer)
            .unchecked()
            .before_spawn(move |command| {
                confine(command, memory_limit, polite);
                Ok(())
            });
        expression = match stdin {
            Some(stdin) => expression.stdin_file(stdin),
            None => expression.stdin_null(),
        };
        for (name, value) in &child.env {
            expression = expression.env(name, value);
        }
        for name in child.without {
            expression = expression.env_remove(name);
        }

        let started = Instant::now();
        let handle = Arc::new(expression.start()?);
        // The expression holds ends of the pipes, too.
        drop(expression);

        let (sender, events) = mpsc::channel();
        let exits = sender.clone();
        let waited = handle.clone();
        thread::spawn(move || {
            let status = waited.wait().map(|output| output.status);
            // Nobody listens any more where the run was given up.
            let _ = exits.send(Event::Exited(status));
        });
        thread::spawn(move || {
            // Some of these wait for long: they should not keep much.
            let mut buffer = vec![0; 8 * 1024];
            loop {
                match reader.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(count) => {
                        if sender
                            .send(Event::Output(buffer[..count].to_vec()))
                            .is_err()
                        {
                            return;
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            let _ = sender.send(Event::OutputEnded);
        });
        Ok(Self {
            group: handle.pids().first().copied(),
            handle,
            started,
            events,
        })
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&self) -> bool {
        !matches!(self.handle.try_wait(), Ok(None))
    }

    /// Kills it, with all that it has started in its group.
    pub fn kill(&self) {
        if let Some(group) = self.group {
            kill_group(group);
        }
    }

    /// Follows it, which was started as `child`, to its end; its time runs from its start.
    ///
    /// # Errors
    ///
    /// When the system loses it.
    pub fn finish(
        self,
        child: &Child<'_>,
        cancel: &Cancel,
        heard: &mut dyn FnMut(&[u8]),
    ) -> io::Result<Ended> {
        super::trace::command(child);
        {
            // Under the lock, so that a cancellation finds the group or comes first.
            let mut state = cancel.state();
            state.groups.extend(self.group);
            if state.cancelled {
                self.kill();
            } else if state.paused {
                self.group.into_iter().for_each(pause_group);
            }
        }
        let deadline = child.time_limit.map(|limit| self.started + limit);
        let mut output = Vec::new();
        let mut reason = None;
        let mut exited: Option<(ExitStatus, Instant)> = None;
        let mut output_ended = false;
        let mut left = Vec::new();
        while exited.is_none() || !output_ended {
            let until = match exited {
                Some((_, at)) => Some(at + LEAK_GRACE),
                None if reason.is_some() => None,
                None => deadline,
            };
            let event = match until {
                Some(until) => {
                    let wait = until.saturating_duration_since(Instant::now());
                    match self.events.recv_timeout(wait) {
                        Ok(event) => event,
                        Err(_) if exited.is_some() => break,
                        Err(_) => {
                            reason = Some(End::TimedOut);
                            self.kill();
                            continue;
                        }
                    }
                }
                None => self.events.recv().map_err(io::Error::other)?,
            };
            match event {
                Event::Exited(status) => {
                    if let Some(run) = child.census.filter(|_| reason.is_none()) {
                        left = census(run, self.group);
                    }
                    // Whatever it started and left in its group goes with it.
                    cancel.state().groups.retain(|one| Some(*one) != self.group);
                    self.kill();
                    exited = Some((status?, Instant::now()));
                }
                Event::OutputEnded => output_ended = true,
                Event::Output(bytes) => {
                    heard(&bytes);
                    let room = child.output_limit.saturating_sub(output.len());
                    let searched = output.len();
                    output.extend_from_slice(&bytes[..bytes.len().min(room)]);
                    let is_done = |done: &str| contains(&output, searched, done.as_bytes());
                    if child.done_when.is_some_and(is_done) && reason.is_none() {
                        cancel.state().groups.retain(|one| Some(*one) != self.group);
                        let end = if cancel.is_cancelled() {
                            End::Cancelled
                        } else {
                            End::Done
                        };
                        return Ok(Ended { end, output, left });
                    }
                    if bytes.len() > room && reason.is_none() {
                        reason = Some(End::TooMuchOutput);
                        self.kill();
                    }
                }
            }
        }
        let end = if cancel.is_cancelled() {
            End::Cancelled
        } else if let Some(reason) = reason {
            reason
        } else if let Some((status, _)) = exited {
            End::Exited(status)
        } else {
            End::Cancelled
        };
        Ok(Ended { end, output, left })
    }
}

/// Whether `text` stands in `output`, of which the first `searched` bytes have been
/// searched before.
fn contains(output: &[u8], searched: usize, text: &[u8]) -> bool {
    let start = searched.saturating_sub(text.len());
    output[start..]
        .windows(text.len())
        .any(|window| window == text)
}

#[cfg(unix)]
fn confine(command: &mut std::process::Command, memory_limit: Option<u64>, polite: bool) {
    use std::os::unix::process::CommandExt;

    use rustix::process::{Resource, Rlimit, nice, setrlimit};

    command.process_group(0);
    if polite {
        // SAFETY: as below, of `nice` and `prctl`.
        #[allow(unsafe_code)]
        unsafe {
            command.pre_exec(|| {
                // What it builds is wanted by nobody when we are gone.
                #[cfg(target_os = "linux")]
                rustix::process::set_parent_process_death_signal(Some(
                    rustix::process::Signal::KILL,
                ))?;
                // A system that has no priorities does without.
                let _ = nice(POLITENESS);
                Ok(())
            });
        }
    }
    let Some(bytes) = memory_limit else { return };
    let limit = move |resource, value| {
        setrlimit(
            resource,
            Rlimit {
                current: Some(value),
                maximum: Some(value),
            },
        )
        .map_err(io::Error::from)
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed;
    // `prctl` and `setrlimit` are, and nothing here allocates.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(move || {
            // It goes with us, even when we are killed.
            #[cfg(target_os = "linux")]
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
            limit(Resource::As, bytes)?;
            limit(Resource::Fsize, FILE_LIMIT)?;
            limit(Resource::Core, 0)
        });
    }
}

/// The largest file that a check or a subject may write, in bytes.
#[cfg(unix)]
const FILE_LIMIT: u64 = 256 * 1024 * 1024;

/// Added to the niceness of what is not urgent; 19 is the most there is (nice(2)).
#[cfg(unix)]
const POLITENESS: i32 = 10;

#[cfg(windows)]
fn confine(command: &mut std::process::Command, _: Option<u64>, polite: bool) {
    use std::os::windows::process::CommandExt;

    // BELOW_NORMAL_PRIORITY_CLASS, which children inherit (CreateProcessW).
    const BELOW_NORMAL: u32 = 0x4000;
    if polite {
        command.creation_flags(BELOW_NORMAL);
    }
}

#[cfg(not(any(unix, windows)))]
fn confine(_: &mut std::process::Command, _: Option<u64>, _: bool) {}

#[cfg(unix)]
fn signal_group(group: u32, signal: rustix::process::Signal) {
    use rustix::process::{Pid, kill_process_group};

    if let Some(pid) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // It may be gone already.
        let _ = kill_process_group(pid, signal);
    }
}

#[cfg(unix)]
fn kill_group(group: u32) {
    signal_group(group, rustix::process::Signal::KILL);
}

fn pause_group(group: u32) {
    #[cfg(unix)]
    signal_group(group, rustix::process::Signal::STOP);
    #[cfg(not(unix))]
    let _ = group;
}

fn resume_group(group: u32) {
    #[cfg(unix)]
    signal_group(group, rustix::process::Signal::CONT);
    #[cfg(not(unix))]
    let _ = group;
}

#[cfg(windows)]
fn kill_group(group: u32) {
    // `/T` ends the whole tree below it.
    let _ = duct::cmd!("taskkill", "/F", "/T", "/PID", group.to_string())
        .stdout_null()
        .stderr_null()
        .unchecked()
        .run();
}

/// How an exit status reads in a sentence: "exited with code 3", "was killed by signal 6 (SIGABRT)".
pub fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            let name = signal_hook::low_level::signal_name(signal).unwrap_or("unknown");
            return format!("was killed by signal {signal} ({name})");
        }
    }
    match status.code() {
        Some(code) => format!("exited with code {code}"),
        None => "ended without an exit code".to_owned(),
    }
}

/// The variable that marks a run's processes, whatever group or session they move to.
pub const RUN_VARIABLE: &str = "BACKLINGS_RUN";

/// How long a process may outlive the check that started it before it counts as
/// left behind: one that was killed is not always gone at once.
#[cfg(target_os = "linux")]
const END_GRACE: Duration = Duration::from_millis(300);

/// What runs with a run's mark or in its process group and does not end by itself:
/// `sleep (process 4711, listening on 127.0.0.1:8080)`. Only Linux can be asked.
fn census(run: &str, group: Option<u32>) -> Vec<String> {
    #[cfg(target_os = "linux")]
    {
        let until = Instant::now() + END_GRACE;
        loop {
            let found = processes(|pid| is_marked(pid, run) || is_in(pid, group));
            if found.is_empty() || Instant::now() >= until {
                let mut names: Vec<String> = found.into_iter().map(name_of).collect();
                names.sort();
                return names;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (run, group);
        Vec::new()
    }
}

/// A process for people, with where it listens.
#[cfg(target_os = "linux")]
fn name_of(pid: i32) -> String {
    let mut text = format!("{} (process {pid}", command_name(pid));
    for address in listening::addresses(pid) {
        text.push_str(&format!(", listening on {address}"));
    }
    text + ")"
}

#[cfg(target_os = "linux")]
fn command_name(pid: i32) -> String {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim().to_owned()
}

#[cfg(target_os = "linux")]
fn processes(wanted: impl Fn(i32) -> bool) -> Vec<i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| wanted(*pid))
        .collect()
}

/// Whether a process's environment has a run's mark.
#[cfg(target_os = "linux")]
fn is_marked(pid: i32, run: &str) -> bool {
    let marker = format!("{RUN_VARIABLE}={run}");
    let environ = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let mut pairs = environ.split(|byte| *byte == 0);
    pairs.any(|pair| pair == marker.as_bytes())
}

/// Whether a process that has not ended is in a group: fields 3 and 5 of
/// `/proc/PID/stat`, behind the name in parentheses (proc(5)).
#[cfg(target_os = "linux")]
fn is_in(pid: i32, group: Option<u32>) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let mut fields = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace();
    let state = fields.next();
    let own = fields.nth(1).and_then(|own| own.parse().ok());
    group.is_some() && own == group && !matches!(state, Some("Z" | "X"))
}

/// Kills what a run started and left behind outside of its process group, found
/// by [`RUN_VARIABLE`] in its environment; returns how many processes it found.
/// Only Linux can be asked; elsewhere the group is all that is cleaned.
pub fn sweep(run: &str) -> usize {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Pid, Signal, kill_process};

        let found = processes(|pid| is_marked(pid, run));
        for pid in found.iter().copied().filter_map(Pid::from_raw) {
            // It may be gone already.
            let _ = kill_process(pid, Signal::KILL);
        }
        found.len()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = run;
        0
    }
}

/// Names in a scratch directory: the check's own directory, and its report.
const HOME: &str = "home";
const REPORT: &str = "report";

/// A scratch directory of a run's own, and all that the run left behind: both go when it is dropped.
#[derive(Debug)]
pub struct Scratch {
    directory: tempfile::TempDir,
    run: String,
}

impl Scratch {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// When the system's temporary directory cannot be written.
    pub fn new() -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("backlings-").tempdir()?;
        let run = directory
            .path()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(Self { directory, run })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The run's mark, unlike any other's.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The files and directories that a run has made beside its own, sorted.
    pub fn strays(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path())
            .into_iter()
            .flatten()
            .flatten();
        let mut strays: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name != HOME && name != REPORT)
            .collect();
        strays.sort();
        strays
    }

    /// The file that the harness reports to.
    pub fn report(&self) -> PathBuf {
        self.directory.path().join(REPORT)
    }

    /// The directory that is the child's cwd and TMPDIR.
    pub fn home(&self) -> PathBuf {
        self.directory.path().join(HOME)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is found may have started more meanwhile.
        for _ in 0..8 {
            if sweep(&self.run) == 0 {
                break;
            }
        }
    }
}
