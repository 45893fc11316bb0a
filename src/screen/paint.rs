//! Colours and widths.

use console::Style;

/// How to write: with or without colour, and how wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    /// Whether escapes may be written.
    pub color: bool,
    /// Columns.
    pub width: usize,
}

impl Paint {
    /// Without colour, at the width of a file.
    pub const PLAIN: Self = Self {
        color: false,
        width: 100,
    };

    fn apply(self, style: Style, text: &str) -> String {
        style.force_styling(self.color).apply_to(text).to_string()
    }

    /// What passed.
    pub fn good(self, text: &str) -> String {
        self.apply(Style::new().green().bold(), text)
    }

    /// What did not.
    pub fn bad(self, text: &str) -> String {
        self.apply(Style::new().red().bold(), text)
    }

    /// What deserves a look.
    pub fn warn(self, text: &str) -> String {
        self.apply(Style::new().yellow(), text)
    }

    /// Names, files and keys.
    pub fn name(self, text: &str) -> String {
        self.apply(Style::new().cyan(), text)
    }

    /// Headings.
    pub fn strong(self, text: &str) -> String {
        self.apply(Style::new().bold(), text)
    }

    /// What may be passed over.
    pub fn dim(self, text: &str) -> String {
        self.apply(Style::new().dim(), text)
    }

    /// `━━━━────`, `room` columns wide.
    pub fn bar(self, done: usize, total: usize, room: usize) -> String {
        let filled = (room * done.min(total)).checked_div(total).unwrap_or(0);
        let open = self.dim(&"─".repeat(room - filled));
        format!("{}{open}", self.good(&"━".repeat(filled)))
    }

    /// Fills `text` to the width, each line behind `indent`; its own line breaks stay.
    pub fn wrap(self, text: &str, indent: &str) -> String {
        let width = self.width.clamp(20, 100);
        let options = textwrap::Options::new(width)
            .initial_indent(indent)
            .subsequent_indent(indent);
        let lines = text.trim_end().lines().map(|line| {
            if line.trim().is_empty() {
                String::new()
            } else if line.starts_with("    ") {
                // Code and tables keep their shape.
                format!("{indent}{line}")
            } else {
                textwrap::fill(line, &options)
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
