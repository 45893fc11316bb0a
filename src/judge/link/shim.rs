//! This program as rustc's linker.

use std::env;
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::OnceLock;

/// Names the socket at which the watcher listens; whoever starts this program with it
/// wants a linker.
pub const VARIABLE: &str = "BACKLINGS_LINKER";

/// Where this program is, once it has been seen to be one that does a linker's work.
static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();

/// The program that rustc can be given for a linker: this one, unless it is another
/// that only has this code in it.
pub fn program() -> Option<PathBuf> {
    PROGRAM.get().cloned().flatten()
}

/// Does the work of a linker, where this program has been started as one.
pub fn as_linker() -> Option<ExitCode> {
    let Some(socket) = env::var_os(VARIABLE) else {
        PROGRAM.get_or_init(|| env::current_exe().ok());
        return None;
    };
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    match hand_over(&socket, &args) {
        Ok(Some((code, said))) => {
            // rustc shows it, where the linker failed.
            let _ = io::stderr().write_all(&said);
            Some(ExitCode::from(code))
        }
        // Nobody there, or nothing they could do.
        Ok(None) | Err(_) => {
            let error = Command::new("cc").args(&args).exec();
            eprintln!("cannot start the linker `cc`: {error}");
            Some(ExitCode::FAILURE)
        }
    }
}

/// Lets the watcher link: how that ended, and what the linker said.
fn hand_over(socket: &OsString, args: &[OsString]) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut stream = UnixStream::connect(socket)?;
    let directory = env::current_dir()?.into_os_string();
    let mut request = Vec::new();
    for part in std::iter::once(&directory).chain(args) {
        request.extend_from_slice(part.as_bytes());
        request.push(0);
    }
    stream.write_all(&request)?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let said = answer.split_off(answer.len().min(1));
    Ok(answer.first().map(|code| (*code, said)))
}
