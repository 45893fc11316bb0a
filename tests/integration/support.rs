//! Courses made for a test, and the program run on them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The program under test.
pub const BACKLINGS: &str = env!("CARGO_BIN_EXE_backlings");

/// What every course of these tests begins with.
pub const HEAD: &str = "format_version = 1\nid = \"test\"\nname = \"test course\"\n\
    version = \"1.0.0\"\nwelcome = \"Welcome.\"\nfinal = \"Well done.\"\n\n";

/// An answer that passes, and one that does not, to the question of [`question`].
pub const RIGHT: &str = "//! # one: the answer\n//!\n//! The ticket says 42.\n\n/// The answer.\npub fn answer() -> u32 {\n    42\n}\n";
pub const WRONG: &str = "//! # one: the answer\n//!\n//! The ticket says 42.\n\n/// The answer.\npub fn answer() -> u32 {\n    41\n}\n";
pub const BROKEN: &str = "//! # one: the answer\n//!\n//! The ticket says 42.\n\n/// The answer.\npub fn answer() -> u32 {\n    \"42\"\n}\n";

/// The check of a `module` exercise called `name` that wants 42.
pub fn question(name: &str) -> String {
    format!(
        r#"#[path = "../{name}.rs"]
mod {name};

use harness::{{checks, fail, run}};

fn main() {{
    run(checks![answers_at_all, answers_forty_two, answers_the_same_twice]);
}}

fn answers_at_all() {{
    let _ = {name}::answer();
}}

fn answers_forty_two() {{
    let got = {name}::answer();
    if got != 42 {{
        fail("the answer is wrong")
            .given("the question")
            .expected(42)
            .got(got)
            .because("everything else follows from it")
            .raise();
    }}
}}

fn answers_the_same_twice() {{
    assert_eq!({name}::answer(), {name}::answer());
}}
"#
    )
}

/// A temporary directory with a course in `course/`, and soon a workspace in `work/`.
pub struct Place {
    directory: TempDir,
    info: String,
}

impl Place {
    /// A course of one chapter, `01_first`, with no exercise yet.
    pub fn new() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("backlings-test-")
            .tempdir()
            .unwrap();
        let place = Self {
            directory,
            info: HEAD.to_owned(),
        };
        place.write("course/exercises/01_first/README.md", "# First\n");
        let chapter =
            "[[chapters]]\ndir = \"01_first\"\ntitle = \"First\"\nsummary = \"How it begins.\"\n\n";
        place.info(chapter)
    }

    /// The smallest whole course: `one`, `two` and `three`, each wanting 42.
    pub fn with_three() -> Self {
        let place = Self::new();
        ["one", "two", "three"].iter().fold(place, |place, name| {
            place.module(name, &WRONG.replace("one", name), &question(name))
        })
    }

    /// Adds to `info.toml`.
    pub fn info(mut self, text: &str) -> Self {
        self.info.push_str(text);
        self.write("course/info.toml", &self.info);
        self
    }

    /// Adds a `module` exercise; its solution is [`RIGHT`].
    pub fn module(self, name: &str, subject: &str, check: &str) -> Self {
        self.exercise(name, "module", &format!("{name}.rs"), subject, check, "")
    }

    /// Adds an exercise of any kind; `more` goes to its table.
    pub fn exercise(
        self,
        name: &str,
        kind: &str,
        file: &str,
        subject: &str,
        check: &str,
        more: &str,
    ) -> Self {
        let chapter = "course/exercises/01_first";
        self.write(&format!("{chapter}/{file}"), subject);
        self.write(&format!("{chapter}/checks/{name}.rs"), check);
        self.write(&format!("{chapter}/solutions/{file}"), RIGHT);
        self.info(&format!(
            "[[chapters.exercises]]\nid = \"{name}-id\"\nname = \"{name}\"\ntitle = \"Title of {name}\"\n\
             kind = \"{kind}\"\nfile = \"{file}\"\nstarts = \"failing\"\ndifficulty = 1\n\
             teaches = \"Something.\"\nhints = [\"A nudge.\", \"A pointer.\", \"Nearly the answer.\"]\n\
             links = [\"https://example.org/read-on\"]\n{more}\n"
        ))
    }

    /// Makes the workspace.
    pub fn init(self) -> Self {
        let output = self.run_in(".", ["init", "work", "--course", "course", "--trust"]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        self
    }

    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Writes a file below the place.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes the learner's file of an exercise.
    pub fn save(&self, name: &str, text: &str) {
        self.write(&format!("work/exercises/01_first/{name}.rs"), text);
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs the program in a directory of the place.
    pub fn run_in<I, S>(&self, directory: &str, args: I) -> Output
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.command(directory).args(args).output().unwrap()
    }

    /// The program, with an environment that nobody's settings reach.
    pub fn command(&self, directory: &str) -> Command {
        let mut command = Command::new(BACKLINGS);
        command
            .current_dir(self.path(directory))
            .env("BACKLINGS_HOME", self.path("home"))
            .stdin(Stdio::null());
        for name in [
            "NO_COLOR",
            "CLICOLOR_FORCE",
            "BACKLINGS_SEED",
            "RUST_BACKTRACE",
        ] {
            command.env_remove(name);
        }
        command
    }

    /// A call of the program in the workspace, with what is expected of it.
    pub fn call(&self, args: &str) -> Call<'_> {
        Call {
            place: self,
            directory: "work".to_owned(),
            args: args.split_whitespace().map(str::to_owned).collect(),
            status: 0,
            env: Vec::new(),
            out: Vec::new(),
            err: Vec::new(),
            exact_out: None,
            exact_err: None,
        }
    }
}

/// One call and its expectations; nothing happens before [`Call::go`].
#[must_use]
pub struct Call<'a> {
    place: &'a Place,
    directory: String,
    args: Vec<String>,
    status: i32,
    env: Vec<(String, String)>,
    out: Vec<String>,
    err: Vec<String>,
    exact_out: Option<String>,
    exact_err: Option<String>,
}

impl Call<'_> {
    /// Calls it in another directory of the place.
    pub fn from(mut self, directory: &str) -> Self {
        self.directory = directory.to_owned();
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The exit code; 0 unless told.
    pub fn status(mut self, status: i32) -> Self {
        self.status = status;
        self
    }

    /// Standard output is exactly this.
    pub fn stdout(mut self, text: impl Into<String>) -> Self {
        self.exact_out = Some(text.into());
        self
    }

    /// Standard error is exactly this.
    pub fn stderr(mut self, text: impl Into<String>) -> Self {
        self.exact_err = Some(text.into());
        self
    }

    /// Standard output has this somewhere.
    pub fn says(mut self, text: &str) -> Self {
        self.out.push(text.to_owned());
        self
    }

    /// Standard error has this somewhere.
    pub fn complains(mut self, text: &str) -> Self {
        self.err.push(text.to_owned());
        self
    }

    /// Makes the call and holds it against what is expected; returns standard output.
    #[track_caller]
    pub fn go(self) -> String {
        let mut command = self.place.command(&self.directory);
        command.args(&self.args).envs(self.env.iter().cloned());
        let output = command.output().unwrap();
        let root = fs::canonicalize(self.place.root()).unwrap();
        // The place has another name in each run.
        let known = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes)
                .replace(&root.display().to_string(), "PLACE")
                .replace(&self.place.root().display().to_string(), "PLACE")
        };
        let (out, err) = (known(&output.stdout), known(&output.stderr));
        let told = format!(
            "backlings {}\n--- standard output\n{out}\n--- standard error\n{err}\n---",
            self.args.join(" ")
        );
        assert_eq!(
            output.status.code(),
            Some(self.status),
            "exit code of {told}"
        );
        let timeless = without_times(&out);
        if let Some(expected) = &self.exact_out {
            assert_eq!(&timeless, expected, "{told}");
        }
        if let Some(expected) = &self.exact_err {
            assert_eq!(&err, expected, "{told}");
        }
        for text in &self.out {
            assert!(
                timeless.contains(text),
                "standard output lacks {text:?}: {told}"
            );
        }
        for text in &self.err {
            assert!(err.contains(text), "standard error lacks {text:?}: {told}");
        }
        out
    }
}

/// A verdict without how long it took, which no two runs agree on.
pub fn without_times(text: &str) -> String {
    let lines =
        text.lines().map(
            |line| match line.find("  compiler ").or(line.find("  checks ")) {
                Some(at) => line[..at].trim_end(),
                None => line,
            },
        );
    lines.map(|line| format!("{line}\n")).collect()
}

/// The processes that carry `mark` in their command line.
#[cfg(target_os = "linux")]
pub fn processes(mark: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(mark))
        .collect()
}
