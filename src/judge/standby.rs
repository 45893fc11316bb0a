//! A compiler that is loaded before it is needed.
//!
//! Loading and linking itself takes a compiler some 12 ms of each start. One that
//! is started ahead waits, without using the processor, where it reads its
//! arguments from: rustc takes them from a file that `@` names, and that file is
//! a pipe here.

use std::io::{self, PipeWriter, Write as _};
use std::path::PathBuf;

use super::process::{Cancel, Child, Ended, Running};

/// A started compiler that has not been told what to compile.
#[derive(Debug)]
pub struct Standby {
    program: PathBuf,
    directory: PathBuf,
    running: Option<Running>,
    arguments: PipeWriter,
}

impl Standby {
    /// Starts the compiler of `child`, whose arguments are still to come. Where
    /// a system has no name for a standard input that is a pipe there is none.
    pub fn start(child: &Child<'_>) -> Option<Self> {
        if !cfg!(unix) {
            return None;
        }
        let (reader, arguments) = io::pipe().ok()?;
        let child = Child {
            args: vec!["@/dev/stdin".into()],
            ..child.clone()
        };
        Some(Self {
            program: child.program.to_owned(),
            directory: child.directory.to_owned(),
            running: Some(Running::start(&child, Some(reader)).ok()?),
            arguments,
        })
    }

    /// Whether it still waits, and would do what `child` started now does.
    pub fn serves(&self, child: &Child<'_>) -> bool {
        self.program == child.program
            && self.directory == child.directory
            && self.running.as_ref().is_some_and(|one| !one.has_ended())
    }

    /// Gives it its arguments and follows it to its end; nothing where it cannot
    /// take them: then a compiler must be started.
    pub fn run(mut self, child: &Child<'_>, cancel: &Cancel) -> Option<io::Result<Ended>> {
        let mut lines = Vec::new();
        for argument in &child.args {
            // A line is an argument, in UTF-8.
            let argument = argument
                .to_str()
                .filter(|text| !text.contains(['\n', '\r']))?;
            lines.extend_from_slice(argument.as_bytes());
            lines.push(b'\n');
        }
        self.arguments.write_all(&lines).ok()?;
        let running = self.running.take()?;
        // The end of the arguments is the end of the pipe.
        drop(self);
        Some(running.finish(child, cancel, &mut |_| {}))
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.kill();
        }
    }
}
