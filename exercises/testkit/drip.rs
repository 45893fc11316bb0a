//! A stream that behaves as sockets do on a bad day: it gives a byte at a time, takes
//! half of what is written, is interrupted, ends early, breaks.
//!
//! Code that is generic over `Read` and `Write` is tried on a [`Drip`] in place of a
//! `TcpStream`, so that what happens once in a million reads happens on each:
//!
//! ```
//! use std::io::{ErrorKind, Read, Write};
//! use testkit::drip::{Drip, Pace};
//!
//! let drip = Drip::new("PING\r\n").pace(Pace::OneByOne).every_other(ErrorKind::Interrupted);
//! let mut request = [0; 6];
//! (&drip).read_exact(&mut request)?;
//! (&drip).write_all(b"PONG\r\n")?;
//! assert_eq!(drip.written(), b"PONG\r\n");
//! assert_eq!(drip.calls().reads, 12);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Clones are handles to the same stream and, as with a `TcpStream`, so is `&Drip`: give
//! the learner's code a clone and keep the other. Where it takes `impl BufRead`, wrap a
//! clone in `BufReader`, whose buffer is then filled piece by piece.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use harness::fail;

use crate::bytes;
use crate::rng::Rng;

/// How often code may call on after the end, or after an error that stays, before it
/// counts as a loop without end. Buffered readers ask again once or twice.
const VAIN_CALLS: u32 = 200;
/// How many of the last calls a failure shows.
const SHOWN_CALLS: usize = 20;

/// How much a call gets or takes at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pace {
    /// Everything there is.
    Whole,
    /// One byte.
    OneByOne,
    /// These numbers of bytes, one after another, and again from the first.
    Pieces(Vec<usize>),
}

/// As one would say it: "all there is", "1 byte at a time", "3, 1 and 5 bytes, and so on".
impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("all there is"),
            Self::OneByOne => f.write_str("1 byte at a time"),
            Self::Pieces(sizes) => match sizes.as_slice() {
                [] => f.write_str("nothing"),
                [1] => f.write_str("1 byte at a time"),
                [size] => write!(f, "{size} bytes at a time"),
                [sizes @ .., last] => {
                    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
                    write!(f, "{} and {last} bytes, and so on", sizes.join(", "))
                }
            },
        }
    }
}

impl Pace {
    /// Random pieces of 1 to `longest` bytes, of a cycle of up to 16: in
    /// [`for_all`](crate::for_all), they become few and small where a smaller case fails too.
    ///
    /// # Panics
    ///
    /// When `longest` is 0.
    #[track_caller]
    pub fn random(rng: &mut Rng, longest: usize) -> Self {
        Self::Pieces(rng.many(1..=16, |rng| rng.range(1..=longest)))
    }

    /// How much the next call gets of `wanted` bytes, when it is the one with this number.
    fn of(&self, wanted: usize, call: usize) -> usize {
        match self {
            Self::Whole => wanted,
            Self::OneByOne => wanted.min(1),
            Self::Pieces(sizes) => wanted.min(sizes[call % sizes.len()]),
        }
    }

    #[track_caller]
    fn checked(self) -> Self {
        if let Self::Pieces(sizes) = &self {
            assert!(
                !sizes.is_empty() && !sizes.contains(&0),
                "a piece of no bytes would mean the end of the stream: {sizes:?}"
            );
        }
        self
    }
}

/// How often the stream was called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls of `read`, also those that failed.
    pub reads: usize,
    /// Calls of `write`, also those that failed.
    pub writes: usize,
    /// Calls of `flush`.
    pub flushes: usize,
    /// The longest buffer that `read` was to fill, in bytes.
    pub longest_buffer: usize,
}

/// A stream with an input that it gives and an output that it keeps. See the
/// [module](self).
#[derive(Debug, Clone)]
pub struct Drip {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    input: Vec<u8>,
    output: Vec<u8>,
    flushed: usize,
    calls: Calls,
    from: Side,
    to: Side,
    last: VecDeque<String>,
}

/// One direction.
#[derive(Debug)]
struct Side {
    pace: Pace,
    every_other: Option<ErrorKind>,
    /// What happens once so many bytes have passed: an error, or no byte more.
    stop: Option<(usize, Option<ErrorKind>)>,
    /// How many bytes have passed.
    done: usize,
    /// How many calls let bytes pass.
    pieces: usize,
    /// Whether the last call failed because of `every_other`.
    held_up: bool,
    /// Calls since there was nothing more to get.
    in_vain: u32,
}

impl Default for Side {
    fn default() -> Self {
        Self {
            pace: Pace::Whole,
            every_other: None,
            stop: None,
            done: 0,
            pieces: 0,
            held_up: false,
            in_vain: 0,
        }
    }
}

impl Side {
    /// How many bytes of `wanted` may pass now.
    fn next(&mut self, wanted: usize) -> io::Result<usize> {
        // A call for nothing gets nothing, which is not the end.
        if wanted == 0 {
            return Ok(0);
        }
        if let Some(kind) = self.every_other {
            self.held_up = !self.held_up;
            if self.held_up {
                return Err(kind.into());
            }
        }
        let (limit, then) = self.stop.unwrap_or((usize::MAX, None));
        let left = limit - self.done;
        if left == 0
            && let Some(kind) = then
        {
            return Err(kind.into());
        }
        let count = self.pace.of(wanted.min(left), self.pieces);
        self.pieces += 1;
        Ok(count)
    }

    /// Counts calls that bring nothing new; true where there were far too many.
    fn is_in_vain(&mut self, outcome: &io::Result<usize>) -> bool {
        match outcome {
            Ok(0) => self.in_vain += 1,
            Ok(_) => self.in_vain = 0,
            Err(_) if self.held_up => {}
            Err(_) => self.in_vain += 1,
        }
        self.in_vain > VAIN_CALLS
    }
}

impl Drip {
    /// A stream that gives `input` and then ends, and takes what is written; until told
    /// otherwise, all at once.
    pub fn new(input: impl Into<Vec<u8>>) -> Self {
        let state = State {
            input: input.into(),
            output: Vec::new(),
            flushed: 0,
            calls: Calls::default(),
            from: Side::default(),
            to: Side::default(),
            last: VecDeque::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Sets how much a read gets and a write takes.
    ///
    /// # Panics
    ///
    /// When the pace has no pieces, or one of no bytes.
    #[track_caller]
    #[must_use = "nothing has been read yet"]
    pub fn pace(self, pace: Pace) -> Self {
        self.read_pace(pace.clone()).write_pace(pace)
    }

    /// Sets how much a read gets; panics as [`Drip::pace`] does.
    #[track_caller]
    #[must_use = "nothing has been read yet"]
    pub fn read_pace(self, pace: Pace) -> Self {
        self.lock().from.pace = pace.checked();
        self
    }

    /// Sets how much a write takes; panics as [`Drip::pace`] does.
    #[track_caller]
    #[must_use = "nothing has been written yet"]
    pub fn write_pace(self, pace: Pace) -> Self {
        self.lock().to.pace = pace.checked();
        self
    }

    /// Lets every other call of `read` and of `write` fail, beginning with the first:
    /// `Interrupted`, after which one calls again, or `WouldBlock`, of which code for
    /// blocking streams must make an error.
    #[must_use = "nothing has been read yet"]
    pub fn every_other(self, kind: ErrorKind) -> Self {
        let mut state = self.lock();
        state.from.every_other = Some(kind);
        state.to.every_other = Some(kind);
        drop(state);
        self
    }

    /// Ends the input after so many bytes, whatever was to come.
    #[must_use = "nothing has been read yet"]
    pub fn end_after(self, bytes: usize) -> Self {
        self.lock().from.stop = Some((bytes, None));
        self
    }

    /// Lets every read fail once so many bytes have been read.
    #[must_use = "nothing has been read yet"]
    pub fn read_error_after(self, bytes: usize, kind: ErrorKind) -> Self {
        self.lock().from.stop = Some((bytes, Some(kind)));
        self
    }

    /// Lets every write fail once so many bytes have been written.
    #[must_use = "nothing has been written yet"]
    pub fn write_error_after(self, bytes: usize, kind: ErrorKind) -> Self {
        self.lock().to.stop = Some((bytes, Some(kind)));
        self
    }

    /// Lets writes take nothing (`Ok(0)`) once so many bytes have been written, as a
    /// full buffer does. `write_all` makes the error `WriteZero` of it.
    #[must_use = "nothing has been written yet"]
    pub fn full_after(self, bytes: usize) -> Self {
        self.lock().to.stop = Some((bytes, None));
        self
    }

    /// All that was written so far.
    pub fn written(&self) -> Vec<u8> {
        self.lock().output.clone()
    }

    /// How many of the written bytes came before the last `flush`.
    pub fn flushed(&self) -> usize {
        self.lock().flushed
    }

    /// What has not been read of the input.
    pub fn unread(&self) -> Vec<u8> {
        let state = self.lock();
        state.input[state.from.done..].to_vec()
    }

    /// How often the stream was called.
    pub fn calls(&self) -> Calls {
        self.lock().calls
    }

    /// The last calls and what came of them, one a line, to be shown in a failure.
    pub fn transcript(&self) -> String {
        let state = self.lock();
        let calls = state.calls;
        let before = (calls.reads + calls.writes + calls.flushes) - state.last.len();
        let mut lines: Vec<&str> = state.last.iter().map(String::as_str).collect();
        let left_out = format!("... {before} calls before");
        if before > 0 {
            lines.insert(0, &left_out);
        }
        if lines.is_empty() {
            return "no call".into();
        }
        lines.join("\n")
    }

    /// Fails the check from within the learner's loop, which would not end by itself.
    #[track_caller]
    fn give_up(&self, call: &str) -> ! {
        let input = self.lock().input.clone();
        fail(format!("the code calls `{call}` for ever"))
            .given(format!("a stream of {} bytes\n{}", input.len(), bytes::quote(&input)))
            .expected("the loop to end when no byte comes or goes any more")
            .got(format!("{VAIN_CALLS} calls more\n{}", self.transcript()))
            .because("`Ok(0)` means that no more bytes will pass, and most errors stay: a loop must end on both")
            .raise()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, line: String) {
        if self.last.len() == SHOWN_CALLS {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.calls.reads += 1;
        self.calls.longest_buffer = self.calls.longest_buffer.max(buffer.len());
        let left = self.input.len() - self.from.done;
        let outcome = self.from.next(buffer.len()).map(|count| count.min(left));
        let mut line = format!("read of up to {} bytes: ", buffer.len());
        if let Ok(count) = outcome {
            let piece = &self.input[self.from.done..][..count];
            buffer[..count].copy_from_slice(piece);
            self.from.done += count;
            line += &bytes::quote(piece);
        }
        line += &told(&outcome);
        self.note(line);
        outcome
    }

    fn write(&mut self, given: &[u8]) -> io::Result<usize> {
        self.calls.writes += 1;
        let outcome = self.to.next(given.len());
        if let Ok(count) = outcome {
            self.output.extend_from_slice(&given[..count]);
            self.to.done += count;
        }
        let line = format!("write of {}{}", bytes::quote(given), told(&outcome));
        self.note(line);
        outcome
    }
}

fn told(outcome: &io::Result<usize>) -> String {
    match outcome {
        Ok(count) => format!(" -> Ok({count})"),
        Err(error) => format!(" -> Err({:?})", error.kind()),
    }
}

impl Read for &Drip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.lock();
        let outcome = state.read(buffer);
        let in_vain = !buffer.is_empty() && state.from.is_in_vain(&outcome);
        drop(state);
        if in_vain {
            self.give_up("read");
        }
        outcome
    }
}

impl Write for &Drip {
    fn write(&mut self, given: &[u8]) -> io::Result<usize> {
        let mut state = self.lock();
        let outcome = state.write(given);
        let in_vain = !given.is_empty() && state.to.is_in_vain(&outcome);
        drop(state);
        if in_vain {
            self.give_up("write");
        }
        outcome
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut state = self.lock();
        state.calls.flushes += 1;
        state.flushed = state.output.len();
        state.note("flush -> Ok(())".into());
        Ok(())
    }
}

impl Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }
}

impl Write for Drip {
    fn write(&mut self, given: &[u8]) -> io::Result<usize> {
        (&*self).write(given)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use harness::Failure;

    use super::*;

    /// What each read of up to eight bytes brings, until the end or an error that stays.
    fn reads(mut drip: Drip) -> Vec<Result<String, ErrorKind>> {
        let mut seen = Vec::new();
        let mut buffer = [0; 8];
        loop {
            let read = drip.read(&mut buffer).map_err(|error| error.kind());
            let text = read.map(|count| String::from_utf8_lossy(&buffer[..count]).into_owned());
            let is_last = seen.last() == Some(&text) && text.is_err() || text == Ok(String::new());
            seen.push(text);
            if is_last {
                return seen;
            }
        }
    }

    fn texts<const N: usize>(texts: [&str; N]) -> Vec<Result<String, ErrorKind>> {
        texts.map(|text| Ok(text.to_owned())).to_vec()
    }

    #[test]
    fn gives_the_pieces_that_were_asked_for() {
        let drip = || Drip::new("abcdefghij");
        assert_eq!(reads(drip()), texts(["abcdefgh", "ij", ""]));
        let one = reads(drip().end_after(3).pace(Pace::OneByOne));
        assert_eq!(one, texts(["a", "b", "c", ""]));
        let pieces = reads(drip().pace(Pace::Pieces(vec![3, 1])));
        assert_eq!(pieces, texts(["abc", "d", "efg", "h", "ij", ""]));
        assert_eq!(drip().unread(), b"abcdefghij");
    }

    #[test]
    fn random_pieces_are_those_of_the_seed_and_lose_nothing() {
        let pace = |seed| Pace::random(&mut Rng::new(seed), 5);
        assert_eq!(pace(1), pace(1));
        assert_ne!(pace(1), pace(2));
        let input = "x".repeat(100);
        let seen = reads(Drip::new(input.as_str()).pace(pace(1)));
        assert_eq!(seen.into_iter().flatten().collect::<String>(), input);
    }

    #[test]
    #[should_panic(expected = "a piece of no bytes")]
    fn a_piece_of_no_bytes_is_refused() {
        _ = Drip::new("").pace(Pace::Pieces(vec![1, 0]));
    }

    #[test]
    fn fails_every_other_call_and_loses_nothing() {
        let seen = reads(
            Drip::new("abc")
                .pace(Pace::Pieces(vec![2]))
                .every_other(ErrorKind::Interrupted),
        );
        let held_up = Err(ErrorKind::Interrupted);
        let expected = ["ab", "c", ""].map(|text| [held_up.clone(), Ok(text.into())]);
        assert_eq!(seen, expected.concat());
        let mut drip = Drip::new("")
            .pace(Pace::OneByOne)
            .every_other(ErrorKind::WouldBlock);
        assert_eq!(drip.write(b"ab").unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(drip.write(b"ab").unwrap(), 1);
    }

    #[test]
    fn errors_come_after_their_bytes_and_stay() {
        let seen = reads(Drip::new("abc").read_error_after(2, ErrorKind::ConnectionReset));
        let broken = Err(ErrorKind::ConnectionReset);
        assert_eq!(seen, [Ok("ab".into()), broken.clone(), broken]);
        let mut drip = Drip::new("").write_error_after(2, ErrorKind::BrokenPipe);
        let error = drip.write_all(b"abc").unwrap_err();
        assert_eq!(
            (error.kind(), drip.written()),
            (ErrorKind::BrokenPipe, b"ab".to_vec())
        );
        let mut drip = Drip::new("").full_after(1);
        let error = drip.write_all(b"abc").unwrap_err();
        assert_eq!(
            (error.kind(), drip.written()),
            (ErrorKind::WriteZero, b"a".to_vec())
        );
    }

    #[test]
    fn counts_calls_and_keeps_what_is_written() {
        let drip = Drip::new("one\ntwo\n").pace(Pace::Pieces(vec![3]));
        let mut line = String::new();
        BufReader::with_capacity(64, drip.clone())
            .read_line(&mut line)
            .unwrap();
        assert_eq!((line.as_str(), drip.unread()), ("one\n", b"o\n".to_vec()));
        let mut writer = drip.clone();
        writer.write_all(b"abcd").unwrap();
        writer.flush().unwrap();
        writer.write_all(b"e").unwrap();
        assert_eq!((drip.written(), drip.flushed()), (b"abcde".to_vec(), 4));
        let expected = Calls {
            reads: 2,
            writes: 3,
            flushes: 1,
            longest_buffer: 64,
        };
        assert_eq!(drip.calls(), expected);
        let transcript = drip.transcript();
        let first = "read of up to 64 bytes: \"one\" -> Ok(3)\n";
        assert!(transcript.starts_with(first), "{transcript}");
        assert!(
            transcript
                .ends_with("write of \"d\" -> Ok(1)\nflush -> Ok(())\nwrite of \"e\" -> Ok(1)"),
            "{transcript}"
        );
    }

    #[test]
    fn a_long_transcript_shows_the_last_calls() {
        let drip = Drip::new("x".repeat(30)).pace(Pace::OneByOne);
        reads(drip.clone());
        let transcript = drip.transcript();
        assert!(
            transcript.starts_with("... 11 calls before\nread"),
            "{transcript}"
        );
        assert_eq!(transcript.lines().count(), SHOWN_CALLS + 1);
        assert_eq!(Drip::new("").transcript(), "no call");
    }

    #[test]
    fn an_empty_buffer_is_not_the_end() {
        let mut drip = Drip::new("a").every_other(ErrorKind::Interrupted);
        assert!((0..=VAIN_CALLS).all(|_| drip.read(&mut []).unwrap() == 0));
    }

    #[test]
    fn a_loop_without_end_fails_the_check() {
        let endless = |call: &dyn Fn()| {
            let payload = catch_unwind(AssertUnwindSafe(|| {
                loop {
                    call()
                }
            }))
            .unwrap_err();
            format!("{:?}", payload.downcast::<Failure>().expect("a failure"))
        };
        let drip = Drip::new("ab").every_other(ErrorKind::Interrupted);
        let text = endless(&|| _ = (&drip).read(&mut [0; 8]));
        assert!(text.contains("the code calls `read` for ever"), "{text}");
        assert_eq!(drip.calls().reads, 2 * (VAIN_CALLS as usize + 2));
        let drip = Drip::new("").write_error_after(0, ErrorKind::BrokenPipe);
        let text = endless(&|| _ = (&drip).write(b"x"));
        assert!(text.contains("the code calls `write` for ever"), "{text}");
    }
}
