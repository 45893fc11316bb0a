//! From save to verdict: how long a learner waits, measured from outside.
//!
//!     cargo bench --bench save_to_verdict -- --help
//!
//! Real watchers run on pseudo-terminals. The time is taken from the moment the
//! subject's file is written and closed until the verdict stands on the terminal.
//! Beside `backlings watch` stand the floor (one compiler process that does all
//! that a save needs, and the check, without anything around them) and, where it is asked for,
//! rustlings with the same code. All are measured in turns, so that what else the
//! machine does meets each of them.

#[cfg(unix)]
pub mod course;
#[cfg(unix)]
pub mod files;
#[cfg(unix)]
pub mod floor;
#[cfg(unix)]
pub mod machine;
#[cfg(unix)]
pub mod measure;
#[cfg(unix)]
pub mod options;
#[cfg(unix)]
pub mod process;
#[cfg(unix)]
pub mod runners;
#[cfg(unix)]
pub mod rustlings;
#[cfg(unix)]
pub mod table;
#[cfg(unix)]
pub mod terminal;

#[cfg(not(unix))]
fn main() {
    eprintln!("save_to_verdict needs a pseudo-terminal, which only Unix systems have");
    std::process::exit(1);
}

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    match measure::run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
