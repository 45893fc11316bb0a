//! A program on a pseudo-terminal, and when it shows what.

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use console::strip_ansi_codes;
use pty_process::blocking::{Command, Pty, open};
use rustix::process::Signal;

use super::process::{Run, TICK, kill_group};

const ROWS: u16 = 40;
const COLUMNS: u16 = 120;
/// How long a program may take to leave when it is asked to.
const LEAVING: Duration = Duration::from_secs(3);

/// What came from the terminal, and when it had been read.
type Chunk = (Instant, Vec<u8>);

/// A watcher on a terminal of its own; dropping it ends it.
pub struct Watcher<'a> {
    run: &'a Run,
    child: Child,
    pty: Arc<Pty>,
    chunks: Receiver<Chunk>,
    /// What a person would see, for who asks why something did not come.
    screen: vt100::Parser,
}

impl<'a> Watcher<'a> {
    /// Starts a program in a directory.
    pub fn start(
        run: &'a Run,
        program: impl AsRef<OsStr>,
        args: &[&OsStr],
        directory: &Path,
    ) -> Result<Self> {
        let name = program.as_ref().to_string_lossy().into_owned();
        let (pty, pts) = open().context("there is no pseudo-terminal")?;
        pty.resize(pty_process::Size::new(ROWS, COLUMNS))?;
        let child = Command::new(program)
            .args(args)
            .current_dir(directory)
            .env_clear()
            .envs(run.environment())
            .env("TERM", "xterm-256color")
            .spawn(pts)
            .with_context(|| format!("cannot start `{name}`"))?;
        let pty = Arc::new(pty);
        let source = pty.clone();
        let (sender, chunks) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 65536];
            while let Ok(count @ 1..) = (&*source).read(&mut bytes) {
                if sender
                    .send((Instant::now(), bytes[..count].to_vec()))
                    .is_err()
                {
                    return;
                }
            }
        });
        let lines = |count| NonZero::new(count).context("a terminal has lines");
        Ok(Self {
            run,
            child,
            pty,
            chunks,
            screen: vt100::Parser::new(lines(ROWS)?, lines(COLUMNS)?, 0),
        })
    }

    /// Reads for so long, and forgets what came.
    pub fn settle(&mut self, time: Duration) -> Result<()> {
        let until = Instant::now() + time;
        while self.chunk(until)?.is_some() {}
        Ok(())
    }

    /// Waits until a text has come since the last wait; when it did.
    ///
    /// # Errors
    ///
    /// When it does not come: the error shows the screen.
    pub fn wait(&mut self, text: &str, limit: Duration) -> Result<Instant> {
        let until = Instant::now() + limit;
        let mut seen = Vec::new();
        while let Some((at, bytes)) = self.chunk(until)? {
            seen.extend_from_slice(&bytes);
            if strip_ansi_codes(&String::from_utf8_lossy(&seen)).contains(text) {
                return Ok(at);
            }
        }
        bail!(
            "no {text:?} within {} s; the screen:\n{}",
            limit.as_secs(),
            self.contents()
        )
    }

    /// The next that comes, nothing where nothing has come by then.
    fn chunk(&mut self, until: Instant) -> Result<Option<Chunk>> {
        loop {
            self.run.go_on()?;
            let left = until.saturating_duration_since(Instant::now());
            match self.chunks.recv_timeout(left.min(TICK)) {
                Ok(chunk) => {
                    self.screen.process(&chunk.1);
                    return Ok(Some(chunk));
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("the program has ended; the screen:\n{}", self.contents())
                }
            }
        }
    }

    fn contents(&self) -> String {
        self.screen.screen().contents()
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        // Both watchers leave by this key.
        let _ = (&*self.pty).write_all(b"q");
        let until = Instant::now() + LEAVING;
        while Instant::now() < until && matches!(self.child.try_wait(), Ok(None)) {
            // Reading goes on: a full terminal would hold it.
            let _ = self.chunks.recv_timeout(Duration::from_millis(20));
        }
        kill_group(self.child.id(), Signal::KILL);
        let _ = self.child.wait();
    }
}
