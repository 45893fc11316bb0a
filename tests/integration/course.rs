//! The course of this repository: untouched files fail, every right answer
//! passes without a warning, every wrong one is caught by the check it names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::BACKLINGS;

/// A workspace that stays from one test run to the next, so that crates are built once.
fn workspace() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("course");
    let course = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Everything but what was built is made anew.
    let build = root.join(".backlings/build");
    let aside = root.with_extension("build");
    let _ = fs::remove_dir_all(&aside);
    let kept = fs::rename(&build, &aside).is_ok();
    let _ = fs::remove_dir_all(&root);
    let init = backlings(course)
        .args(["init", root.to_str().unwrap(), "--course", "."])
        .output()
        .unwrap();
    assert!(
        init.status.success(),
        "{}",
        String::from_utf8_lossy(&init.stderr)
    );
    if kept {
        fs::rename(&aside, &build).unwrap();
    }
    root
}

fn backlings(directory: &Path) -> Command {
    let mut command = Command::new(BACKLINGS);
    command.current_dir(directory);
    command
}

fn json(directory: &Path, args: &[&str]) -> Value {
    let output = backlings(directory).args(args).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{args:?}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The files of a directory whose names begin with `start`, sorted.
fn files(directory: &Path, start: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(start)
        })
        .collect();
    files.sort();
    files
}

fn not_passed(report: &Value) -> Vec<String> {
    let checks = report["checks"].as_array().unwrap();
    let failed = checks.iter().filter(|check| check["status"] != "passed");
    failed
        .map(|check| check["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_exercise_tells_right_from_wrong() {
    let root = workspace();
    let course = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = json(&root, &["list", "--format", "json"]);
    let exercises = list["exercises"].as_array().unwrap();
    assert!(!exercises.is_empty());
    let mut mistakes = Vec::new();
    for exercise in exercises {
        let name = exercise["exercise"].as_str().unwrap();
        let file = exercise["file"].as_str().unwrap();
        let chapter = course
            .join("exercises")
            .join(exercise["chapter"].as_str().unwrap());
        let subject = root.join(file);
        let run = |answer: &Path| {
            fs::copy(answer, &subject).unwrap();
            json(&root, &["run", name, "--format", "json"])
        };
        let mut unfailed: Option<BTreeSet<String>> = None;
        let mut failed = |report: &Value, names: &[String]| {
            let all = report["checks"].as_array().unwrap().iter();
            let all = all.map(|check| check["name"].as_str().unwrap().to_owned());
            let left = unfailed.get_or_insert_with(|| all.collect());
            left.retain(|name| !names.contains(name));
        };

        let report = run(&course.join(file));
        if report["verdict"] == "passed" {
            mistakes.push(format!("{name}: the untouched file passes"));
        }
        let start = format!("{name}.");
        let right: Vec<PathBuf> = files(&chapter.join("solutions"), &start)
            .into_iter()
            .chain(files(&chapter.join("alternatives"), name))
            .collect();
        assert!(right.len() >= 2, "{name} has no alternative");
        for answer in right {
            let report = run(&answer);
            let told = &report["diagnostics"];
            if report["verdict"] != "passed" || told.as_array().is_none_or(|all| !all.is_empty()) {
                mistakes.push(format!(
                    "{name}: {} {told} {:?}",
                    answer.display(),
                    not_passed(&report)
                ));
            }
            failed(&report, &[]);
        }
        let untouched = run(&course.join(file));
        if untouched["verdict"] != "does-not-compile" {
            failed(&untouched, &not_passed(&untouched));
        }
        let wrong = files(&chapter.join("wrong").join(name), "");
        assert!(wrong.len() >= 3, "{name} has {} wrong answers", wrong.len());
        for answer in wrong {
            let text = fs::read_to_string(&answer).unwrap();
            let first = text.lines().next().unwrap_or_default();
            let named = first
                .split_once("fails: ")
                .expect("a first line that names a check")
                .1;
            let report = run(&answer);
            let caught = not_passed(&report);
            if !caught.iter().any(|check| check == named.trim()) {
                mistakes.push(format!(
                    "{name}: {} is not caught by {named}",
                    answer.display()
                ));
            }
            failed(&report, &caught);
        }
        for check in unfailed.unwrap_or_default() {
            mistakes.push(format!("{name}: no answer fails {check}"));
        }
    }
    assert!(mistakes.is_empty(), "\n{}\n", mistakes.join("\n"));
    the_testkit_passes_its_own_tests(&root);
}

/// The testkit is no package of Cargo's: its tests are compiled as the judge compiles
/// it, with the crates that the judge has built in the workspace.
fn the_testkit_passes_its_own_tests(root: &Path) {
    let course = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = tempfile::tempdir().unwrap();
    let rustc = |args: &[&str]| {
        let mut command = Command::new("rustc");
        command
            .args(["--edition", "2024", "-L"])
            .arg(place.path())
            .args(args);
        command.current_dir(place.path());
        command
    };
    let run = |mut command: Command| {
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}\n{told}");
        told
    };
    let mut harness = rustc(&["--crate-type=rlib", "--crate-name=harness"]);
    harness.arg(course.join("src/harness/lib.rs"));
    run(harness);

    let crates = files(&root.join(".backlings/build/crates"), "");
    let built = crates
        .iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "json"));
    let built: Value = serde_json::from_slice(&fs::read(built.unwrap()).unwrap()).unwrap();
    let rusqlite = built["externs"]["rusqlite"]
        .as_str()
        .expect("an exercise uses rusqlite");
    let deps = root.join(".backlings/build/crates/target/debug/deps");
    let mut testkit = rustc(&[
        "--test",
        "--crate-name=testkit",
        "--extern=harness",
        "-o",
        "tests",
    ]);
    testkit
        .args([
            "--cfg",
            "feature=\"rusqlite\"",
            "--extern",
            &format!("rusqlite={rusqlite}"),
        ])
        .args(["-L", &format!("dependency={}", deps.display())])
        .arg(course.join("exercises/testkit/lib.rs"));
    run(testkit);
    let told = run(Command::new(place.path().join("tests")));
    assert!(!told.contains("running 0 tests"), "{told}");
}
