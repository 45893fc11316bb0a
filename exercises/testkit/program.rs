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
//! A server in another language, or one that takes its port from a flag, need not
//! say anything: [`Start::serving`] gives it a free port and waits until it
//! listens there.
//!
//! ```no_run
//! use testkit::program::{Port, Start};
//!
//! let server = Start::subject().serving(Port::Variable("PORT"));
//! server.signal("TERM");
//! server.exits_with(0, "what is in flight is finished before a new version starts");
//! ```
//!
//! When the [`Program`] goes out of scope, the child is killed and waited for.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
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
/// How many free ports are tried where others take them first.
const PORTS: usize = 5;
/// What a program says whose port is taken: the words of the C library, of Windows,
/// the name of the error in C and in Rust, and its number where that is unmistakable.
const IN_USE: [&str; 6] = [
    "address already in use",
    "address in use",
    "only one usage of each socket address",
    "eaddrinuse",
    "addrinuse",
    "os error 10048",
];

/// What to start, and how.
#[derive(Debug, Clone)]
pub struct Start {
    program: OsString,
    arguments: Vec<OsString>,
    /// The variables that the check set.
    variables: Vec<(String, String)>,
}

/// How a program is told its port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port<'a> {
    /// In this variable of its environment.
    Variable(&'a str),
    /// In one more argument, in which `{}` stands for the port: `--port={}`, `127.0.0.1:{}`.
    Argument(&'a str),
}

impl Start {
    /// The learner's program.
    pub fn subject() -> Self {
        Self::program(harness::subject())
    }

    /// Any other program.
    pub fn program(path: impl Into<OsString>) -> Self {
        Self {
            program: path.into(),
            arguments: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// Sets a variable of its environment.
    #[must_use = "nothing has been started yet"]
    pub fn env(mut self, name: &str, value: impl ToString) -> Self {
        self.variables.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds an argument.
    #[must_use = "nothing has been started yet"]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
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
                Some(address) if address.port() != 0 => {
                    return Program::new(child, address, given);
                }
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

    /// Gives a server a free port of 127.0.0.1, starts it and waits until it
    /// listens there. It need not say so. Fails when it ends before, and when it
    /// does not listen there for too long: then, on Linux, the failure says where it
    /// listens instead.
    ///
    /// The port was free a moment ago, and another program may take it first. A
    /// server that ends and says that its address is in use gets another port, a
    /// few times.
    ///
    /// On Linux no connection is made: the system is asked where the child and its
    /// descendants listen, so that a server that counts connections, or serves
    /// one after another, meets those of the check only. Elsewhere one is made and
    /// closed again.
    #[track_caller]
    pub fn serving(self, port: Port<'_>) -> Program {
        let mut others = 0;
        loop {
            let address = free_port();
            let start = self.clone().with_port(port, address.port());
            let given = start.given();
            let child = start.spawn();
            let wait = patience::left();
            let (what, got, why) = match child.0.listens_or_ends(address, wait) {
                Race::Listens => return Program::new(child, address, given),
                Race::Ended(_) if others + 1 < PORTS && child.0.found_its_port_taken() => {
                    others += 1;
                    continue;
                }
                Race::Ended(status) => (
                    format!("the server {} before listening", describe(status)),
                    "it ended".to_owned(),
                    "a server runs until it is stopped",
                ),
                Race::Late(elsewhere) => {
                    patience::lose();
                    (
                        format!(
                            "the server runs, but nothing listens on {address}{}",
                            in_place_of(elsewhere.as_deref())
                        ),
                        format!("nobody accepts within {}", patience::in_words(wait)),
                        "whoever started the server gave it this port, and will look for it there",
                    )
                }
            };
            let failure = fail(what)
                .given(given)
                .expected(format!("a server that accepts connections on {address}"))
                .got(got)
                .because(why);
            child.0.tell(failure).raise()
        }
    }

    fn with_port(self, port: Port<'_>, number: u16) -> Self {
        match port {
            Port::Variable(name) => self.env(name, number),
            Port::Argument(text) => self.arg(text.replace("{}", &number.to_string())),
        }
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
        let program = Path::new(&self.program);
        let name = program.file_name().unwrap_or(program.as_os_str());
        let mut text = String::new();
        for (name, value) in &self.variables {
            text.push_str(&format!("{name}={value} "));
        }
        text.push_str(&format!("./{}", name.display()));
        for argument in &self.arguments {
            text.push_str(&format!(" {}", argument.display()));
        }
        text
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // What is between the judge and the check is not the subject's business.
        for name in ["SUBJECT", "REPORT", "ONLY", "MARK", "MEASURE", "FIXTURES"] {
            command.env_remove(format!("BACKLINGS_{name}"));
        }
        // glibc reserves 64 MiB of addresses for each thread that allocates, up to
        // 8 threads a core: a server with a thread for each connection would run
        // into the judge's limit on machines with many cores.
        command.env("MALLOC_ARENA_MAX", "2");
        // A panic's own words are what fits into the last lines, not the way there.
        command.env("RUST_BACKTRACE", "0");
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }

    #[track_caller]
    fn spawn(self) -> Alive {
        let mut child = match self.command().spawn() {
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
    /// How it was started, and what was done to it since.
    story: Mutex<String>,
}

impl Program {
    fn new(child: Alive, address: SocketAddr, given: String) -> Self {
        Self {
            child,
            address,
            story: Mutex::new(given),
        }
    }

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

    /// Where it and its descendants listen for TCP connections, sorted. `None`
    /// where that cannot be known: on other systems than Linux, and where the child
    /// may not be looked at.
    pub fn listens_on(&self) -> Option<Vec<SocketAddr>> {
        listeners::of(self.id())
    }

    /// Sends it a signal, named as `kill -s` names it: `TERM`, `INT`, `HUP`. To one
    /// that has ended nothing is sent: see [`Program::exits_with`]. Fails on other
    /// systems than Unix, where there are no signals.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        lock(&self.story).push_str(&format!("; then SIG{name}"));
        if let Err(error) = self.child.0.signal(name) {
            let failure = fail(format!("SIG{name} could not be sent"))
                .given(&*lock(&self.story))
                .got(error)
                .because("signals are sent on Unix only, to a child that runs");
            self.child.0.tell(failure).raise()
        }
    }

    /// Expects that it ends by itself, with this exit code: 0 for a good end.
    #[track_caller]
    pub fn exits_with(&self, code: i32, why: &str) {
        let wait = patience::left();
        let (what, got) = match self.end(wait) {
            Some(status) if status.code() == Some(code) => return,
            Some(status) if status.code().is_none() => (
                format!("the server {}", describe(status)),
                "no exit code: a signal ends a program that does not handle it".to_owned(),
            ),
            Some(status) => (
                format!("the server {}", describe(status)),
                format!("it {}", describe(status)),
            ),
            None => {
                patience::lose();
                let waited = patience::in_words(wait);
                (
                    "the server does not end".to_owned(),
                    format!("it was still running after {waited}"),
                )
            }
        };
        let failure = fail(what)
            .given(&*lock(&self.story))
            .expected(format!("exit code {code}"))
            .got(got)
            .because(why);
        self.child.0.tell(failure).raise()
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

/// Who won the race for a server's readiness.
enum Race {
    Listens,
    Ended(ExitStatus),
    /// Nobody in time; where it listens instead, where that is known.
    Late(Option<Vec<SocketAddr>>),
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

    /// The race between a listener at `address`, the end and the deadline.
    fn listens_or_ends(&self, address: SocketAddr, wait: Duration) -> Race {
        let id = lock(&self.child).id();
        let until = Instant::now() + wait;
        let mut pause = Duration::from_millis(1);
        loop {
            let listens = listeners::of(id);
            let is_ready = match &listens {
                Some(places) => serves(places, address),
                None => accepts(address),
            };
            // Asked last: where it has ended, somebody else listens there.
            if let Some(status) = self.status() {
                return Race::Ended(status);
            }
            if is_ready {
                return Race::Listens;
            }
            if Instant::now() >= until {
                // What serves may have cut its ties with the child that was started.
                let unknown = listens.as_ref().is_some_and(Vec::is_empty);
                if unknown && accepts(address) && self.status().is_none() {
                    return Race::Listens;
                }
                return Race::Late(listens);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }

    /// Whether it said that its address is in use: asked of one that has ended.
    fn found_its_port_taken(&self) -> bool {
        let heard = self.last_words(lock(&self.heard));
        let lines = heard.stdout.last.iter().chain(&heard.stderr.last);
        lines
            .map(|line| String::from_utf8_lossy(line).to_lowercase())
            .any(|line| IN_USE.iter().any(|words| line.contains(words)))
    }

    fn signal(&self, name: &str) -> io::Result<()> {
        // Locked meanwhile: nobody waits for the child, so its id stays its own.
        let mut child = lock(&self.child);
        if child.try_wait()?.is_some() {
            return Ok(());
        }
        send_signal(child.id(), name)
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

    /// Waits for what a child that has ended left in its pipes.
    fn last_words<'a>(&self, mut heard: MutexGuard<'a, Heard>) -> MutexGuard<'a, Heard> {
        let until = Instant::now() + LAST_WORDS;
        while !(heard.stdout.is_over && heard.stderr.is_over) && Instant::now() < until {
            heard = self.hear(heard, Duration::from_millis(10));
        }
        heard
    }

    /// Adds to a failure what the child has printed but for the line that says
    /// where it listens.
    fn tell(&self, mut failure: Failure) -> Failure {
        let mut heard = lock(&self.heard);
        if self.status().is_some() {
            heard = self.last_words(heard);
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

/// A port of 127.0.0.1 that nobody listens on, for now.
#[track_caller]
fn free_port() -> SocketAddr {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    match bound.and_then(|listener| listener.local_addr()) {
        Ok(address) => address,
        Err(error) => fail("this machine has no free port on 127.0.0.1")
            .got(error)
            .because("without one no server can be checked")
            .raise(),
    }
}

/// Whether one who listens in these places accepts connections to `address`, which
/// is one of IPv4.
fn serves(places: &[SocketAddr], address: SocketAddr) -> bool {
    places.iter().any(|place| {
        let reaches = match place.ip() {
            IpAddr::V4(ip) => ip.is_unspecified() || IpAddr::V4(ip) == address.ip(),
            // It takes IPv4 as well, unless it was told not to (RFC 3493 §5.3).
            IpAddr::V6(ip) if ip.is_unspecified() => accepts(address),
            IpAddr::V6(ip) => ip.to_ipv4_mapped().map(IpAddr::V4) == Some(address.ip()),
        };
        place.port() == address.port() && reaches
    })
}

fn accepts(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, Duration::from_millis(250)).is_ok()
}

/// Where it listens in place of where it should, as the end of a sentence.
fn in_place_of(elsewhere: Option<&[SocketAddr]>) -> String {
    match elsewhere {
        None => String::new(),
        Some([]) => "; it listens nowhere".to_owned(),
        Some(places) => {
            let places: Vec<String> = places.iter().map(ToString::to_string).collect();
            format!("; it listens on {}", places.join(", "))
        }
    }
}

#[cfg(unix)]
fn send_signal(id: u32, name: &str) -> io::Result<()> {
    // The shell knows the numbers, which differ between systems (POSIX, `kill`).
    let output = Command::new("/bin/sh")
        .args(["-c", "kill -s \"$0\" \"$1\"", name, &id.to_string()])
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(said.trim().to_owned()))
}

#[cfg(not(unix))]
fn send_signal(_: u32, _: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Where a process and its descendants listen: on Linux the system tells.
#[cfg(target_os = "linux")]
mod listeners {
    use std::collections::HashSet;
    use std::fs;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

    /// The state of a socket that listens (TCP_LISTEN in the kernel's tcp_states.h).
    const LISTEN: &str = "0A";

    /// Sorted; `None` where the process may not be looked at.
    pub fn of(id: u32) -> Option<Vec<SocketAddr>> {
        let mut sockets = sockets_of(id)?;
        let listening = ["tcp", "tcp6"].map(|table| {
            let text = fs::read_to_string(format!("/proc/{id}/net/{table}"));
            rows(&text.unwrap_or_default())
        });
        let listening = listening.concat();
        if listening.is_empty() {
            return Some(Vec::new());
        }
        for descendant in descendants(id) {
            // It may be gone, or not ours to look at.
            sockets.extend(sockets_of(descendant).unwrap_or_default());
        }
        let own = listening
            .iter()
            .filter(|(inode, _)| sockets.contains(inode));
        let mut places: Vec<SocketAddr> = own.map(|(_, place)| *place).collect();
        places.sort();
        places.dedup();
        Some(places)
    }

    /// The inodes of the sockets that a process has open.
    fn sockets_of(id: u32) -> Option<HashSet<u64>> {
        let entries = fs::read_dir(format!("/proc/{id}/fd")).ok()?;
        let targets = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        Some(
            targets
                .filter_map(|target| inode(target.to_str()?))
                .collect(),
        )
    }

    /// `socket:[4711]` (proc(5), /proc/pid/fd).
    fn inode(target: &str) -> Option<u64> {
        let number = target.strip_prefix("socket:[")?.strip_suffix(']')?;
        number.parse().ok()
    }

    /// The children of a process, theirs, and so on.
    fn descendants(id: u32) -> Vec<u32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let parents: Vec<(u32, u32)> = ids
            .filter_map(|id: u32| {
                let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
                Some((id, parent(&stat)?))
            })
            .collect();
        let mut family = vec![id];
        let mut next = 0;
        while next < family.len() {
            let elder = family[next];
            let children = parents.iter().filter(|(_, parent)| *parent == elder);
            family.extend(children.map(|(id, _)| *id));
            next += 1;
        }
        family.split_off(1)
    }

    /// The fourth field; the second is a name in parentheses, which may hold
    /// anything (proc(5), /proc/pid/stat).
    pub fn parent(stat: &str) -> Option<u32> {
        let (_, rest) = stat.rsplit_once(')')?;
        rest.split_ascii_whitespace().nth(1)?.parse().ok()
    }

    /// The sockets that listen, with their inodes, from /proc/pid/net/tcp or tcp6.
    pub fn rows(text: &str) -> Vec<(u64, SocketAddr)> {
        let row = |line: &str| {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            if *fields.get(3)? != LISTEN {
                return None;
            }
            Some((fields.get(9)?.parse().ok()?, place(fields.get(1)?)?))
        };
        // The first line names the columns.
        text.lines().skip(1).filter_map(row).collect()
    }

    /// `0100007F:A13C`: the address in words of 32 bits, each in the byte order of
    /// this machine, and the port.
    fn place(text: &str) -> Option<SocketAddr> {
        let (ip, port) = text.split_once(':')?;
        let words: Option<Vec<[u8; 4]>> = ip
            .as_bytes()
            .chunks(8)
            .map(|word| {
                let number = u32::from_str_radix(str::from_utf8(word).ok()?, 16).ok()?;
                Some(number.to_ne_bytes())
            })
            .collect();
        let bytes = words?.concat();
        let ip = match <[u8; 4]>::try_from(bytes.as_slice()) {
            Ok(four) => IpAddr::V4(Ipv4Addr::from(four)),
            Err(_) => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
        };
        Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
    }
}

#[cfg(not(target_os = "linux"))]
mod listeners {
    use std::net::SocketAddr;

    pub fn of(_: u32) -> Option<Vec<SocketAddr>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::trial::{in_a_process_of_its_own, told};

    /// Not a test but a child of the tests below, as `CHILD` says.
    #[test]
    fn child() {
        let Ok(what) = std::env::var("CHILD") else {
            return;
        };
        let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
        let listener = match what.as_str() {
            "serves" => TcpListener::bind(("127.0.0.1", port)),
            "serves everybody" => TcpListener::bind(("0.0.0.0", port)),
            "serves elsewhere" => TcpListener::bind(("127.0.0.1", 0)),
            "finds it taken once" => {
                let mark = std::env::var("MARK").unwrap();
                if std::fs::exists(&mark).unwrap() {
                    TcpListener::bind(("127.0.0.1", port))
                } else {
                    std::fs::write(&mark, "").unwrap();
                    let thief = TcpListener::bind(("127.0.0.1", port));
                    let second = TcpListener::bind(("127.0.0.1", port));
                    drop(thief);
                    second
                }
            }
            other => {
                eprintln!("cannot do: {other}");
                std::process::exit(3)
            }
        };
        let listener = listener.unwrap_or_else(|error| {
            eprintln!("cannot bind: {error}");
            std::process::exit(1)
        });
        loop {
            drop(listener.accept());
        }
    }

    fn child_that(what: &str) -> Start {
        Start::program(std::env::current_exe().unwrap())
            .arg("--exact")
            .arg("program::tests::child")
            .arg("--nocapture")
            .env("CHILD", what)
    }

    #[cfg(unix)]
    fn shell(script: &str) -> Start {
        Start::program("/bin/sh").arg("-c").arg(script)
    }

    #[test]
    fn a_server_that_says_nothing_is_found_by_its_port() {
        for what in ["serves", "serves everybody"] {
            let server = child_that(what).serving(Port::Variable("PORT"));
            assert!(server.address().ip().is_loopback());
            let mut client = server.connect("client A");
            client.expect_end("it closes at once");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn it_is_known_where_a_child_and_its_descendants_listen() {
        let server = child_that("serves everybody").serving(Port::Variable("PORT"));
        let place = SocketAddr::from(([0, 0, 0, 0], server.address().port()));
        assert_eq!(server.listens_on(), Some(vec![place]));

        let shell = shell("\"$0\" --exact program::tests::child & wait")
            .arg(std::env::current_exe().unwrap())
            .env("CHILD", "serves");
        let server = shell.serving(Port::Variable("PORT"));
        assert_eq!(server.listens_on(), Some(vec![server.address()]));
        // Nobody but us ends it.
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", server.id()));
        if let Ok(children) = children {
            for id in children.split_whitespace() {
                send_signal(id.parse().unwrap(), "KILL").unwrap();
            }
        }
    }

    #[test]
    fn an_argument_holds_the_port() {
        let start = Start::program("server").with_port(Port::Argument("--listen=127.0.0.1:{}"), 81);
        assert_eq!(start.given(), "./server --listen=127.0.0.1:81");
        let start = Start::program("bin/server")
            .env("A", 1)
            .with_port(Port::Variable("PORT"), 81);
        assert_eq!(start.given(), "A=1 PORT=81 ./server");
    }

    #[test]
    fn a_port_that_was_taken_meanwhile_fails_nobody() {
        let mark = std::env::temp_dir().join(format!("testkit-taken-{}", std::process::id()));
        let _ = std::fs::remove_file(&mark);
        let start = child_that("finds it taken once").env("MARK", mark.display());
        let server = start.serving(Port::Variable("PORT"));
        assert!(mark.exists(), "the first try must have failed");
        server.connect("client A").expect_end("it closes at once");
        std::fs::remove_file(mark).unwrap();
    }

    #[test]
    fn a_server_that_ends_is_told_with_what_it_said() {
        let told = told(|| child_that("bake bread").serving(Port::Variable("PORT")));
        assert!(
            told.contains("the server exited with 3 before listening"),
            "{told}"
        );
        assert!(told.contains("cannot do: bake bread"), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn the_last_lines_are_shown_and_the_others_counted() {
        let script = "i=0; while [ $i -lt 40 ]; do echo line $i; i=$((i+1)); done; exit 4";
        let told = told(|| shell(script).serving(Port::Variable("PORT")));
        assert!(told.contains("(... 8 lines before)\nline 8\n"), "{told}");
        assert!(
            told.contains("line 39\n") && !told.contains("line 7\n"),
            "{told}"
        );
    }

    #[test]
    fn a_server_that_listens_elsewhere_is_told_where() {
        in_a_process_of_its_own(
            "program::tests::a_server_that_listens_elsewhere_is_told_where",
            || {
                let told = told(|| child_that("serves elsewhere").serving(Port::Variable("PORT")));
                assert!(
                    told.contains("the server runs, but nothing listens on 127.0.0.1:"),
                    "{told}"
                );
                if cfg!(target_os = "linux") {
                    assert!(told.contains("; it listens on 127.0.0.1:"), "{told}");
                }
            },
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_server_that_says_its_address_is_still_awaited() {
        let server = shell("echo listening on 127.0.0.1:9; exec sleep 60").listening();
        assert_eq!(server.address().port(), 9);
        let told = told(|| shell("echo 'listening on port 9'; exec sleep 60").listening());
        assert!(told.contains("does not say where it listens"), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn a_signal_reaches_the_child() {
        let script = "trap 'echo bye; exit 7' TERM; echo listening on 127.0.0.1:9; \
                      while :; do sleep 0.01; done";
        let server = shell(script).listening();
        server.signal("TERM");
        server.exits_with(7, "it was told to");
        // It has ended: nothing is sent to whoever has its id now.
        server.signal("KILL");
        server.exits_with(7, "it was told to");
        let told = told(|| server.exits_with(0, "it was told to"));
        assert!(told.contains("the server exited with 7"), "{told}");
        assert!(told.contains("; then SIGTERM; then SIGKILL"), "{told}");
        assert!(told.contains("bye"), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn a_child_that_does_not_handle_a_signal_has_no_exit_code() {
        let server = shell("echo listening on 127.0.0.1:9; exec sleep 60").listening();
        server.signal("TERM");
        let told = told(|| server.exits_with(0, "it must finish its work"));
        assert!(
            told.contains("the server was killed by signal 15"),
            "{told}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn an_unknown_signal_is_a_failure() {
        let server = shell("echo listening on 127.0.0.1:9; exec sleep 60").listening();
        let told = told(|| server.signal("NOSUCH"));
        assert!(told.contains("SIGNOSUCH could not be sent"), "{told}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_tables_of_the_kernel_are_read() {
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
        let one = u32::from_ne_bytes([127, 0, 0, 1]);
        let row = |place: String, state: &str, inode: u32| {
            format!(
                "   0: {place} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000     0        0 {inode} 1 0 100 0 0 10 0\n"
            )
        };
        let v6 = format!(
            "{:08X}{:08X}{:08X}{:08X}",
            0,
            0,
            0,
            u32::from_ne_bytes([0, 0, 0, 1])
        );
        let table = [
            head.to_owned(),
            row(format!("{one:08X}:1F90"), "0A", 7),
            row(format!("{one:08X}:1F91"), "01", 8),
            row(format!("{v6}:1F92"), "0A", 9),
        ]
        .concat();
        let places = listeners::rows(&table);
        let expected = ["127.0.0.1:8080", "[::1]:8082"].map(|text| text.parse().unwrap());
        assert_eq!(places, [(7, expected[0]), (9, expected[1])]);
        assert_eq!(listeners::parent("12 (a) b) S 34 12 12"), Some(34));
    }

    #[test]
    fn the_loopback_is_reached_through_some_places_only() {
        let address: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        let serves = |place: &str| serves(&[place.parse().unwrap()], address);
        assert!(serves("127.0.0.1:8080") && serves("0.0.0.0:8080"));
        assert!(serves("[::ffff:127.0.0.1]:8080"));
        assert!(!serves("127.0.0.1:8081") && !serves("[::1]:8080") && !serves("127.0.0.2:8080"));
        assert_eq!(in_place_of(Some(&[])), "; it listens nowhere");
        assert_eq!(in_place_of(None), "");
    }
}
