//! A compiler that is started before it is needed.
//!
//! It waits, without using the processor, for its standard input: for its arguments,
//! which rustc takes from a file that `@` names, so that the 12 ms that loading and
//! linking itself takes are over; or, where these are known, for the subject's text
//! (see [`super::mirror`]), so that it has read everything else.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, PipeWriter, Write as _};
use std::path::PathBuf;

use super::process::{Cancel, Child, Ended, Running};

/// What the learner has saved, for a compiler that reads it from standard input.
#[derive(Debug, Clone)]
pub struct Text {
    pub bytes: Vec<u8>,
    /// Changes with everything that the compiler may have read before.
    pub key: String,
}

/// A started compiler that has not been told all.
#[derive(Debug)]
pub struct Standby {
    program: PathBuf,
    directory: PathBuf,
    env: Vec<(&'static str, OsString)>,
    waits_for: WaitsFor,
    running: Option<Running>,
    input: PipeWriter,
}

#[derive(Debug)]
enum WaitsFor {
    Arguments,
    Text { args: Vec<OsString>, key: String },
}

impl Standby {
    /// Starts the compiler of `child`, whose arguments are still to come. Where
    /// a system has no name for a standard input there is none.
    pub fn for_arguments(child: &Child<'_>) -> Option<Self> {
        if !cfg!(unix) {
            return None;
        }
        let started = Child {
            args: vec!["@/dev/stdin".into()],
            ..child.clone()
        };
        Self::start(&started, WaitsFor::Arguments).ok()
    }

    /// Starts `child`, to which only the text is still to come that has this key.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn for_text(child: &Child<'_>, key: &str) -> io::Result<Self> {
        let waits_for = WaitsFor::Text {
            args: child.args.clone(),
            key: key.to_owned(),
        };
        Self::start(child, waits_for)
    }

    fn start(child: &Child<'_>, waits_for: WaitsFor) -> io::Result<Self> {
        let (reader, input) = io::pipe()?;
        Ok(Self {
            program: child.program.to_owned(),
            directory: child.directory.to_owned(),
            env: child.env.clone(),
            waits_for,
            running: Some(Running::start(child, Some(reader))?),
            input,
        })
    }

    /// Whether it still waits, and would do what `child` started now does.
    pub fn serves(&self, child: &Child<'_>, text: Option<&Text>) -> bool {
        let waits_for_it = match (&self.waits_for, text) {
            (WaitsFor::Arguments, None) => true,
            (WaitsFor::Text { args, key }, Some(text)) => *args == child.args && *key == text.key,
            _ => false,
        };
        waits_for_it
            && self.program == child.program
            && self.directory == child.directory
            && self.env == child.env
            && self.running.as_ref().is_some_and(|one| !one.has_ended())
    }

    /// Tells it the rest and follows it to its end; nothing where it cannot be told:
    /// then a compiler must be started.
    pub fn run(
        mut self,
        child: &Child<'_>,
        text: Option<&Text>,
        cancel: &Cancel,
    ) -> Option<io::Result<Ended>> {
        let input = match text {
            Some(text) => Cow::Borrowed(text.bytes.as_slice()),
            None => Cow::Owned(lines(&child.args)?),
        };
        let told = self.input.write_all(&input);
        // One that has ended before it read anything says why.
        if told.is_err() && text.is_none() {
            return None;
        }
        let running = self.running.take()?;
        // The end of the input is the end of the pipe.
        drop(self);
        Some(running.finish(child, cancel, &mut |_| {}))
    }
}

/// Arguments as rustc reads them from a file: a line each, in UTF-8.
fn lines(args: &[OsString]) -> Option<Vec<u8>> {
    let mut lines = Vec::new();
    for argument in args {
        let argument = argument.to_str();
        let argument = argument.filter(|text| !text.contains(['\n', '\r']))?;
        lines.extend_from_slice(argument.as_bytes());
        lines.push(b'\n');
    }
    Some(lines)
}

impl Drop for Standby {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.kill();
        }
    }
}
