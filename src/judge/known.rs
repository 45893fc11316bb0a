//! Reports kept by the contents they were made from: what has not changed need
//! not be judged again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::{Judge, Key, Report, Verdict, write_if_changed};
use crate::course::Exercise;

#[derive(Serialize, Deserialize)]
struct Known {
    key: String,
    report: Report,
}

impl Judge {
    /// The report of a run of the same answer with the same check, where one was
    /// kept. `fingerprint` is [`Judge::fingerprint`], taken once for many.
    pub fn recall(&self, exercise: &Exercise, fingerprint: &str) -> Option<Report> {
        let text = fs::read(self.known_in(exercise)).ok()?;
        let known: Known = serde_json::from_slice(&text).ok()?;
        (known.key == self.contents(exercise, fingerprint).ok()?).then_some(known.report)
    }

    /// Keeps a report for [`Judge::recall`], unless another run might end otherwise:
    /// one that ran out of time or crashed, or one that depends on a program that
    /// is installed beside us.
    ///
    /// # Errors
    ///
    /// When the course cannot be read or the file cannot be written.
    pub fn remember(&self, exercise: &Exercise, report: &Report, fingerprint: &str) -> Result<()> {
        let sure = matches!(
            report.verdict,
            Verdict::Passed | Verdict::ChecksFailed | Verdict::DoesNotCompile
        );
        if !sure || !exercise.requires.is_empty() {
            return Ok(());
        }
        let known = Known {
            key: self.contents(exercise, fingerprint)?,
            // Notes tell of the moment.
            report: Report {
                notes: Vec::new(),
                ..report.clone()
            },
        };
        let text = serde_json::to_vec(&known).context("cannot write JSON")?;
        write_if_changed(&self.known_in(exercise), &text)
    }

    fn known_in(&self, exercise: &Exercise) -> PathBuf {
        self.products.join(&exercise.name).join("report.json")
    }

    /// A key for all that a verdict depends on.
    fn contents(&self, exercise: &Exercise, fingerprint: &str) -> Result<String> {
        let mut key = Key::default();
        key.add(env!("CARGO_PKG_VERSION"));
        key.add(fingerprint);
        key.add(format!(
            "{:?} {} {:?}",
            exercise.kind,
            exercise.crates.join(" "),
            exercise.time_limit
        ));
        // Messages name places by where they are.
        key.add(self.root.as_os_str().as_encoded_bytes());
        let used = exercise
            .uses
            .iter()
            .filter_map(|name| self.course.exercise(name));
        let answers = exercise.paths().chain(used.flat_map(Exercise::paths));
        for path in answers.chain([exercise.check_path()]) {
            key.add(read(&self.root.join(&path))?);
            key.add(path);
        }
        for fixture in self.course.fixtures(exercise)? {
            key.add(self.course.source.read(&fixture)?);
            key.add(fixture);
        }
        Ok(key.end())
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}
