//! backlings: learn backend development by mending it.
//!
//! Everything points downward: [`commands`] and [`watch`] stand at the rim, with
//! processes, files, terminal and clock; [`screen`] turns data into text;
//! [`judge`] turns a subject and its check into a [`judge::Report`];
//! [`author`] proves courses with it;
//! [`workspace`] is the learner's directory, [`course`] what `info.toml` says.

pub mod author;
pub mod cli;
pub mod commands;
pub mod course;
mod embedded;
pub mod error;
pub mod home;
pub mod judge;
pub mod screen;
pub mod trust;
pub mod watch;
pub mod workspace;

use std::process::ExitCode;

use clap::Parser as _;

/// Runs the program with the process's arguments and says how it ends.
pub fn run() -> ExitCode {
    if let Some(code) = judge::as_linker() {
        return code;
    }
    keep_a_small_heap();
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version end well, everything else is wrong usage.
            let _ = error.print();
            if error.kind() == clap::error::ErrorKind::InvalidSubcommand {
                eprintln!("\nTo judge an exercise: backlings run NAME");
            }
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match commands::dispatch(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

/// The threads wait nearly all of the time: a heap for each would only keep memory, and
/// so would what is kept for the next allocation; each is 400 kB while watching
/// (mallopt(3), `M_ARENA_MAX` and `M_TRIM_THRESHOLD`).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn keep_a_small_heap() {
    // Sets numbers of the allocator's before there is a second thread.
    #[allow(unsafe_code)]
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 16 * 1024);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn keep_a_small_heap() {}

/// Gives back what was freed in the middle of the heap, before a long wait
/// (malloc_trim(3)).
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn give_memory_back() {
    // It changes nothing that anybody holds.
    #[allow(unsafe_code)]
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_memory_back() {}
