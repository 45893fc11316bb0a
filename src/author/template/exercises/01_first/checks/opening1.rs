//! What opening1 is checked for. Read it as the specification; edits here are undone.

// For the author: the check of a `file` exercise reads the learner's file, whose path is
// `harness::subject()`. It is compiled once; after that a save costs no compiler at all. Ask what the
// file means, not how it is written: there are many right ways. Where it is made for a program (nginx,
// SQLite), let that program judge it; one that must be installed stands in `requires` in info.toml,
// a crate in `crates`.

use std::fs;

use harness::{checks, fail, run};

/// The days, and what the sign on the door says of them.
const SIGN: [(&str, &str); 7] = [
    ("monday", "closed"),
    ("tuesday", "06:30-13:00, 14:30-18:00"),
    ("wednesday", "06:30-13:00, 14:30-18:00"),
    ("thursday", "06:30-13:00, 14:30-18:00"),
    ("friday", "06:30-13:00, 14:30-18:00"),
    ("saturday", "06:30-13:00"),
    ("sunday", "08:00-11:00"),
];
/// The key whose value counts for all days without a line.
const DEFAULT: &str = "default";

fn main() {
    run(checks![
        every_line_is_a_known_key_and_its_value,
        no_key_comes_twice,
        every_value_is_closed_or_spans_of_time,
        the_week_is_the_one_on_the_door,
    ]);
}

fn every_line_is_a_known_key_and_its_value() {
    for line in &lines() {
        let Some((key, _)) = line.entry() else {
            line.refuse(
                "a line is no `KEY = VALUE`",
                "a key, `=`, and a value",
                "a line without `=`",
                "a line that cannot be read is skipped, and what it was to say is not said",
            );
        };
        if key != DEFAULT && !SIGN.iter().any(|(day, _)| *day == key) {
            line.refuse(
                "a key is not known",
                "a day in English and in lower case, or `default`",
                &format!("`{key}`"),
                "a setting with a name that nobody knows is ignored without a word",
            );
        }
    }
}

fn no_key_comes_twice() {
    let lines = lines();
    for (index, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.entry() else {
            continue;
        };
        let has_key = |earlier: &&Line| earlier.entry().is_some_and(|(other, _)| other == key);
        if let Some(first) = lines[..index].iter().find(has_key) {
            fail(format!("`{key}` comes twice"))
                .given(format!("{first}\n{line}"))
                .expected("one line for each key")
                .got("two")
                .because("some programs take the first, some the last: what counts is then a guess")
                .raise();
        }
    }
}

fn every_value_is_closed_or_spans_of_time() {
    for line in &lines() {
        let Some((_, value)) = line.entry() else {
            continue;
        };
        if value == "closed" {
            continue;
        }
        let mut before = None;
        for text in value.split(',').map(str::trim) {
            let Some((begin, end)) = span(text) else {
                line.refuse(
                    "a value is neither `closed` nor spans of time",
                    "`closed`, or spans such as `06:30-13:00` with commas between them",
                    &format!("`{text}`"),
                    "a program reads one notation: 6:30, 06.30 and 6:30 am are others",
                );
            };
            if before.is_some_and(|before| begin <= before) || end <= begin {
                line.refuse(
                    "the times of a day do not go forward",
                    "each time after the one before it, on a clock of 24 hours",
                    &match before {
                        Some(before) if begin <= before => format!("`{text}` begins too early"),
                        _ => format!("`{text}` ends too early"),
                    },
                    "hours that end before they begin match no time of the day, and nobody is told",
                );
            }
            before = Some(end);
        }
    }
}

fn the_week_is_the_one_on_the_door() {
    let lines = lines();
    for (day, sign) in SIGN {
        let of = |key| {
            lines
                .iter()
                .find(|line| line.entry().is_some_and(|(other, _)| other == key))
        };
        let line = of(day).or_else(|| of(DEFAULT));
        let value = line.and_then(Line::entry).map_or("", |(_, value)| value);
        let spans: Vec<&str> = value.split(',').map(str::trim).collect();
        // However the commas are spaced.
        if spans.join(", ") != sign {
            fail(format!("the hours of {day} are not those on the door"))
                .given(line.map_or_else(|| format!("no `{day}` and no `default`"), Line::to_string))
                .expected(format!("`{sign}`"))
                .got(line.map_or_else(|| "nothing".to_owned(), |_| format!("`{value}`")))
                .because(
                    "people come when the website says so, and stand in front of a closed door",
                )
                .raise();
        }
    }
}

/// A line that says something, and where it stands.
struct Line {
    number: usize,
    text: String,
}

impl Line {
    /// Key and value.
    fn entry(&self) -> Option<(&str, &str)> {
        let (key, value) = self.text.split_once('=')?;
        Some((key.trim(), value.trim()))
    }

    #[track_caller]
    fn refuse(&self, what: &str, expected: &str, got: &str, why: &str) -> ! {
        fail(what)
            .given(self)
            .expected(expected)
            .got(got)
            .because(why)
            .raise()
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.number, self.text)
    }
}

/// The lines of the learner's file, without comments and empty ones.
fn lines() -> Vec<Line> {
    let text = fs::read_to_string(harness::subject()).expect("the file cannot be read");
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let says_something = |line: &Line| !line.text.is_empty() && !line.text.starts_with('#');
    lines
        .zip(1..)
        .map(|(text, number)| Line {
            number,
            text: text.to_owned(),
        })
        .filter(says_something)
        .collect()
}

/// Begin and end of `HH:MM-HH:MM`, in minutes from midnight.
fn span(text: &str) -> Option<(u32, u32)> {
    let (begin, end) = text.split_once('-')?;
    Some((minutes(begin)?, minutes(end)?))
}

fn minutes(time: &str) -> Option<u32> {
    let [tens, ones, b':', more_tens, more_ones] = time.as_bytes() else {
        return None;
    };
    let two = |tens: &u8, ones: &u8| {
        let digit = |byte: &u8| char::from(*byte).to_digit(10);
        Some(digit(tens)? * 10 + digit(ones)?)
    };
    let (hours, minutes) = (two(tens, ones)?, two(more_tens, more_ones)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}
