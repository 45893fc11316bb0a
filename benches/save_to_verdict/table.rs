//! Samples, and the table made from them.

use std::fmt::Write as _;

use serde::Serialize;

use super::course::Save;

/// One save and how long its verdict took.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    pub exercise: String,
    pub save: Save,
    pub runner: &'static str,
    /// From 0.
    pub round: u32,
    pub milliseconds: f64,
}

/// What of many times is told, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Figures {
    /// Nothing of nothing.
    pub fn of(mut times: Vec<f64>) -> Option<Self> {
        times.sort_by(f64::total_cmp);
        let (least, most) = (*times.first()?, *times.last()?);
        let middle = times.len() / 2;
        let median = if times.len().is_multiple_of(2) {
            (times[middle - 1] + times[middle]) / 2.0
        } else {
            times[middle]
        };
        Some(Self {
            median,
            least,
            most,
        })
    }
}

/// The table in Markdown: a row for each kind of save of each exercise, in the
/// order in which they were measured; medians, with the least and the most.
pub fn markdown(samples: &[Sample]) -> String {
    let mut rows: Vec<(&str, Save)> = Vec::new();
    for sample in samples {
        let row = (sample.exercise.as_str(), sample.save);
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    let mut text = "Milliseconds from save to verdict: the median (least to most).\n\n\
        | exercise | save | backlings | floor | rustlings | times faster | of the floor |\n\
        |---|---|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for (exercise, save) in rows {
        let figures = |runner: &str| {
            let times = samples.iter().filter(|one| {
                (one.exercise.as_str(), one.save, one.runner) == (exercise, save, runner)
            });
            Figures::of(times.map(|one| one.milliseconds).collect())
        };
        let ours = figures("backlings");
        let floor = figures("floor");
        let theirs = figures("rustlings");
        let _ = writeln!(
            text,
            "| {exercise} | {save} | {} | {} | {} | {} | {} |",
            cell(ours),
            cell(floor),
            cell(theirs),
            ratio(theirs, ours, 1),
            ratio(ours, floor, 2)
        );
    }
    text += "\nThe floor is what a save needs, run without backlings: one compiler process that builds and lints, \
        and the check, or for what no compiler sees the check alone. It starts its compiler after the save and links \
        through the C compiler; backlings has compilers and a linker waiting, and lints beside building.";
    if !samples.iter().any(|one| one.runner == "rustlings") {
        text += " rustlings was not measured: `--rustlings install` does.";
    }
    text
}

fn cell(figures: Option<Figures>) -> String {
    match figures {
        Some(Figures {
            median,
            least,
            most,
        }) => format!("{median:.0} ({least:.0} to {most:.0})"),
        None => "–".to_owned(),
    }
}

/// How many times the one is the other.
fn ratio(one: Option<Figures>, other: Option<Figures>, digits: usize) -> String {
    match (one, other) {
        (Some(one), Some(other)) if other.median > 0.0 => {
            format!("{:.digits$}", one.median / other.median)
        }
        _ => "–".to_owned(),
    }
}
