//! backlings, tried from outside: the program as its users call it, on real
//! files, with a real compiler and, for the watcher, a real pseudo-terminal.

#[cfg(unix)]
mod benchmark;
mod commands;
mod course_errors;
mod instruction_budgets;
mod misuse;
mod progress;
mod proof;
#[cfg(unix)]
#[allow(dead_code)]
#[path = "../../benches/save_to_verdict/main.rs"]
mod save_to_verdict;
mod support;
mod update;
mod verdicts;
#[cfg(unix)]
mod watch;
