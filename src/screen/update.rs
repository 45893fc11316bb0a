//! What an update did, as text.

use std::fmt::Write as _;

use super::Paint;
use crate::judge::Report;
use crate::workspace::Told;

/// How many files of a sort are named; of more, the rest is counted.
const NAMED: usize = 8;

/// What was changed, what has to be looked at, and where the workspace stands.
/// `rechecked` are the verdicts on exercises that had passed by another check.
pub fn updated(told: &Told, rechecked: &[Report], version: &str, paint: Paint) -> String {
    let mut text = String::new();
    let is_check = |path: &&String| path.contains("/checks/") || path.contains("/fixtures/");
    let plain = |paths: &[String]| -> Vec<String> {
        let own = paths.iter().filter(|path| !is_check(path));
        own.cloned().collect()
    };
    let pairs = |pairs: &[(String, String)], between: &str| -> Vec<String> {
        let pair = |(one, other): &(String, String)| format!("{one} {between} {other}");
        pairs.iter().map(pair).collect()
    };
    let checks = told.added.iter().chain(&told.replaced).chain(&told.removed);
    let checks: Vec<String> = checks.filter(is_check).cloned().collect();
    let sorts = [
        ("New", plain(&told.added), NAMED),
        (
            "Replaced, for you had not touched them",
            plain(&told.replaced),
            NAMED,
        ),
        (
            "Moved with their exercises",
            pairs(&told.moved, "to"),
            NAMED,
        ),
        ("Removed with their exercises", plain(&told.removed), NAMED),
        ("Checks, new, changed or gone", checks, NAMED),
        (
            "Changed by you and by the course: yours stays, the new one is beside it",
            pairs(&told.beside, "and"),
            usize::MAX,
        ),
        (
            "Edited, and no longer in the course: they stay",
            told.orphaned.clone(),
            usize::MAX,
        ),
        (
            "Edited, and the course's: yours is kept",
            pairs(&told.aside, "as"),
            usize::MAX,
        ),
    ];
    let mut changed = false;
    for (title, paths, most) in sorts {
        if paths.is_empty() {
            continue;
        }
        changed = true;
        let _ = writeln!(text, "{}", paint.strong(title));
        for path in paths.iter().take(most) {
            let _ = writeln!(text, "  {path}");
        }
        if paths.len() > most {
            let _ = writeln!(text, "  and {} more", paths.len() - most);
        }
        text.push('\n');
    }
    let failing: Vec<&Report> = rechecked.iter().filter(|report| !report.passed()).collect();
    if !failing.is_empty() {
        let title = "Passed before, look again: their checks are others now";
        let _ = writeln!(text, "{}", paint.warn(title));
        for report in &failing {
            let check = report.first_failing().map_or_else(
                || report.verdict.word().to_owned(),
                |check| check.name.clone(),
            );
            let _ = writeln!(text, "  {}: {check}", paint.name(&report.exercise));
        }
        let first = &failing[0].exercise;
        let _ = writeln!(text, "  `backlings run {first}` shows what is wanted\n");
    }
    let line = if changed || !rechecked.is_empty() {
        format!("This workspace has version {version} of the course now.")
    } else {
        format!("Already up to date: version {version} of the course.")
    };
    let _ = writeln!(text, "{}", paint.good(&line));
    text
}
