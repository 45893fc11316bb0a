//! The harness: what a check's `main` calls to run its checks and report them.
//!
//! A check is a program of its own. It lists its checks, in the order in which
//! a learner should meet their failures, and hands them to [`run`]:
//!
//! ```ignore
//! use harness::{checks, fail};
//!
//! #[path = "../http1.rs"]
//! mod http1;
//!
//! fn main() {
//!     harness::run(checks![
//!         accepts_a_plain_request_line,
//!         rejects_two_spaces,
//!     ]);
//! }
//!
//! fn rejects_two_spaces() {
//!     let given = "GET  / HTTP/1.1";
//!     if let Ok(line) = http1::parse(given) {
//!         fail("two spaces were accepted as one")
//!             .given(given)
//!             .expected("an error")
//!             .got(format!("{line:?}"))
//!             .because("two servers that split differently see two different requests")
//!             .raise();
//!     }
//! }
//! ```
//!
//! A check that returns has passed; one that panics has failed. [`Failure`]
//! is a panic with parts, which the judge shows one by one.
//!
//! # What is reported
//!
//! `backlings` names a file in `BACKLINGS_REPORT`; the harness appends one JSON
//! object a line to it, each written before the next thing happens, so that
//! what a crash or an endless loop leaves behind still says which check ran:
//! `plan`, then for each check `start` and `pass` or `fail`, then `done`. `pass`
//! and `fail` have the time the check took in `micros`, and where
//! `BACKLINGS_MEASURE` is set and the system tells (Linux), the most memory that
//! the program had resident meanwhile in `peak`, in KiB.
//! `panic` stands for every panic on a thread other than the check's own.
//! `BACKLINGS_ONLY` (names, one a line) chooses checks and their order.
//! `BACKLINGS_MARK` is a line that the harness prints to standard output at the
//! start of each check, so that the judge can tell whose output is whose.
//!
//! Without `BACKLINGS_REPORT` (the program run by hand) it prints plain lines.

use std::any::Any;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::panic::{self, Location, PanicHookInfo};
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;
use std::{env, process, thread};

/// One check: its name, which is a sentence, and the function that tries it.
#[derive(Clone, Copy)]
pub struct Check {
    /// The function's name.
    pub name: &'static str,
    /// Returns when the check passes and panics when it fails.
    pub run: fn(),
}

/// Lists checks for [`run`]: the names of functions that take and return nothing.
#[macro_export]
macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        &[$($crate::Check { name: stringify!($name), run: $name }),*]
    };
}

/// Where the exercise's subject is: for a `file` exercise the learner's file,
/// for a `program` the executable made from it.
///
/// # Panics
///
/// When the check was started by hand without `BACKLINGS_SUBJECT`.
pub fn subject() -> PathBuf {
    env::var_os("BACKLINGS_SUBJECT")
        .map(PathBuf::from)
        .expect("set BACKLINGS_SUBJECT to the file or program to check")
}

/// A file that comes with the exercise: what stands as `name` in the course's
/// `exercises/CHAPTER/fixtures/EXERCISE/`.
///
/// # Panics
///
/// When the check was started by hand without `BACKLINGS_FIXTURES`.
pub fn fixture(name: &str) -> PathBuf {
    env::var_os("BACKLINGS_FIXTURES")
        .map(PathBuf::from)
        .expect("set BACKLINGS_FIXTURES to the directory of the exercise's fixtures")
        .join(name)
}

/// A failure in parts: what went wrong, what was given, expected and got, and
/// why it matters.
#[derive(Debug, Clone)]
pub struct Failure {
    what: String,
    parts: Vec<(String, String)>,
    why: Option<String>,
    place: &'static Location<'static>,
}

/// Begins a [`Failure`]: one sentence on what is wrong, in the learner's terms.
#[track_caller]
#[must_use = "a failure does nothing until it is raised"]
pub fn fail(what: impl Into<String>) -> Failure {
    Failure {
        what: what.into(),
        parts: Vec::new(),
        why: None,
        place: Location::caller(),
    }
}

impl Failure {
    /// What the learner's code was given.
    #[must_use = "a failure does nothing until it is raised"]
    pub fn given(self, text: impl ToString) -> Self {
        self.part("given", text)
    }

    /// What a right answer makes of it.
    #[must_use = "a failure does nothing until it is raised"]
    pub fn expected(self, text: impl ToString) -> Self {
        self.part("expected", text)
    }

    /// What the learner's code made of it.
    #[must_use = "a failure does nothing until it is raised"]
    pub fn got(self, text: impl ToString) -> Self {
        self.part("got", text)
    }

    /// Any further labelled part: a table, the request as a curl command.
    #[must_use = "a failure does nothing until it is raised"]
    pub fn part(mut self, label: impl Into<String>, text: impl ToString) -> Self {
        self.parts.push((label.into(), text.to_string()));
        self
    }

    /// Why it matters: one line, with the rule's source where it has one.
    #[must_use = "a failure does nothing until it is raised"]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Ends the check as failed.
    pub fn raise(self) -> ! {
        // Not `panic_any`: the hook is for panics nobody planned.
        panic::resume_unwind(Box::new(self))
    }
}

/// Runs the checks one after another on this thread, reports them and exits:
/// 0 when all passed, 101 when one failed, 102 when the report could not be
/// written, a check is listed twice or a chosen one does not exist.
pub fn run(checks: &[Check]) -> ! {
    for (index, check) in checks.iter().enumerate() {
        if checks[..index].iter().any(|other| other.name == check.name) {
            eprintln!("harness: the check `{}` is listed twice", check.name);
            process::exit(102);
        }
    }
    let chosen = chosen(checks);
    let reporter = REPORTER.get_or_init(Reporter::from_env);
    panic::set_hook(Box::new(note_panic));
    let names = chosen.iter().map(|check| Value::from(check.name)).collect();
    reporter.event("plan", &[("checks", Value::List(names))]);

    let mut failed = false;
    for check in chosen {
        reporter.mark();
        reporter.event("start", &[("check", check.name.into())]);
        OWN_PANIC.with(|own| own.replace(Some(None)));
        let meter = Meter::start(reporter.measures);
        let outcome = panic::catch_unwind(check.run);
        let used = meter.stop();
        let noted = OWN_PANIC.with(|own| own.replace(None)).flatten();
        let mut fields = vec![("check", Value::from(check.name))];
        fields.extend(used);
        match outcome {
            Ok(()) => reporter.event("pass", &fields),
            Err(payload) => {
                failed = true;
                reporter.failed(fields, payload.as_ref(), noted);
            }
        }
    }
    reporter.event("done", &[]);
    process::exit(if failed { 101 } else { 0 })
}

fn chosen(checks: &[Check]) -> Vec<Check> {
    let Ok(only) = env::var("BACKLINGS_ONLY") else {
        return checks.to_vec();
    };
    let find = |name: &str| {
        checks
            .iter()
            .copied()
            .find(|check| check.name == name)
            .unwrap_or_else(|| {
                eprintln!("harness: there is no check `{name}` here");
                process::exit(102)
            })
    };
    only.lines().map(find).collect()
}

/// What a check uses: time, and where it was asked for, memory.
struct Meter {
    started: Instant,
    measures: bool,
}

impl Meter {
    fn start(measures: bool) -> Self {
        if measures {
            // Sets the peak back to what is resident now (proc(5), clear_refs).
            // Elsewhere than on Linux there is no such file, and no peak is told.
            let _ = std::fs::write("/proc/self/clear_refs", "5");
        }
        Self {
            started: Instant::now(),
            measures,
        }
    }

    fn stop(self) -> Vec<(&'static str, Value)> {
        let micros = u32::try_from(self.started.elapsed().as_micros()).unwrap_or(u32::MAX);
        let mut used = vec![("micros", Value::Number(micros))];
        if self.measures
            && let Ok(status) = std::fs::read_to_string("/proc/self/status")
        {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            used.extend(peak.map(|peak| ("peak", Value::Number(peak))));
        }
        used
    }
}

static REPORTER: OnceLock<Reporter> = OnceLock::new();

thread_local! {
    /// `Some` while a check runs on this thread; inside, the last panic's text and place.
    static OWN_PANIC: RefCell<Option<Option<Panic>>> = const { RefCell::new(None) };
}

struct Panic {
    message: String,
    file: String,
    line: u32,
    column: u32,
}

fn note_panic(info: &PanicHookInfo<'_>) {
    let place = info.location();
    let noted = Panic {
        message: text_of(info.payload()),
        file: place.map_or_else(String::new, |place| place.file().to_owned()),
        line: place.map_or(0, Location::line),
        column: place.map_or(0, Location::column),
    };
    let on_a_check = OWN_PANIC.with(|own| own.borrow().is_some());
    if on_a_check {
        OWN_PANIC.with(|own| own.replace(Some(Some(noted))));
    } else if let Some(reporter) = REPORTER.get() {
        let name = thread::current()
            .name()
            .unwrap_or("without a name")
            .to_owned();
        reporter.event(
            "panic",
            &[
                ("thread", Value::from(name.as_str())),
                ("message", Value::from(noted.message.as_str())),
                ("file", Value::from(noted.file.as_str())),
                ("line", Value::Number(noted.line)),
                ("column", Value::Number(noted.column)),
            ],
        );
    }
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else if let Some(failure) = payload.downcast_ref::<Failure>() {
        failure.what.clone()
    } else {
        "panicked with a value that is not text".to_owned()
    }
}

/// Where events go: the judge's file, or standard output for people.
struct Reporter {
    file: Option<Mutex<File>>,
    mark: Option<String>,
    measures: bool,
}

impl Reporter {
    fn from_env() -> Self {
        let open = |path| {
            OpenOptions::new()
                .append(true)
                .create(true)
                .open(&path)
                .unwrap_or_else(|error| {
                    eprintln!("harness: cannot write the report: {error}");
                    process::exit(102)
                })
        };
        let file = env::var_os("BACKLINGS_REPORT").map(|path| Mutex::new(open(path)));
        Self {
            file,
            mark: env::var("BACKLINGS_MARK").ok(),
            measures: env::var_os("BACKLINGS_MEASURE").is_some(),
        }
    }

    fn mark(&self) {
        if let Some(mark) = &self.mark {
            let mut out = std::io::stdout().lock();
            // A reader that has gone away is the judge's business, not the check's.
            let _ = writeln!(out, "{mark}");
            let _ = out.flush();
        }
    }

    fn event(&self, event: &str, fields: &[(&str, Value)]) {
        let Some(file) = &self.file else {
            return self.say(event, fields);
        };
        let mut line = String::from("{\"event\":");
        Value::from(event).write(&mut line);
        for (name, value) in fields {
            line.push(',');
            Value::from(*name).write(&mut line);
            line.push(':');
            value.write(&mut line);
        }
        line.push_str("}\n");
        let mut file = file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Err(error) = file.write_all(line.as_bytes()) {
            eprintln!("harness: cannot write the report: {error}");
            process::exit(102);
        }
    }

    fn failed(
        &self,
        mut fields: Vec<(&str, Value)>,
        payload: &(dyn Any + Send),
        noted: Option<Panic>,
    ) {
        if let Some(failure) = payload.downcast_ref::<Failure>() {
            let parts = failure.parts.iter().map(|(label, text)| {
                Value::List(vec![label.as_str().into(), text.as_str().into()])
            });
            fields.push(("message", failure.what.as_str().into()));
            fields.push(("parts", Value::List(parts.collect())));
            if let Some(why) = &failure.why {
                fields.push(("why", why.as_str().into()));
            }
            fields.push(("file", failure.place.file().into()));
            fields.push(("line", Value::Number(failure.place.line())));
            fields.push(("column", Value::Number(failure.place.column())));
        } else {
            fields.push(("message", Value::Text(text_of(payload))));
            if let Some(noted) = noted {
                fields.push(("file", Value::Text(noted.file)));
                fields.push(("line", Value::Number(noted.line)));
                fields.push(("column", Value::Number(noted.column)));
            }
        }
        self.event("fail", &fields);
    }

    /// For the check run by hand.
    fn say(&self, event: &str, fields: &[(&str, Value)]) {
        if event == "plan" || event == "start" {
            return;
        }
        let mut line = event.to_owned();
        for (name, value) in fields.iter().filter(|(name, _)| *name != "micros") {
            match value {
                Value::Text(text) => _ = write!(line, "\n  {name}: {text}"),
                Value::Number(number) => _ = write!(line, "\n  {name}: {number}"),
                Value::List(parts) => {
                    for part in parts {
                        if let Value::List(pair) = part
                            && let [Value::Text(label), Value::Text(text)] = pair.as_slice()
                        {
                            _ = write!(line, "\n  {label}: {text}");
                        }
                    }
                }
            }
        }
        println!("{line}");
    }
}

/// The little JSON (RFC 8259) that a report needs.
enum Value {
    Text(String),
    Number(u32),
    List(Vec<Value>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Value {
    fn write(&self, out: &mut String) {
        match self {
            Self::Number(number) => _ = write!(out, "{number}"),
            Self::List(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    value.write(out);
                }
                out.push(']');
            }
            Self::Text(text) => {
                out.push('"');
                for character in text.chars() {
                    match character {
                        '"' => out.push_str("\\\""),
                        '\\' => out.push_str("\\\\"),
                        control if control < ' ' => _ = write!(out, "\\u{:04x}", control as u32),
                        other => out.push(other),
                    }
                }
                out.push('"');
            }
        }
    }
}
