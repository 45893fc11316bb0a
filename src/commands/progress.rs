//! One line on the terminal that tells how far something has come, while somebody waits.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use console::{Term, truncate_str};

use crate::screen::Paint;

/// How often the line is drawn; what is done before that shows none.
const TICK: Duration = Duration::from_millis(100);
/// The columns of the bar.
const BAR: usize = 30;
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// A line on standard error, drawn again and again until this is dropped; where
/// standard error is no terminal there is none.
pub struct ProgressLine {
    state: Arc<Mutex<State>>,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
}

/// What the line says.
#[derive(Default)]
struct State {
    done: usize,
    /// 0: nobody knows how many there are, so a spinner turns.
    total: usize,
    /// `exercises`: of what there are so many.
    sort: &'static str,
    /// What is being worked on; nothing is drawn without.
    current: String,
}

impl ProgressLine {
    pub fn new(paint: Paint) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let ticker = io::stderr().is_terminal().then(|| {
            let (stop, stopped) = mpsc::channel();
            let state = Arc::clone(&state);
            let thread = thread::spawn(move || {
                let mut terminal = Term::buffered_stderr();
                let begun = Instant::now();
                let mut drawn = false;
                for turn in 0.. {
                    if stopped.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
                        break;
                    }
                    let line = lock(&state).line(begun.elapsed(), turn, paint);
                    let Some(line) = line else { continue };
                    let columns = usize::from(terminal.size().1).saturating_sub(1);
                    // A terminal that has gone away is told to nobody.
                    let _ = terminal.clear_line();
                    let _ = terminal.write_all(truncate_str(&line, columns, "…").as_bytes());
                    let _ = terminal.flush();
                    drawn = true;
                }
                if drawn {
                    let _ = terminal.clear_line();
                    let _ = terminal.flush();
                }
            });
            (stop, thread)
        });
        Self { state, ticker }
    }

    /// A line that counts up to `total` things of a sort.
    pub fn counting(total: usize, sort: &'static str, paint: Paint) -> Self {
        let line = Self::new(paint);
        line.count(0, total, sort);
        line
    }

    /// Whether anybody can see it.
    pub fn is_seen(&self) -> bool {
        self.ticker.is_some()
    }

    /// So many of so many things of a sort are done; of 0 where nobody knows.
    pub fn count(&self, done: usize, total: usize, sort: &'static str) {
        let mut state = lock(&self.state);
        (state.done, state.total, state.sort) = (done, total, sort);
    }

    /// One more is done.
    pub fn advance(&self) {
        lock(&self.state).done += 1;
    }

    /// What is being worked on.
    pub fn say(&self, current: impl Into<String>) {
        lock(&self.state).current = current.into();
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.ticker.take() {
            drop(stop);
            // It ends at once and cannot panic in a way that matters here.
            let _ = thread.join();
        }
    }
}

impl State {
    /// The line after so long a time; `turn` turns the spinner.
    fn line(&self, waited: Duration, turn: usize, paint: Paint) -> Option<String> {
        let Self { done, total, .. } = *self;
        let (sort, current) = (self.sort, &self.current);
        if current.is_empty() {
            return None;
        }
        let seconds = match waited.as_secs() {
            0 | 1 => String::new(),
            seconds => format!(", {seconds} s"),
        };
        Some(if total == 0 {
            let spinner = paint.good(SPINNER[turn % SPINNER.len()]);
            format!("{spinner} {current}{seconds}")
        } else {
            let bar = paint.bar(done, total, BAR);
            format!("{bar} {done}/{total} {sort}{seconds}  {current}")
        })
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_where_the_number_is_known_and_turns_where_it_is_not() {
        let mut state = State::default();
        let line = |state: &State, seconds| {
            let waited = Duration::from_secs(seconds);
            state.line(waited, 11, Paint::PLAIN)
        };
        assert_eq!(line(&state, 5), None);
        state.current = "http1".to_owned();
        assert_eq!(line(&state, 0).unwrap(), "⠙ http1");
        (state.done, state.total, state.sort) = (1, 3, "exercises");
        let bar = format!("{}{}", "━".repeat(10), "─".repeat(20));
        let expected = format!("{bar} 1/3 exercises, 12 s  http1");
        assert_eq!(line(&state, 12).unwrap(), expected);
    }
}
