//! Mutants that no check notices, as text.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Paint;
use super::json::SCHEMA;
use crate::author::{Fate, Prey};
use crate::course::Exercise;

/// What became of a solution's mutants.
#[derive(Debug, Clone)]
pub struct Hunt {
    /// The exercise's name.
    pub exercise: String,
    /// How many a check noticed.
    pub noticed: usize,
    /// How many do not compile.
    pub unviable: usize,
    /// The others.
    pub unnoticed: Vec<Prey>,
}

impl Hunt {
    /// A hunt on which nothing has been found yet.
    pub fn new(exercise: &Exercise) -> Self {
        Self {
            exercise: exercise.name.clone(),
            noticed: 0,
            unviable: 0,
            unnoticed: Vec::new(),
        }
    }

    /// Notes what became of a mutant.
    pub fn note(&mut self, prey: Prey, fate: &Fate) {
        match fate {
            Fate::Noticed => self.noticed += 1,
            Fate::Unviable => self.unviable += 1,
            Fate::Unnoticed => self.unnoticed.push(prey),
        }
    }
}

/// For people: each change that no check notices, and how many there were.
pub fn hunt(hunt: &Hunt, paint: Paint) -> String {
    let mut text = String::new();
    for prey in &hunt.unnoticed {
        let mutant = &prey.mutant;
        let place = format!("{}:{}:{}", prey.path, mutant.line, mutant.column);
        let _ = writeln!(text, "{}  {}", paint.name(&place), mutant.what);
        if prey.before != prey.after {
            let _ = writeln!(text, "    {}", paint.bad(&format!("- {}", prey.before)));
            let _ = writeln!(text, "    {}", paint.good(&format!("+ {}", prey.after)));
        }
    }
    if !hunt.unnoticed.is_empty() {
        text.push('\n');
    }
    let viable = hunt.noticed + hunt.unnoticed.len();
    let line = format!(
        "{}: {} of {viable} changes noticed, {} not ({} more do not compile)",
        hunt.exercise,
        hunt.noticed,
        hunt.unnoticed.len(),
        hunt.unviable
    );
    let line = if hunt.unnoticed.is_empty() {
        paint.good(&line)
    } else {
        paint.warn(&line)
    };
    let _ = writeln!(text, "{line}");
    text
}

/// For programs: schema 1.
pub fn hunt_json(hunt: &Hunt) -> String {
    let unnoticed: Vec<Value> = hunt
        .unnoticed
        .iter()
        .map(|prey| {
            json!({
                "file": prey.path,
                "line": prey.mutant.line,
                "column": prey.mutant.column,
                "what": prey.mutant.what,
                "before": prey.before,
                "after": prey.after,
            })
        })
        .collect();
    let value = json!({
        "schema": SCHEMA,
        "exercise": hunt.exercise,
        "noticed": hunt.noticed,
        "unviable": hunt.unviable,
        "unnoticed": unnoticed,
    });
    value.to_string() + "\n"
}
