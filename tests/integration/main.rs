//! backlings, tried from outside: the program as its users call it, on real
//! files, with a real compiler and, for the watcher, a real pseudo-terminal.

mod commands;
mod course_errors;
mod instruction_budgets;
mod misuse;
mod progress;
mod proof;
mod support;
mod update;
mod verdicts;
#[cfg(unix)]
mod watch;
