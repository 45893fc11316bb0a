//! Small changes of an answer, made to find out whether any check notices them.
//!
//! Text in, changes out. Nothing here compiles or runs: a change that the compiler refuses costs a
//! tenth of a second and is thrown away by the judge. So the rules below guess from the tokens,
//! without types, and leave out only what is hopeless or what no check should notice.
//!
//! Left alone on purpose, because a survivor there is no hole in the checks:
//! - words for people: what `panic!`, `expect`, `eprintln!`, the log macros and `context` say, and
//!   the sentences in format strings; of strings with two words only the whole text is emptied;
//! - sizes of buffers: the length of `[0; n]`, `with_capacity`, `reserve`;
//! - code that is only compiled for tests, attributes and comments.

mod rust;
mod sql;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::ops::Range;

/// One change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// The bytes that are replaced.
    pub range: Range<usize>,
    /// What stands there instead.
    pub replacement: String,
    /// The line on which the range begins, from 1.
    pub line: usize,
    /// The character of the line at which the range begins, from 1.
    pub column: usize,
    /// The change in words, on one line: `replace < by <=`.
    pub what: String,
}

impl Mutant {
    /// `text` with the change made.
    ///
    /// # Panics
    ///
    /// When `text` is not the one that the mutant was made from, and the range does not fit into it.
    pub fn apply(&self, text: &str) -> String {
        let (before, after) = (&text[..self.range.start], &text[self.range.end..]);
        [before, &self.replacement, after].concat()
    }
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// A Rust source file, edition 2024.
    Rust,
    /// SQL statements, as SQLite reads them.
    Sql,
}

/// All small changes of a text, in the order in which they stand in it.
///
/// Each differs from the text and from every other one when applied.
///
/// # Errors
///
/// When the text cannot be cut into tokens: the place and what is wrong there.
pub fn mutants(text: &str, language: Language) -> Result<Vec<Mutant>, String> {
    let mut edits = match language {
        Language::Rust => rust::edits(text)?,
        Language::Sql => sql::edits(text)?,
    };
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    // Two rules may come to the same text by different ways: compare what comes out.
    // Hashes are enough: should two be the same one day, one change is not tried.
    let hash = |text: &str| BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
    let mut seen = HashSet::from([hash(text)]);
    let mutants = edits.into_iter().map(|edit| edit.located(text));
    Ok(mutants
        .filter(|mutant| seen.insert(hash(&mutant.apply(text))))
        .collect())
}

/// A change that does not know its place yet.
struct Edit {
    range: Range<usize>,
    replacement: String,
    what: String,
}

impl Edit {
    fn located(self, text: &str) -> Mutant {
        let (line, column) = place(text, self.range.start);
        Mutant {
            range: self.range,
            replacement: self.replacement,
            line,
            column,
            what: self.what,
        }
    }
}

/// Line and column of a byte, both from 1; columns count characters.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// The changes found so far, and the text that they are of.
struct Edits<'t> {
    text: &'t str,
    list: Vec<Edit>,
}

impl<'t> Edits<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            list: Vec::new(),
        }
    }

    fn push(&mut self, range: Range<usize>, replacement: impl Into<String>, what: String) {
        self.list.push(Edit {
            range,
            replacement: replacement.into(),
            what,
        });
    }

    /// Replaces a range and says so in terms of what stands there.
    fn replace(&mut self, range: Range<usize>, by: impl Into<String>) {
        let by = by.into();
        let what = format!(
            "replace {} by {}",
            short(&self.text[range.clone()]),
            short(&by)
        );
        self.push(range, by, what);
    }

    /// Removes a range; `kind` says what it is: `statement `, `arm `, or nothing.
    fn remove(&mut self, range: Range<usize>, kind: &str) {
        let what = format!("remove {kind}{}", short(&self.text[range.clone()]));
        self.push(range, "", what);
    }

    fn insert(&mut self, at: usize, new: &str, what: String) {
        self.push(at..at, new, what);
    }

    /// Takes out one of a list's parts and the separator that goes with it.
    /// A part that stands alone cannot be taken out of its list, and is left.
    fn remove_part(&mut self, parts: &[Range<usize>], index: usize, kind: &str) {
        let gone = match (index.checked_sub(1), parts.get(index + 1)) {
            (Some(before), _) => parts[before].end..parts[index].end,
            (None, Some(after)) => parts[index].start..after.start,
            (None, None) => return,
        };
        let what = format!("remove {kind}{}", short(&self.text[parts[index].clone()]));
        self.push(gone, "", what);
    }
}

/// A piece of the text for a message: on one line, and not too long.
fn short(text: &str) -> String {
    const MOST: usize = 48;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", line[..end].trim_end()),
        None => line,
    }
}

/// The numbers next to a whole number. The one below 0 would be no literal.
fn neighbours(value: u128) -> impl Iterator<Item = u128> {
    [value.checked_add(1), value.checked_sub(1)]
        .into_iter()
        .flatten()
}
