//! The compiler, asked once where it is and called directly from then on.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use duct::cmd;

/// The sysroot's compiler. The rustup shim is passed by: it costs 10 ms a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// `clippy-driver`, which compiles and lints in one pass, or `rustc` where it is missing.
    pub compiler: PathBuf,
    /// Whether `compiler` lints.
    pub clippy: bool,
    /// Whether the standard library can be linked as a shared object, which takes
    /// a fifth off a save.
    pub shared_std: bool,
    libraries: PathBuf,
    rustc: PathBuf,
    /// When `rustc` was installed: an update in place is noticed by it.
    installed: SystemTime,
}

impl Toolchain {
    /// Asks `rustc` (or `$RUSTC`) in `directory` for its sysroot.
    ///
    /// # Errors
    ///
    /// When there is no working Rust toolchain.
    pub fn find(directory: &Path) -> Result<Self> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let answer = cmd!(&rustc, "--print=sysroot", "--print=target-libdir")
            .dir(directory)
            .stdin_null()
            .stderr_capture()
            .stdout_capture()
            .unchecked()
            .run()
            .with_context(|| {
                format!(
                    "cannot start the Rust compiler `{}`: install Rust (rustup.rs), or put it on the PATH",
                    rustc.to_string_lossy()
                )
            })?;
        let text = String::from_utf8_lossy(&answer.stdout);
        if !answer.status.success() {
            bail!(
                "the Rust compiler does not work: {}",
                String::from_utf8_lossy(&answer.stderr).trim()
            );
        }
        let mut lines = text.lines();
        let (Some(sysroot), Some(libraries)) = (lines.next(), lines.next()) else {
            bail!("`rustc --print=sysroot` gave no path: is `$RUSTC` a Rust compiler?");
        };
        let bin = Path::new(sysroot).join("bin");
        let rustc = bin.join(format!("rustc{}", env::consts::EXE_SUFFIX));
        let driver = bin.join(format!("clippy-driver{}", env::consts::EXE_SUFFIX));
        let clippy = driver.is_file();
        let installed = modified(&rustc).with_context(|| {
            format!("`rustc` names the sysroot `{sysroot}`, but there is no compiler in it")
        })?;
        Ok(Self {
            compiler: if clippy { driver } else { rustc.clone() },
            clippy,
            shared_std: cfg!(unix) && has_shared_std(Path::new(libraries)),
            libraries: libraries.into(),
            rustc,
            installed,
        })
    }

    /// Whether the compiler is still the one that was found.
    pub fn is_current(&self) -> bool {
        modified(&self.rustc).is_ok_and(|installed| installed == self.installed)
            && self.compiler.is_file()
    }

    /// The plain compiler, for libraries.
    pub fn rustc(&self) -> &Path {
        &self.rustc
    }

    /// The Cargo that belongs to this compiler.
    pub fn cargo(&self) -> PathBuf {
        let beside = self
            .rustc
            .with_file_name(format!("cargo{}", env::consts::EXE_SUFFIX));
        // A distribution's Cargo may stand elsewhere.
        if beside.is_file() {
            beside
        } else {
            PathBuf::from("cargo")
        }
    }

    /// The variable in which the system's loader looks for shared libraries,
    /// with the standard library's directory put first.
    pub fn loader_path(&self) -> (&'static str, OsString) {
        let name = if cfg!(windows) {
            "PATH"
        } else if cfg!(target_vendor = "apple") {
            "DYLD_FALLBACK_LIBRARY_PATH"
        } else {
            "LD_LIBRARY_PATH"
        };
        let mut value = self.libraries.clone().into_os_string();
        if let Some(old) = env::var_os(name).filter(|old| !old.is_empty()) {
            value.push(if cfg!(windows) { ";" } else { ":" });
            value.push(old);
        }
        (name, value)
    }

    /// What products of this compiler depend on.
    pub fn key(&self) -> String {
        let installed = self
            .installed
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        format!("{} {}", self.compiler.display(), installed.as_nanos())
    }
}

fn has_shared_std(libraries: &Path) -> bool {
    let is_std =
        |name: &str| name.starts_with("libstd-") && name.ends_with(env::consts::DLL_SUFFIX);
    fs::read_dir(libraries)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| entry.file_name().to_str().is_some_and(is_std))
}

fn modified(path: &Path) -> std::io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}
