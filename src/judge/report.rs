//! The harness's report into checks: pure.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;

use super::verdict::{Check, Failure, Panic, Place, Status};

/// One line of the report; see `harness/lib.rs`.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event {
    Plan {
        checks: Vec<String>,
    },
    Start {
        check: String,
    },
    Pass {
        check: String,
        #[serde(flatten)]
        used: Used,
    },
    Fail {
        check: String,
        #[serde(flatten)]
        used: Used,
        message: String,
        #[serde(default)]
        parts: Vec<(String, String)>,
        why: Option<String>,
        #[serde(flatten)]
        place: RawPlace,
    },
    Panic {
        thread: String,
        message: String,
        #[serde(flatten)]
        place: RawPlace,
    },
    Done,
}

/// What a check used.
#[derive(Deserialize, Default)]
struct Used {
    #[serde(default)]
    micros: u64,
    /// In KiB.
    peak: Option<u64>,
}

impl Used {
    fn note(&self, check: &mut Check) {
        check.time = Duration::from_micros(self.micros);
        check.peak = self.peak.map(|kib| kib * 1024);
    }
}

#[derive(Deserialize, Default)]
struct RawPlace {
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
}

impl RawPlace {
    fn place(self, clean: &dyn Fn(&str) -> String) -> Option<Place> {
        let file = self.file.filter(|file| !file.is_empty())?;
        Some(Place {
            file: clean(&file),
            line: self.line.unwrap_or(0),
            column: self.column.unwrap_or(0),
        })
    }
}

/// What a report says.
#[derive(Debug, Default, PartialEq)]
pub struct Reported {
    /// Every check of the plan; one that was started and did not end is
    /// [`Status::Crashed`], one that was not started [`Status::NotRun`].
    pub checks: Vec<Check>,
    /// Panics on threads of the subject's own.
    pub panics: Vec<Panic>,
    /// Whether the harness came to its end.
    pub done: bool,
}

/// Reads a report, whole or cut off at any byte. `clean` makes a compiler's path
/// into one of the workspace; `mark` separates the checks' output.
pub fn read(report: &str, output: &str, mark: &str, clean: &dyn Fn(&str) -> String) -> Reported {
    let mut reported = Reported::default();
    let mut started: Vec<String> = Vec::new();
    let mut place_of: HashMap<String, usize> = HashMap::new();
    for line in report.lines() {
        // The last line may be cut off: what is not whole says nothing.
        let Ok(event) = serde_json::from_str(line) else {
            continue;
        };
        match event {
            Event::Plan { checks } => {
                place_of = checks
                    .iter()
                    .cloned()
                    .enumerate()
                    .map(|(i, name)| (name, i))
                    .collect();
                reported.checks = checks
                    .into_iter()
                    .map(|name| Check {
                        name,
                        status: Status::NotRun,
                        failure: None,
                        output: String::new(),
                        time: Duration::ZERO,
                        peak: None,
                    })
                    .collect();
            }
            Event::Start { check } => {
                if let Some(index) = place_of.get(&check) {
                    reported.checks[*index].status = Status::Crashed;
                }
                started.push(check);
            }
            Event::Pass { check, used } => {
                if let Some(index) = place_of.get(&check) {
                    used.note(&mut reported.checks[*index]);
                    reported.checks[*index].status = Status::Passed;
                }
            }
            Event::Fail {
                check,
                used,
                message,
                parts,
                why,
                place,
            } => {
                if let Some(index) = place_of.get(&check) {
                    used.note(&mut reported.checks[*index]);
                    let place = place.place(clean);
                    reported.checks[*index].status = Status::Failed;
                    reported.checks[*index].failure = Some(Failure {
                        message,
                        parts,
                        why,
                        place,
                    });
                }
            }
            Event::Panic {
                thread,
                message,
                place,
            } => reported.panics.push(Panic {
                check: started.last().cloned(),
                thread,
                message,
                place: place.place(clean),
            }),
            Event::Done => reported.done = true,
        }
    }
    // The text before the first mark belongs to no check.
    let mark = format!("{mark}\n");
    let outputs = output.split(&mark).skip(1);
    for (check, output) in started.iter().zip(outputs) {
        if let Some(index) = place_of.get(check) {
            reported.checks[*index].output = shorten(output);
        }
    }
    reported
}

/// How many lines of a check's output are kept.
const OUTPUT_LINES: usize = 32;
/// How many characters of a line.
const OUTPUT_COLUMNS: usize = 400;

/// The last lines of an output; what was cut is said.
pub fn shorten(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let cut = lines.len().saturating_sub(OUTPUT_LINES);
    let mut short = Vec::new();
    if cut > 0 {
        short.push(format!("... ({cut} earlier lines left out)"));
    }
    for line in &lines[cut..] {
        match line.char_indices().nth(OUTPUT_COLUMNS) {
            Some((end, _)) => {
                short.push(format!("{}... ({} bytes in all)", &line[..end], line.len()))
            }
            None => short.push((*line).to_owned()),
        }
    }
    short.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{"event":"plan","checks":["a","b","c"]}
{"event":"start","check":"a"}
{"event":"pass","check":"a"}
{"event":"start","check":"b"}
{"event":"fail","check":"b","message":"m","parts":[["given","1"]],"why":"w","file":"x/checks/../x.rs","line":3,"column":4}
{"event":"start","check":"c"}
{"event":"pass","che"#;

    fn statuses(reported: &Reported) -> Vec<Status> {
        reported.checks.iter().map(|check| check.status).collect()
    }

    #[test]
    fn a_cut_off_report_names_the_check_that_ran() {
        let reported = read(REPORT, "", "~", &str::to_owned);
        assert_eq!(
            statuses(&reported),
            [Status::Passed, Status::Failed, Status::Crashed]
        );
        assert!(!reported.done);
    }

    #[test]
    fn every_prefix_of_a_report_is_read() {
        for end in 0..REPORT.len() {
            let reported = read(&REPORT[..end], "", "~", &str::to_owned);
            assert!(!reported.done);
            assert!(reported.checks.len() <= 3);
        }
    }

    #[test]
    fn output_goes_to_the_check_that_printed_it() {
        let reported = read(REPORT, "noise\n~\nfirst\n~\n~\nthird", "~", &str::to_owned);
        let outputs: Vec<&str> = reported
            .checks
            .iter()
            .map(|check| check.output.as_str())
            .collect();
        assert_eq!(outputs, ["first", "", "third"]);
    }

    #[test]
    fn long_output_is_cut_and_says_so() {
        let long = (1..=40)
            .map(|n| n.to_string())
            .collect::<Vec<_>>()
            .join("\n");
        let short = shorten(&long);
        assert!(
            short.starts_with("... (8 earlier lines left out)\n9\n"),
            "{short}"
        );
        assert!(short.ends_with("40"));
    }
}
