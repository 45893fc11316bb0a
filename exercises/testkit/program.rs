//! The learner's program as a child: started, awaited, watched and always ended.
//!
//! A server says where it listens in the first line of its standard output,
//! `listening on 127.0.0.1:PORT`. It is started with `PORT=0`, so that the
//! system chooses a port that is free:
//!
//! ```no_run
//! use testkit::program::Start;
//!
//! let server = Start::subject().env("PORT", "0").listening();
//! let mut client = server.connect("client A");
//! client.send("hello\n");
//! client.expect("hello\n", "an echo server sends back what it gets");
//! ```
//!
//! When the [`Program`] goes out of scope, the child is killed and waited for.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use harness::{Failure, fail};

use crate::bytes;
use crate::patience;
use crate::socket::Client;

/// How a server's first line begins.
const LISTENING: &str = "listening on ";
/// How many of the last lines of a stream are kept.
const KEPT_LINES: usize = 32;
/// The longest line that is kept, in bytes; of a longer one, the beginning.
const KEPT_BYTES: usize = 200;
/// How long the streams of a child that has ended are read to their end.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// What to start, and how.
#[derive(Debug)]
pub struct Start {
    command: Command,
    /// The variables that the check set, as one would type them.
    variables: String,
}

impl Start {
    /// The learner's program.
    pub fn subject() -> Self {
        Self::program(harness::subject())
    }

    /// Any other program.
    pub fn program(path: impl Into<OsString>) -> Self {
        let mut command = Command::new(path.into());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // What is between the judge and the check is not the subject's business.
        for name in ["SUBJECT", "REPORT", "ONLY", "MARK"] {
            command.env_remove(format!("BACKLINGS_{name}"));
        }
        // glibc reserves 64 MiB of addresses for each thread that allocates, up to
        // 8 threads a core: a server with a thread for each connection would run
        // into the judge's limit on machines with many cores.
        command.env("MALLOC_ARENA_MAX", "2");
        // A panic's own words are what fits into the last lines, not the way there.
        command.env("RUST_BACKTRACE", "0");
        Self {
            command,
            variables: String::new(),
        }
    }

    /// Sets a variable of its environment.
    #[must_use = "nothing has been started yet"]
    pub fn env(mut self, name: &str, value: impl ToString) -> Self {
        let value = value.to_string();
        self.variables.push_str(&format!("{name}={value} "));
        self.command.env(name, value);
        self
    }

    /// Adds an argument.
    #[must_use = "nothing has been started yet"]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.command.arg(argument.into());
        self
    }

    /// Starts a server and waits until it says where it listens. Fails when its
    /// first line says something else, when it ends before, and when it says
    /// nothing for too long.
    #[track_caller]
    pub fn listening(self) -> Program {
        let given = self.given();
        let child = self.spawn();
        let wait = patience::left();
        let (what, got, why) = match child.0.first_line_or_end(wait) {
            First::Line(line) => match address(&line) {
                Some(address) if address.port() != 0 => return Program { child, address },
                Some(_) => (
                    "the server says that it listens on port 0".to_owned(),
                    bytes::quote(&line),
                    "0 asks for any free port: the listener's `local_addr` says which one it got",
                ),
                None => {
                    let place = bytes::difference(LISTENING.as_bytes(), &line).unwrap_or(0);
                    (
                        "the server's first line does not say where it listens".to_owned(),
                        bytes::mark(&line, place..place + 1),
                        "this line tells whoever started the server which port to use",
                    )
                }
            },
            First::End(status) => (
                format!("the server {} before listening", describe(status)),
                "no such line".to_owned(),
                "a server runs until it is stopped",
            ),
            First::Nothing => {
                patience::lose();
                let waited = patience::in_words(wait);
                (
                    "the server does not say where it listens".to_owned(),
                    format!("no line within {waited}; it is running"),
                    "print it after `bind` and before the first `accept`, which waits for clients",
                )
            }
        };
        let failure = fail(what)
            .given(given)
            .expected(format!(
                "`{LISTENING}127.0.0.1:PORT` as the first line of standard output"
            ))
            .got(got)
            .because(why);
        child.0.tell(failure).raise()
    }

    /// Starts a program that is to end by itself with an error, and waits for
    /// that. `what` says what is wrong when it does not, `why` why it matters.
    #[track_caller]
    pub fn fails(self, what: &str, why: &str) {
        let given = self.given();
        let child = self.spawn();
        let wait = patience::left();
        let (status, said) = match child.0.first_line_or_end(wait) {
            First::End(status) => (Some(status), None),
            First::Line(line) if line.starts_with(LISTENING.as_bytes()) => (None, Some(line)),
            // It may talk before it ends.
            First::Line(_) => (child.0.end(wait), None),
            First::Nothing => (None, None),
        };
        // What a signal ended has no code.
        if status
            .and_then(|status| status.code())
            .is_some_and(|code| code != 0)
        {
            return;
        }
        let got = match (status, said) {
            (_, Some(line)) => bytes::quote(&line),
            (Some(status), None) => format!("it {}", describe(status)),
            (None, None) => {
                patience::lose();
                format!("it was still running after {}", patience::in_words(wait))
            }
        };
        let failure = fail(what)
            .given(given)
            .expected("an exit code that is not 0")
            .got(got)
            .because(why);
        child.0.tell(failure).raise()
    }

    /// How it is started, as one would type it.
    fn given(&self) -> String {
        let program = Path::new(self.command.get_program());
        let name = program.file_name().unwrap_or(program.as_os_str());
        let mut text = format!("{}./{}", self.variables, name.display());
        for argument in self.command.get_args() {
            text.push_str(&format!(" {}", argument.display()));
        }
        text
    }

    #[track_caller]
    fn spawn(mut self) -> Alive {
        let mut child = match self.command.spawn() {
            Ok(child) => child,
            Err(error) => fail("the program could not be started")
                .given(self.given())
                .got(error)
                .because("without it there is nothing to check")
                .raise(),
        };
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let running = Arc::new(Running {
            child: Mutex::new(child),
            heard: Mutex::new(Heard::default()),
            news: Condvar::new(),
        });
        // They end with the child's streams, which may be held open by what the
        // child started: nobody waits for them.
        if let Some(stream) = stdout {
            running.listen_to(stream, |heard| &mut heard.stdout);
        }
        if let Some(stream) = stderr {
            running.listen_to(stream, |heard| &mut heard.stderr);
        }
        Alive(running)
    }
}

/// A server that runs. When this goes out of scope, it is killed and waited for.
#[derive(Debug)]
pub struct Program {
    child: Alive,
    address: SocketAddr,
}

impl Program {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connects to it. The name stands for the client in failures, which also
    /// tell whether the server has ended, and what it printed.
    #[track_caller]
    pub fn connect(&self, name: &str) -> Client {
        let running = Arc::clone(&self.child.0);
        let witness = move |failure: Failure, breath: Duration| {
            let status = running.end(breath);
            let text = status.map_or_else(
                || "it is still running".to_owned(),
                |status| format!("it {}", describe(status)),
            );
            running.tell(failure.part("the server", text))
        };
        Client::connect_watched(self.address, name, Arc::new(witness))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        lock(&self.child.0.child).id()
    }

    /// Its exit status, when it ends within `wait`.
    pub fn end(&self, wait: Duration) -> Option<ExitStatus> {
        self.child.0.end(wait)
    }
}

/// A child that is killed and waited for in the end, whatever happens before.
#[derive(Debug)]
struct Alive(Arc<Running>);

impl Drop for Alive {
    fn drop(&mut self) {
        let mut child = lock(&self.0.child);
        // It may have ended before.
        let _ = child.kill();
        let _ = child.wait();
    }
}

enum First {
    Line(Vec<u8>),
    End(ExitStatus),
    Nothing,
}

#[derive(Debug)]
struct Running {
    child: Mutex<Child>,
    heard: Mutex<Heard>,
    news: Condvar,
}

/// What the child has printed so far.
#[derive(Debug, Default)]
struct Heard {
    stdout: Stream,
    stderr: Stream,
}

#[derive(Debug, Default)]
struct Stream {
    /// The first line, once it is complete.
    first: Option<Vec<u8>>,
    last: VecDeque<Vec<u8>>,
    dropped: usize,
    is_over: bool,
}

impl Stream {
    fn add(&mut self, mut line: Vec<u8>) {
        line.truncate(KEPT_BYTES);
        self.first.get_or_insert_with(|| line.clone());
        if self.last.len() == KEPT_LINES {
            self.last.pop_front();
            self.dropped += 1;
        }
        self.last.push_back(line);
    }

    /// The last lines as a block, or nothing where there are none but that of a
    /// server that says where it listens.
    fn shown(&self) -> Option<String> {
        let is_expected = |line: &Vec<u8>| address(line).is_some();
        if self.dropped == 0 && self.last.iter().all(is_expected) {
            return None;
        }
        let mut text = String::new();
        if self.dropped > 0 {
            text.push_str(&format!("(... {} lines before)\n", self.dropped));
        }
        for line in &self.last {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        Some(text)
    }
}

impl Running {
    fn listen_to(
        self: &Arc<Self>,
        stream: impl Read + Send + 'static,
        of: fn(&mut Heard) -> &mut Stream,
    ) {
        let running = Arc::clone(self);
        thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            loop {
                let mut line = Vec::new();
                // Whoever prints without end and without a line end is cut off.
                let limit = 1 << 20;
                let count = reader.by_ref().take(limit).read_until(b'\n', &mut line);
                let over = !matches!(count, Ok(1..));
                let mut heard = lock(&running.heard);
                if over {
                    of(&mut heard).is_over = true;
                } else {
                    if line.last() == Some(&b'\n') {
                        line.pop();
                    }
                    of(&mut heard).add(line);
                }
                drop(heard);
                running.news.notify_all();
                if over {
                    return;
                }
            }
        });
    }

    /// The race between the first line, the end and the deadline.
    fn first_line_or_end(&self, wait: Duration) -> First {
        let until = Instant::now() + wait;
        let mut ended = None;
        let mut heard = lock(&self.heard);
        loop {
            if let Some(line) = &heard.stdout.first {
                return First::Line(line.clone());
            }
            // Looked at once more after the end was seen: the line may stand in the pipe.
            if let Some((status, since)) = ended
                && (heard.stdout.is_over || Instant::now() >= since + LAST_WORDS)
            {
                return First::End(status);
            }
            if ended.is_none() {
                ended = self.status().map(|status| (status, Instant::now()));
                if ended.is_none() && Instant::now() >= until {
                    return First::Nothing;
                }
            }
            heard = self.hear(heard, Duration::from_millis(2));
        }
    }

    fn end(&self, wait: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + wait;
        loop {
            let status = self.status();
            if status.is_some() || Instant::now() >= until {
                return status;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn status(&self) -> Option<ExitStatus> {
        // It is our child: asking cannot fail but where somebody else waited for it.
        lock(&self.child).try_wait().unwrap_or_default()
    }

    fn hear<'a>(&self, heard: MutexGuard<'a, Heard>, wait: Duration) -> MutexGuard<'a, Heard> {
        let outcome = self.news.wait_timeout(heard, wait);
        outcome.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Adds to a failure what the child has printed but for the line that says
    /// where it listens.
    fn tell(&self, mut failure: Failure) -> Failure {
        let mut heard = lock(&self.heard);
        if self.status().is_some() {
            // Its last words may stand in the pipe.
            let until = Instant::now() + LAST_WORDS;
            while !(heard.stdout.is_over && heard.stderr.is_over) && Instant::now() < until {
                heard = self.hear(heard, Duration::from_millis(10));
            }
        }
        for (label, stream) in [
            ("its standard output", &heard.stdout),
            ("its standard error", &heard.stderr),
        ] {
            if let Some(text) = stream.shown() {
                failure = failure.part(label, text);
            }
        }
        failure
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a line says that a server listens.
fn address(line: &[u8]) -> Option<SocketAddr> {
    let line = str::from_utf8(line).ok()?;
    line.trim_end().strip_prefix(LISTENING)?.parse().ok()
}

/// How it ended, in words: `exited with 101`.
fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return format!("was killed by signal {signal}");
        }
    }
    match status.code() {
        Some(code) => format!("exited with {code}"),
        None => "ended".to_owned(),
    }
}
