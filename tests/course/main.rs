//! The course of this repository is proven, and so is the library its checks stand on.
//!
//! This is a test program of its own, so that nothing else runs beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Where proofs and what is built for them stay from one run to the next.
fn home() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("home")
}

fn course() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_exercise_tells_right_from_wrong() {
    let output = Command::new(env!("CARGO_BIN_EXE_backlings"))
        .args(["dev", "check", "--slowest"])
        .current_dir(course())
        .env("BACKLINGS_HOME", home())
        .env_remove("BACKLINGS_SEED")
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    println!("{out}");
    assert!(output.status.success(), "\n{out}\n{err}");
    let last = out.lines().last().unwrap_or_default();
    assert!(last.ends_with(" checks: all proven"), "{last}");
    the_testkit_passes_its_own_tests();
}

/// The testkit is no package of Cargo's: it is compiled as the judge compiles it,
/// with the crates that the proof has built, and must have no warning and pass its
/// tests, those in its documentation too.
fn the_testkit_passes_its_own_tests() {
    let place = tempfile::tempdir().unwrap();
    let tool = |name: &str, args: &[&str]| {
        let mut command = Command::new(sysroot().join("bin").join(name));
        command.args(["--edition", "2024", "-L"]).arg(place.path());
        command.args(["--check-cfg", "cfg(feature, values(any()))"]);
        command.args(["--check-cfg", "cfg(test)", "--deny", "warnings"]);
        command.args(args).current_dir(place.path());
        // Whatever settings there are, they are not the testkit's.
        command.env("CLIPPY_CONF_DIR", place.path());
        command
    };
    let crates = crates();
    let with_crates = |command: &mut Command| {
        let library = crates_library(&crates, "rusqlite");
        command.args(["--cfg", "feature=\"rusqlite\""]);
        command.args(["--extern", &format!("rusqlite={library}")]);
        let dependencies = crates.join("target/debug/deps");
        command.arg("-L");
        command.arg(format!("dependency={}", dependencies.display()));
        command.arg(course().join("exercises/testkit/lib.rs"));
    };
    let mut harness = tool(
        "clippy-driver",
        &["--crate-type=rlib", "--crate-name=harness"],
    );
    harness.arg(course().join("src/harness/lib.rs"));
    told(harness);

    let named = ["--crate-name=testkit", "--extern=harness"];
    let mut library = tool("clippy-driver", &["--crate-type=rlib"]);
    library.args(named);
    with_crates(&mut library);
    told(library);

    let mut tests = tool("clippy-driver", &["--test", "-o", "tests"]);
    tests.args(named);
    with_crates(&mut tests);
    told(tests);
    let ran = told(Command::new(place.path().join("tests")));
    assert!(!ran.contains("running 0 tests"), "{ran}");

    let mut examples = tool("rustdoc", &["--test", "--extern=testkit"]);
    examples.args(named);
    with_crates(&mut examples);
    let ran = told(examples);
    assert!(!ran.contains("running 0 tests"), "{ran}");
}

fn sysroot() -> PathBuf {
    let mut rustc = Command::new("rustc");
    rustc.arg("--print=sysroot");
    PathBuf::from(told(rustc).trim())
}

/// Where the proof has built the course's crates.
fn crates() -> PathBuf {
    let caches = fs::read_dir(home().join("cache")).unwrap().flatten();
    let built = caches.map(|cache| cache.path().join("build/crates"));
    built
        .into_iter()
        .find(|path| path.is_dir())
        .expect("an exercise uses a crate")
}

fn crates_library(crates: &Path, name: &str) -> String {
    let files = fs::read_dir(crates).unwrap().flatten();
    let lists = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let library = |path: PathBuf| -> Option<String> {
        let list: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        Some(list["externs"][name].as_str()?.to_owned())
    };
    lists
        .into_iter()
        .find_map(library)
        .expect("an exercise uses the crate")
}

/// Runs a command that must succeed and returns what it printed.
fn told(mut command: Command) -> String {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{told}");
    told
}
