//! The course at a glance.

use std::fmt::Write as _;

use super::Paint;
use crate::course::{Course, Exercise};
use crate::workspace::Progress;

/// Where an exercise stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It has passed.
    Done,
    /// It is the one to work on.
    Current,
    /// It passed once, and does not any more.
    Again,
    /// It has been tried, and does not pass.
    Tried,
    /// It has not been tried.
    Open,
}

impl State {
    /// The word that `--format json` uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Current => "current",
            Self::Again => "again",
            Self::Tried => "tried",
            Self::Open => "open",
        }
    }
}

/// One exercise of the list.
#[derive(Debug)]
pub struct Row<'a> {
    /// Which.
    pub exercise: &'a Exercise,
    /// Where it stands.
    pub state: State,
}

/// Every exercise with its state, in the course's order.
pub fn rows<'a>(course: &'a Course, progress: &Progress) -> Vec<Row<'a>> {
    let current = progress
        .current(course)
        .map(|exercise| exercise.id.as_str());
    let row = |exercise: &'a Exercise| {
        let entry = progress.entry(exercise);
        let state = if progress.is_done(exercise) {
            State::Done
        } else if entry.passed.is_some() {
            State::Again
        } else if Some(exercise.id.as_str()) == current {
            State::Current
        } else if entry.attempts > 0 {
            State::Tried
        } else {
            State::Open
        };
        Row { exercise, state }
    };
    course.exercises.iter().map(row).collect()
}

/// The list as lines; `selected` marks a row. The second value is the selected line's number.
pub fn list(
    course: &Course,
    progress: &Progress,
    selected: Option<usize>,
    paint: Paint,
) -> (String, usize) {
    let rows = rows(course, progress);
    let name_width = course.name_width();
    let mut text = String::new();
    let mut selected_line = 0;
    let mut chapter = "";
    for (index, row) in rows.iter().enumerate() {
        let exercise = row.exercise;
        if exercise.chapter != chapter {
            chapter = &exercise.chapter;
            let title = course.chapters.iter().find(|one| one.dir == chapter);
            let title = title.map_or("", |chapter| chapter.title.as_str());
            let gap = if index == 0 { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{}  {}", paint.strong(title), paint.dim(chapter));
        }
        let mark = match row.state {
            State::Done => paint.good("✓"),
            State::Current => paint.warn("▸"),
            State::Again => paint.warn("!"),
            State::Tried => paint.warn("·"),
            State::Open => " ".to_owned(),
        };
        let here = selected == Some(index);
        if here {
            selected_line = text.lines().count();
        }
        let name = format!("{:name_width$}", exercise.name);
        let name = if here { paint.name(&name) } else { name };
        let title = if here {
            paint.name(&exercise.title)
        } else {
            exercise.title.clone()
        };
        let again = match row.state {
            State::Again => paint.warn("  (passed before, look again)"),
            _ => String::new(),
        };
        let _ = writeln!(
            text,
            "{} {mark} {name}  {}  {title}{again}",
            if here {
                paint.name(">")
            } else {
                " ".to_owned()
            },
            paint.dim(&super::brief::dots(exercise.difficulty)),
        );
    }
    (text, selected_line)
}
