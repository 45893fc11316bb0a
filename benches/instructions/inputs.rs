//! What the paths work on: made here, so that no figure changes with the course.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use backlings::course::{Course, Exercise};
use backlings::judge::{Diagnostic, Level, Place, Report, Verdict, read_report};
use backlings::workspace::{Progress, Workspace, load_course};

/// How many exercises the courses have. Paths that must grow linearly are tried on both.
pub const SIZES: [usize; 2] = [100, 1000];

/// The line that separates the output of checks.
pub const MARK: &str = "~~~ 8c1f4e ~~~";

/// Exercises in a chapter.
const CHAPTER: usize = 20;

/// Makes a directory with a course of each size, and a workspace of each in which half
/// is done. It is made before Callgrind is there, which would take a minute for it.
///
/// # Errors
///
/// When it cannot be written.
pub fn make() -> Result<TempDir> {
    let place = tempfile::tempdir().context("cannot make a temporary directory")?;
    for size in SIZES {
        write_course(&course(place.path(), size), size)
            .with_context(|| format!("cannot write a course of {size} exercises"))?;
        let course = load(place.path(), size)?;
        let workspace =
            Workspace::make(course, &workspace(place.path(), size)).map_err(anyhow::Error::msg)?;
        let half = |progress: &mut Progress| {
            for exercise in &workspace.course.exercises[..size / 2] {
                progress.entry_mut(exercise).attempts = 3;
                progress.pass(exercise, "2026-01-01T12:00:00Z".to_owned());
            }
        };
        workspace.update(half).map_err(anyhow::Error::msg)?;
    }
    Ok(place)
}

/// The directory of the course of `size` exercises.
pub fn course(inputs: &Path, size: usize) -> PathBuf {
    inputs.join(format!("course-{size}"))
}

/// The directory of its workspace.
pub fn workspace(inputs: &Path, size: usize) -> PathBuf {
    inputs.join(format!("workspace-{size}"))
}

fn write_course(root: &Path, size: usize) -> Result<()> {
    let mut info = String::from(
        "format_version = 1\nid = \"generated\"\nname = \"generated\"\nversion = \"1.0.0\"\n\
         welcome = \"Welcome.\"\nfinal = \"Well done.\"\n",
    );
    for number in 0..size {
        let chapter = format!("{:02}_chapter", number / CHAPTER);
        let directory = root.join("exercises").join(&chapter);
        if number.is_multiple_of(CHAPTER) {
            for below in ["checks", "solutions"] {
                fs::create_dir_all(directory.join(below))?;
            }
            fs::write(
                directory.join("README.md"),
                "# A chapter\n\nWhat it is about.\n",
            )?;
            let _ = write!(
                info,
                "\n[[chapters]]\ndir = \"{chapter}\"\ntitle = \"Chapter {chapter}\"\nsummary = \"What it is about.\"\n"
            );
        }
        info.push_str(&table(number));
        let file = format!("exercise{number}.rs");
        fs::write(directory.join(&file), SUBJECT)?;
        fs::write(directory.join("checks").join(&file), CHECK)?;
        fs::write(directory.join("solutions").join(&file), solution())?;
    }
    fs::write(root.join("info.toml"), info)?;
    Ok(())
}

/// The table of an exercise, with as much in it as a real one has.
fn table(number: usize) -> String {
    let uses = match number.checked_sub(10) {
        // Every fifth stands on an earlier one.
        Some(earlier) if number.is_multiple_of(5) => format!("uses = [\"exercise{earlier}\"]\n"),
        _ => String::new(),
    };
    format!(
        "\n[[chapters.exercises]]\nid = \"generated-exercise-{number}\"\nname = \"exercise{number}\"\n\
         title = \"What exercise {number} is about\"\nkind = \"module\"\nstarts = \"failing\"\ndifficulty = {}\n\
         teaches = \"Read what a client sends, byte by byte, and refuse what could be read in two ways.\"\n\
         hints = [\n  \"{HINT}\",\n  \"{HINT}\",\n  \"\"\"\n{HINT}\n\n    let parts: Vec<&str> = line.split(' ').collect();\n\"\"\",\n]\n\
         links = [\"https://www.rfc-editor.org/rfc/rfc9112#section-3\"]\n{uses}",
        1 + number % 5
    )
}

const HINT: &str = "Where does the line end, and what stands there when a client sends only half of it? \
    Write down what your function says of the empty line, of two spaces, and of a tab.";

const SUBJECT: &str = "//! # The request line\n//!\n//! The log of last night shows requests that nobody sent. A server before ours\n\
    //! reads the first line in another way than we do, and takes what follows for a\n//! second request. Refuse what could be read in two ways.\n//!\n\
    //! - one space between the parts, no tab\n//! - no empty part\n\n/// Reads a line.\npub fn parse(line: &str) -> Option<(&str, &str)> {\n    line.split_once(' ')\n}\n";

const CHECK: &str = "fn main() {}\n";

/// A right answer of 60 lines.
fn solution() -> String {
    let mut text = String::from("//! # The request line\n\n");
    for number in 0..5 {
        let _ = write!(
            text,
            r#"
/// Reads part {number} of a line.
pub fn part{number}(line: &[u8], limit: usize) -> Result<&str, Error> {{
    let end = line.iter().position(|byte| *byte == b' ').ok_or(Error::Short)?;
    if end == 0 || end > limit + {number} && !line.is_empty() {{
        return Err(Error::Length(end));
    }}
    for byte in &line[..end] {{
        if byte.is_ascii_control() || *byte >= 0x7f {{
            return Err(Error::Byte(*byte));
        }}
    }}
    std::str::from_utf8(&line[..end]).map_err(|_| Error::Encoding)
}}
"#
        );
    }
    text
}

/// What a compiler says of a subject that is very wrong: `count` errors of 12 lines.
pub fn compiler_output(count: usize) -> String {
    let mut text = String::new();
    for line in 1..=count {
        let rendered = rendered(line);
        let message = serde_json::json!({
            "$message_type": "diagnostic",
            "message": "mismatched types",
            "code": {"code": "E0308", "explanation": EXPLANATION.repeat(10)},
            "level": if line.is_multiple_of(3) { "warning" } else { "error" },
            "spans": [{
                "file_name": "/home/somebody/backlings/exercises/00_chapter/checks/../exercise0.rs",
                "byte_start": 100, "byte_end": 120, "line_start": line, "line_end": line,
                "column_start": 5, "column_end": 25, "is_primary": true,
                "text": [{"text": "    line.split_once(' ')", "highlight_start": 5, "highlight_end": 25}],
                "label": "expected `&str`, found `u32`", "suggested_replacement": null,
                "suggestion_applicability": null, "expansion": null,
            }],
            "children": [],
            "rendered": rendered,
        });
        let _ = writeln!(text, "{message}");
    }
    text
}

const EXPLANATION: &str = "Expected type did not match the received type. This error occurs when an expression was \
    used in a place where the compiler expected one of a different type.\n";

/// A diagnostic as rustc draws it, in colour.
fn rendered(line: usize) -> String {
    let frame = "\x1b[1m\x1b[94m";
    let mut text = format!(
        "\x1b[1m\x1b[91merror[E0308]\x1b[0m\x1b[1m: mismatched types\x1b[0m\n\
         {frame}  --> \x1b[0m/home/somebody/backlings/exercises/00_chapter/checks/../exercise0.rs:{line}:5\n"
    );
    for _ in 0..10 {
        let _ = writeln!(
            text,
            "{frame}{line:4} |\x1b[0m     line.split_once(' ') {frame}^^^^^^^^^ expected `&str`, found `u32`\x1b[0m"
        );
    }
    text
}

/// The harness's report of `count` checks of which every second fails.
pub fn harness_report(count: usize) -> String {
    let checks: Vec<String> = (0..count).map(check_name).collect();
    let mut text = serde_json::json!({"event": "plan", "checks": checks}).to_string();
    for (number, check) in checks.iter().enumerate() {
        let start = serde_json::json!({"event": "start", "check": check});
        let end = if number.is_multiple_of(2) {
            serde_json::json!({
                "event": "fail", "check": check, "micros": 812, "peak": 2048,
                "message": "two spaces were taken for one, and what stands behind them for the target of the request",
                "parts": [["given", "GET  / HTTP/1.1"], ["expected", "an error"], ["got", rows()]],
                "why": "two servers that split it differently see two different requests (RFC 9112 §3)",
                "file": "/home/somebody/backlings/exercises/00_chapter/checks/exercise0.rs", "line": 33, "column": 9,
            })
        } else {
            serde_json::json!({"event": "pass", "check": check, "micros": 812, "peak": 2048})
        };
        let _ = write!(text, "\n{start}\n{end}");
    }
    text + "\n{\"event\":\"done\"}\n"
}

fn check_name(number: usize) -> String {
    format!("refuses_what_could_be_read_in_two_ways_{number}")
}

/// A table with what is missing and what is too much.
fn rows() -> String {
    let row = |number: usize| {
        let mark = ["  ", "- ", "+ "][number % 3];
        format!("{mark}{number:4}  The Left Hand of Darkness  Le Guin, Ursula K.  1969\n")
    };
    (0..20).map(row).collect()
}

/// What `count` checks print: 100 lines each.
pub fn check_output(count: usize) -> String {
    let lines: String = (0..100)
        .map(|line| format!("line {line}: read 42 bytes from 127.0.0.1, \"GET / HTTP/1.1\"\n"))
        .collect();
    (0..count).map(|_| format!("{MARK}\n{lines}")).collect()
}

/// The report of a run of 20 checks in which ten fail.
pub fn failing(exercise: &Exercise) -> Report {
    let reported = read_report(&harness_report(20), &check_output(20), MARK, &clean);
    Report {
        verdict: Verdict::ChecksFailed,
        checks: reported.checks,
        compile: Duration::from_millis(74),
        run: Duration::from_millis(3),
        ..Report::new(exercise)
    }
}

/// The report of a subject with 20 errors of the compiler.
pub fn broken(exercise: &Exercise) -> Report {
    let diagnostic = |line: u32| Diagnostic {
        level: Level::Error,
        code: Some("E0308".to_owned()),
        message: "mismatched types".to_owned(),
        place: Some(Place {
            file: exercise.subject_path(),
            line,
            column: 5,
        }),
        rendered: rendered(1),
    };
    Report {
        diagnostics: (1..=20).map(diagnostic).collect(),
        compile: Duration::from_millis(74),
        ..Report::new(exercise)
    }
}

/// Makes paths the workspace's, as the judge does.
pub fn clean(text: &str) -> String {
    text.replace("/home/somebody/backlings/", "")
        .replace("/checks/../", "/")
}

/// The course of `size` exercises.
///
/// # Errors
///
/// When it was not made.
pub fn load(inputs: &Path, size: usize) -> Result<Course> {
    load_course(Some(&course(inputs, size))).map_err(anyhow::Error::msg)
}
