//! What the watcher's screen shows: from its state to a view, pure.

use std::collections::BTreeMap;
use std::time::Duration;

use console::{measure_text_width, truncate_str};

use crate::course::{Course, Exercise};
use crate::judge::{Report, Stage};
use crate::screen::{self, Paint, View};
use crate::workspace::Progress;

/// What the screen is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// An exercise and its verdict.
    Exercise,
    /// All exercises, one selected.
    List {
        /// Its place in the course.
        selected: usize,
    },
    /// The exercise's solution.
    Solution,
    /// Whether to reset the exercise.
    AskReset,
    /// A check of all exercises.
    CheckAll,
    /// The keys.
    Help,
}

/// Everything the screen depends on.
pub struct Scene<'a> {
    pub course: &'a Course,
    pub progress: &'a Progress,
    pub exercise: &'a Exercise,
    pub mode: Mode,
    /// The exercise's last verdict, or why there is none.
    pub outcome: Option<Result<&'a Report, &'a str>>,
    /// How many checks passed before it, and of how many.
    pub before: Option<(usize, usize)>,
    /// Whether the judged text is the one the exercise came with.
    pub untouched: bool,
    /// A run that takes long enough to be shown.
    pub running: Option<(&'a Stage, Duration)>,
    pub solution: Option<String>,
    pub checked: Option<Checked<'a>>,
    pub notices: &'a [String],
    /// What is being built for later exercises.
    pub building: Option<&'a str>,
    pub manual: bool,
}

/// A check of all exercises, as far as it has come.
pub struct Checked<'a> {
    /// By the exercise's place in the course.
    pub results: &'a BTreeMap<usize, Result<Report, String>>,
    /// How many there will be.
    pub total: usize,
    /// Whether these are all, even where somebody stopped it.
    pub ended: bool,
}

impl Scene<'_> {
    /// The view of this scene.
    pub fn view(&self, paint: Paint) -> View {
        View {
            header: self.header(paint),
            body: self.body(paint),
            footer: self.footer(paint),
        }
    }

    fn header(&self, paint: Paint) -> String {
        let left = match self.mode {
            Mode::List { .. } => paint.strong(&self.course.name),
            Mode::Help => paint.strong("keys"),
            Mode::CheckAll => paint.strong("all exercises"),
            _ => format!(
                "{} {}",
                paint.strong(&self.exercise.name),
                paint.dim(&format!("· {}", self.exercise.title))
            ),
        };
        let done = self.progress.done(self.course);
        let total = self.course.exercises.len();
        let right = paint.dim(&format!("{done}/{total} done"));
        let used = measure_text_width(&left) + measure_text_width(&right);
        if used + 2 > paint.width {
            return left;
        }
        format!("{left}{}{right}", " ".repeat(paint.width - used))
    }

    fn body(&self, paint: Paint) -> String {
        let text = match self.mode {
            Mode::Exercise => self.exercise_body(paint),
            Mode::List { selected } => {
                screen::list(self.course, self.progress, Some(selected), paint).0
            }
            Mode::Solution => match &self.solution {
                Some(text) => screen::solution(self.exercise, text, paint),
                None => "the course has lost this solution\n".to_owned(),
            },
            Mode::AskReset => format!(
                "Bring `{}` back as it came?\n\n{}\n",
                self.exercise.subject_path(),
                paint.wrap(
                    "Your text is kept under .backlings/history. The exercise counts as not done again.",
                    "  "
                ),
            ),
            Mode::CheckAll => self.check_all_body(paint),
            Mode::Help => help(paint),
        };
        format!("\n{text}")
    }

    fn exercise_body(&self, paint: Paint) -> String {
        if let Some((stage, elapsed)) = self.running {
            let seconds = elapsed.as_secs();
            let time = if seconds > 0 {
                format!(" ({seconds} s)")
            } else {
                String::new()
            };
            let text = format!("{}{time} ...", screen::stage(stage));
            let brief = self.course.brief(self.exercise);
            let ticket = screen::ticket(self.exercise, &brief, paint);
            let counted = match stage {
                Stage::Crates { done, total, .. } if *total > 0 => {
                    let width = paint.width.min(42);
                    format!("\n{}", paint.bar(*done, *total, width.saturating_sub(2)))
                }
                _ => String::new(),
            };
            return format!("{ticket}\n{}{counted}", paint.warn(&text));
        }
        let mut text = String::new();
        let hints = self.progress.entry(self.exercise).hints;
        let passed = matches!(self.outcome, Some(Ok(report)) if report.passed());
        if self.untouched || self.outcome.is_none() {
            let brief = self.course.brief(self.exercise);
            text.push_str(&screen::ticket(self.exercise, &brief, paint));
            text.push('\n');
        }
        if hints > 0 && !passed {
            text.push_str(&screen::hint(self.exercise, hints, paint));
            text.push('\n');
        }
        match self.outcome {
            Some(Ok(report)) => {
                text.push_str(&screen::verdict(self.exercise, report, self.before, paint));
                if passed {
                    let solution = self.exercise.solution_path();
                    text.push_str(&format!(
                        "\n  Compare with ours: {} shows {}\n\n",
                        paint.name("s"),
                        paint.name(&solution)
                    ));
                    let next = self.progress.current(self.course);
                    text.push_str(&screen::next_exercise(self.course, next, paint));
                }
            }
            Some(Err(problem)) => {
                text.push_str(
                    &paint.bad("This could not be judged, and not because of your answer."),
                );
                text.push_str(&format!("\n\n{problem}\n"));
            }
            None => {}
        }
        text
    }

    fn check_all_body(&self, paint: Paint) -> String {
        let Some(Checked {
            results,
            total,
            ended,
        }) = self.checked
        else {
            return String::new();
        };
        let passed = results
            .values()
            .filter(|one| one.as_ref().is_ok_and(Report::passed))
            .count();
        let mut text = if ended {
            format!("{}\n\n", paint.strong(&format!("{passed} of {total} pass")))
        } else {
            let bar = paint.bar(results.len(), total, 40);
            format!("{bar}  {} of {total} judged\n\n", results.len())
        };
        let width = self.course.name_width();
        for (index, result) in results {
            let line = match result {
                Ok(report) => screen::one_line(report, width, paint),
                Err(problem) => {
                    let name = &self.course.exercises[*index].name;
                    let problem = problem.lines().next().unwrap_or_default();
                    format!("{} {name:width$}  {}", paint.bad("!"), paint.dim(problem))
                }
            };
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    fn footer(&self, paint: Paint) -> String {
        let mut lines = Vec::new();
        for notice in self.notices {
            for line in textwrap::wrap(notice, paint.width.saturating_sub(1).max(20)) {
                lines.push(paint.warn(&line));
            }
        }
        if let Some(building) = self.building {
            lines.push(paint.dim(&truncate_str(building, paint.width, "…")));
        }
        let done = self.progress.done(self.course);
        let total = self.course.exercises.len();
        lines.push(paint.bar(done, total, paint.width.saturating_sub(2)));
        let passed = self.progress.is_done(self.exercise);
        let keys: &[(&str, &str)] = match self.mode {
            Mode::List { .. } => &[("↑↓", "choose"), ("Enter", "go there"), ("l", "back")],
            Mode::Solution | Mode::Help => &[("Enter", "back")],
            Mode::CheckAll if self.checked.as_ref().is_some_and(|checked| checked.ended) => {
                &[("Enter", "back")]
            }
            Mode::CheckAll => &[("Enter", "stop and go back")],
            Mode::AskReset => &[("y", "reset"), ("n", "back")],
            Mode::Exercise if passed => &[
                ("Enter", "next"),
                ("s", "solution"),
                ("p", "previous"),
                ("l", "list"),
                ("?", "keys"),
                ("q", "quit"),
            ],
            Mode::Exercise if self.manual => &[
                ("r", "judge"),
                ("h", "hint"),
                ("l", "list"),
                ("?", "keys"),
                ("q", "quit"),
            ],
            Mode::Exercise => &[("h", "hint"), ("l", "list"), ("?", "keys"), ("q", "quit")],
        };
        let keys: Vec<String> = keys
            .iter()
            .map(|(key, what)| format!("{} {what}", paint.name(key)))
            .collect();
        let keys = keys.join("  ");
        let file = match self.mode {
            Mode::Exercise => format!("  {}", paint.dim(&self.exercise.subject_path())),
            _ => String::new(),
        };
        let line = if measure_text_width(&keys) + measure_text_width(&file) <= paint.width {
            let gap = paint.width - measure_text_width(&keys) - measure_text_width(&file);
            format!("{keys}{}{file}", " ".repeat(gap))
        } else {
            truncate_str(&keys, paint.width, "…").into_owned()
        };
        lines.push(line);
        lines.join("\n")
    }
}

/// The line of the list on which the selected exercise stands.
pub fn list_line(scene: &Scene<'_>, selected: usize, paint: Paint) -> usize {
    screen::list(scene.course, scene.progress, Some(selected), paint).1
}

fn help(paint: Paint) -> String {
    const KEYS: [(&str, &str); 13] = [
        ("Enter", "after a pass: go on to the next exercise"),
        ("n", "next: leave this exercise for later"),
        ("p", "previous exercise"),
        ("h", "show the next hint"),
        ("l", "list all exercises and go to one"),
        ("r", "run again"),
        ("s", "our solution, once yours passes"),
        ("x", "reset the exercise to how it came (asks first)"),
        ("c", "check all exercises"),
        ("↑ ↓", "scroll, also j and k, space, PageUp and PageDown"),
        ("Esc", "back to the exercise"),
        ("?", "this list"),
        ("q", "quit; Ctrl-C does so anywhere"),
    ];
    let lines = KEYS
        .iter()
        .map(|(key, what)| format!("  {}  {what}\n", paint.name(&format!("{key:>5}"))));
    let mut text: String = lines.collect();
    text.push_str(&format!(
        "\n{}\n",
        paint.wrap(
            "Saving any exercise's file judges that exercise. Every attempt and its verdict are kept under .backlings/history.",
            "  "
        )
    ));
    text
}
