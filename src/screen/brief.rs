//! Exercises, hints and solutions as text.

use std::fmt::Write as _;

use super::Paint;
use crate::course::{Brief, Course, Exercise};
use crate::workspace::Progress;

/// `●●○○○`.
pub(super) fn dots(difficulty: u8) -> String {
    (1..=5)
        .map(|step| if step <= difficulty { '●' } else { '○' })
        .collect()
}

/// What an exercise is called, what it asks, and which file to open.
pub fn assignment(exercise: &Exercise, brief: &Brief, paint: Paint) -> String {
    let mut text = format!(
        "{} {}  {}\n",
        paint.strong(&exercise.name),
        paint.strong(&format!("· {}", exercise.title)),
        paint.dim(&dots(exercise.difficulty))
    );
    text.push_str(&ticket(exercise, brief, paint));
    text
}

/// What an exercise asks, and which file to open.
pub fn ticket(exercise: &Exercise, brief: &Brief, paint: Paint) -> String {
    let mut text = String::new();
    if !brief.ticket.is_empty() {
        let _ = writeln!(text, "{}", paint.wrap(&brief.ticket, "  "));
    }
    let paths: Vec<String> = exercise.paths().map(|path| paint.name(&path)).collect();
    let _ = writeln!(text, "  Open {}", paths.join(" and "));
    text
}

/// What a command says below a success: where our solution is, and what comes next.
pub fn after_pass(
    course: &Course,
    exercise: &Exercise,
    progress: &Progress,
    paint: Paint,
) -> String {
    let command = format!("backlings solution {}", exercise.name);
    format!(
        "  Compare with ours: {}\n\n{}",
        paint.name(&command),
        next_exercise(course, progress.current(course), paint)
    )
}

/// What comes after a success; nothing where all is done.
pub fn next_exercise(course: &Course, next: Option<&Exercise>, paint: Paint) -> String {
    match next {
        Some(next) => {
            format!(
                "{} {}",
                paint.good("Next:"),
                assignment(next, &course.brief(next), paint)
            )
        }
        None => {
            let words = paint.wrap(course.final_words.trim(), "  ");
            format!("{}\n{words}\n", paint.good("All exercises are done."))
        }
    }
}

/// One hint; `level` from 1.
pub fn hint(exercise: &Exercise, level: usize, paint: Paint) -> String {
    let level = level.clamp(1, exercise.hints.len().max(1));
    let text = exercise.hints.get(level - 1).map_or("", |hint| hint.trim());
    let title = format!("Hint {level} of {}", exercise.hints.len());
    format!("{}\n{}\n", paint.warn(&title), paint.wrap(text, "  "))
}

/// The first `count` hints.
pub fn hints(exercise: &Exercise, count: usize, paint: Paint) -> String {
    let hints = (1..=count.min(exercise.hints.len())).map(|level| hint(exercise, level, paint));
    let mut text = hints.collect::<Vec<_>>().join("\n");
    if count >= exercise.hints.len() && !exercise.links.is_empty() {
        let _ = writeln!(text, "\n{}", paint.strong("Read on"));
        for link in &exercise.links {
            let _ = writeln!(text, "  {link}");
        }
    }
    text
}

/// A solution, with where it stands.
pub fn solution(exercise: &Exercise, text: &str, paint: Paint) -> String {
    let title = format!("Our solution of {}, one of many", exercise.name);
    format!("{}\n\n{}\n", paint.strong(&title), text.trim_end())
}
