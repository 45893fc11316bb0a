//! What a proof finds wrong, for people and for programs.

use serde::{Deserialize, Serialize};

/// Something that is wrong with a course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What sort of thing it is.
    pub kind: Kind,
    /// The file or folder it is about, as a path in the course.
    pub path: Option<String>,
    /// The check it is about.
    pub check: Option<String>,
    /// One sentence: what is wrong.
    pub message: String,
    /// The evidence, and what to do; may have several lines each.
    pub details: Vec<String>,
}

/// Sorts of findings, in the order in which an author wants to read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `info.toml` and the tree do not agree, or a text breaks a rule.
    Tree,
    /// It could not be judged at all.
    Unjudged,
    /// The untouched exercise does not start as `info.toml` says.
    Untouched,
    /// A right answer is refused.
    Refused,
    /// A wrong answer is not caught by the check that it names.
    Missed,
    /// No answer fails a check.
    Unfailed,
    /// Verdicts are not the same each time.
    Unsteady,
    /// Something stays behind when the checks have ended.
    Leftover,
    /// Too much time or memory.
    Limits,
    /// A right answer has warnings or is not formatted.
    Style,
}

impl Finding {
    /// A finding without evidence yet.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            path: None,
            check: None,
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// The file or folder it is about.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The check it is about.
    #[must_use]
    pub fn check(mut self, check: impl Into<String>) -> Self {
        self.check = Some(check.into());
        self
    }

    /// A piece of evidence, or what to do.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }
}
