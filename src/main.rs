//! The `backlings` program: see `backlings --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    backlings::run()
}
