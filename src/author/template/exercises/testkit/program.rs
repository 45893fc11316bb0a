//! The learner's program as a child process: started, talked to, and always ended.
//!
//! For the author: this is all that a `program` exercise needs that reads lines and answers with
//! lines. For a server, let it print its address as the first line (`listening on 127.0.0.1:PORT`),
//! started with a port of 0 so that the system chooses a free one, and connect to that address with
//! a `TcpStream` that has a read timeout. Three rules hold for both:
//! - Every wait has an end ([`DEADLINE`]). A wait that runs out is a failure; how fast a right
//!   answer comes is never judged, for the machine may be busy.
//! - The child is killed and waited for whatever happens: `Drop` does it, also when a check fails.
//! - No fixed port, no file outside the current directory, which is the check's own.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use harness::fail;

/// How long a check waits for what a right answer does at once.
///
/// Long enough for a busy machine, and short enough that all checks of an exercise can wait in vain
/// once before its time limit (10 seconds, unless `time_limit` says otherwise) ends them.
pub const DEADLINE: Duration = Duration::from_secs(2);

/// The longest line that is read in one piece, in bytes: output without end fills no memory.
const LONGEST_LINE: u64 = 4096;
/// How many lines are read ahead. Then the program has to wait, as at any full pipe.
const LINES_AHEAD: usize = 64;

/// What came of waiting for a line.
#[derive(Clone, PartialEq, Eq)]
pub enum Heard {
    /// A line, without its end.
    Line(String),
    /// The program has closed its output, or has ended.
    End,
    /// Nothing within [`DEADLINE`].
    Nothing,
}

impl Heard {
    /// The line `text`.
    pub fn line(text: &str) -> Self {
        Self::Line(text.to_owned())
    }
}

/// In words, as failures show it.
impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(text) => write!(f, "{text:?}"),
            Self::End => f.write_str("no line: the output has ended"),
            Self::Nothing => write!(f, "no line within {DEADLINE:?}"),
        }
    }
}

/// A running program. When this goes out of scope, the program is killed and waited for.
#[derive(Debug)]
pub struct Program {
    child: Child,
    /// Nothing once it is closed.
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Program {
    /// Starts the learner's program. Its standard error is the check's own: backlings shows what is
    /// written there below the check that failed, so that learners read what a panic says.
    #[track_caller]
    pub fn start() -> Self {
        let started = Command::new(harness::subject())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => fail("the program could not be started")
                .got(error)
                .because("without it there is nothing to check")
                .raise(),
        };
        let input = child.stdin.take();
        let (sender, lines) = sync_channel(LINES_AHEAD);
        if let Some(output) = child.stdout.take() {
            // Nobody waits for this thread: it ends with the output, or when nobody listens.
            thread::spawn(move || read_lines(output, &sender));
        }
        Self {
            child,
            input,
            lines,
        }
    }

    /// Writes to its standard input. Keep it short: what does not fit into a pipe (64 KiB on
    /// Linux, less elsewhere) waits for the program to read.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        if let Some(input) = &mut self.input {
            // A program that reads no more is told by the answer that does not come.
            let _ = input.write_all(bytes.as_ref());
        }
    }

    /// Ends its standard input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Waits for the next line of its standard output.
    pub fn hear(&self) -> Heard {
        match self.lines.recv_timeout(DEADLINE) {
            Ok(line) => Heard::Line(line),
            Err(RecvTimeoutError::Disconnected) => Heard::End,
            Err(RecvTimeoutError::Timeout) => Heard::Nothing,
        }
    }

    /// Waits for its end; nothing where it still runs after [`DEADLINE`].
    pub fn end(&mut self) -> Option<ExitStatus> {
        let until = Instant::now() + DEADLINE;
        loop {
            // It is our own child: asking for its status does not fail.
            let status = self.child.try_wait().unwrap_or_default();
            if status.is_some() || Instant::now() >= until {
                return status;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended before: then there is nobody to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Hands on each line of a program's output until it ends or nobody listens.
fn read_lines(output: ChildStdout, lines: &SyncSender<String>) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = output
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line);
        if !matches!(read, Ok(1..)) {
            return;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        if lines
            .send(String::from_utf8_lossy(&line).into_owned())
            .is_err()
        {
            return;
        }
    }
}
