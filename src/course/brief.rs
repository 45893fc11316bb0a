//! The ticket that opens a subject, read from its leading comment.

/// What the learner is asked to do, from the comment at the top of the subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brief {
    /// The comment's first paragraph after its heading: the ticket.
    pub ticket: String,
}

impl Brief {
    /// Reads the leading comment of a subject in any of the usual comment styles.
    pub fn of(subject: &str) -> Self {
        let ticket: Vec<&str> = subject
            .trim_start_matches('\u{feff}')
            .lines()
            .map_while(comment)
            .skip_while(|line| line.is_empty() || line.starts_with('#'))
            .take_while(|line| !line.is_empty())
            .collect();
        Self {
            ticket: ticket.join(" "),
        }
    }
}

/// Cuts a subject into the comment that opens it and what follows.
pub fn split(subject: &str) -> (&str, &str) {
    // The documentation of a first item is no part of the module's.
    let is_rust = subject.starts_with("//!");
    let is_comment = |line: &&str| match is_rust {
        true => line.starts_with("//!"),
        false => comment(line).is_some(),
    };
    let length: usize = subject
        .split_inclusive('\n')
        .take_while(is_comment)
        .map(str::len)
        .sum();
    subject.split_at(length)
}

/// Whether a text has nothing but comment lines and empty ones.
pub fn has_only_comments(text: &str) -> bool {
    text.lines()
        .all(|line| line.trim().is_empty() || comment(line).is_some())
}

/// The subject of an exercise that continues another: its own opening comment,
/// then the answer to the other without the comment that opens that.
pub fn continued(subject: &str, answer: &str) -> String {
    let (head, _) = split(subject);
    let (_, body) = split(answer);
    format!("{}\n\n{}", head.trim_end(), body.trim_start_matches('\n'))
}

/// How a comment begins in a file of this name, as far as it is known.
pub fn comment_mark(file: &str) -> &'static str {
    match file.rsplit('.').next().unwrap_or_default() {
        "rs" => "//!",
        "sql" => "--",
        "js" | "ts" | "go" | "c" => "//",
        "html" | "xml" | "config" => "<!--",
        "css" => "/*",
        _ => "#",
    }
}

/// A comment line's text, or nothing where the line is not a comment.
fn comment(line: &str) -> Option<&str> {
    let line = line.trim();
    if line.starts_with("#[") || line.starts_with("#!") {
        return None;
    }
    ["//!", "///", "//", "--", "#", "<!--", "/*", "*"]
        .iter()
        .find_map(|mark| line.strip_prefix(mark))
        .map(|text| text.trim_end_matches("-->").trim_end_matches("*/").trim())
}

#[cfg(test)]
mod tests {
    use super::Brief;

    #[test]
    fn takes_the_first_paragraph_after_the_heading() {
        let subject = "//! # http1: the request line\n//!\n//! The log shows\n//! two requests.\n//!\n//! Rules:\nfn f() {}\n";
        assert_eq!(Brief::of(subject).ticket, "The log shows two requests.");
    }

    #[test]
    fn a_subject_continues_an_answer_below_its_own_comment() {
        let subject = "//! # two: further\n//!\n//! Now more.\n";
        let answer = "//! # one: first\n//! Some.\n\nfn f() {}\n";
        assert_eq!(
            super::continued(subject, answer),
            "//! # two: further\n//!\n//! Now more.\n\nfn f() {}\n"
        );
        assert_eq!(super::continued("", "fn f() {}\n"), "\n\nfn f() {}\n");
    }

    #[test]
    fn reads_sql_comments_and_survives_none() {
        assert_eq!(
            Brief::of("-- # sql1\n-- Find books.\nSELECT 1;").ticket,
            "Find books."
        );
        assert_eq!(Brief::of("SELECT 1;").ticket, "");
    }
}
