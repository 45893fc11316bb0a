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

/// A comment line's text, or nothing where the line is not a comment.
fn comment(line: &str) -> Option<&str> {
    let line = line.trim();
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
    fn reads_sql_comments_and_survives_none() {
        assert_eq!(
            Brief::of("-- # sql1\n-- Find books.\nSELECT 1;").ticket,
            "Find books."
        );
        assert_eq!(Brief::of("SELECT 1;").ticket, "");
    }
}
