//! A screenful: a header, a body that scrolls, a footer.

use console::{Alignment, measure_text_width, pad_str};

use super::Paint;

/// What one screen shows.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// The first line.
    pub header: String,
    /// Any number of lines.
    pub body: String,
    /// The last lines.
    pub footer: String,
}

/// A view fitted to a terminal's size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Exactly as many lines as fit, none wider than the screen.
    pub lines: Vec<String>,
    /// The scroll position that was possible, in lines.
    pub scroll: usize,
    /// How many lines of the body one screen holds.
    pub page: usize,
}

impl Frame {
    /// Fits `view` into `rows` lines, with the body scrolled by `scroll` lines.
    pub fn fit(view: &View, rows: usize, scroll: usize, paint: Paint) -> Self {
        let width = paint.width.max(1);
        let mut lines = vec![cut(&view.header, width)];
        let footer: Vec<String> = view.footer.lines().map(|line| cut(line, width)).collect();
        let body = wrapped(&view.body, width);
        // On the smallest screens the body is what matters.
        let footer_rows = footer.len().min(rows.saturating_sub(4));
        let room = rows.saturating_sub(1 + footer_rows).max(1);
        if body.len() <= room {
            let gap = room - body.len();
            lines.extend(body);
            // The footer stands at the bottom, whatever is above it.
            lines.extend(std::iter::repeat_n(String::new(), gap));
            lines.extend(footer.into_iter().take(footer_rows));
            return Self {
                lines,
                scroll: 0,
                page: room,
            };
        }
        let page = room.saturating_sub(1).max(1);
        let last = body.len() - page;
        let scroll = scroll.min(last);
        lines.extend(body[scroll..scroll + page].iter().cloned());
        let below = body.len() - scroll - page;
        let more = match (scroll, below) {
            (_, 0) => format!("── the end; ↑ for {scroll} lines above ──"),
            (0, below) => format!("── {below} more lines: ↓ or space ──"),
            (above, below) => format!("── {above} lines above, {below} below: ↑ ↓ ──"),
        };
        if room > 1 {
            lines.push(paint.dim(&cut(&more, width)));
        }
        lines.extend(footer.into_iter().take(footer_rows));
        Self {
            lines,
            scroll,
            page,
        }
    }

    /// The escape sequences that draw it over whatever the screen shows.
    pub fn draw(&self) -> String {
        // Between the two marks a terminal that knows them (mode 2026, synchronized
        // output) shows nothing half drawn; others pass over them.
        let mut text = String::from("\x1b[?2026h\x1b[H");
        for (index, line) in self.lines.iter().enumerate() {
            if index > 0 {
                text.push_str("\r\n");
            }
            text.push_str(line);
            // The style ends, the rest of an older line goes.
            text.push_str("\x1b[0m\x1b[K");
        }
        text.push_str("\x1b[J\x1b[?2026l");
        text
    }
}

fn cut(line: &str, width: usize) -> String {
    if measure_text_width(line) <= width {
        line.to_owned()
    } else {
        pad_str(line, width, Alignment::Left, Some("…")).into_owned()
    }
}

fn wrapped(body: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in body.lines() {
        let line = line.replace('\t', "    ");
        if measure_text_width(&line) <= width {
            lines.push(line);
        } else {
            // What goes on stands below its beginning, not at the margin.
            let plain = console::strip_ansi_codes(&line);
            let indent = plain.len() - plain.trim_start().len();
            let indent = " ".repeat(indent.min(width / 2));
            let options = textwrap::Options::new(width)
                .subsequent_indent(&indent)
                .word_separator(textwrap::WordSeparator::AsciiSpace)
                .break_words(true);
            lines.extend(
                textwrap::wrap(&line, options)
                    .into_iter()
                    .map(std::borrow::Cow::into_owned),
            );
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(lines: usize) -> View {
        View {
            header: "head".to_owned(),
            body: (1..=lines).map(|n| format!("{n}\n")).collect(),
            footer: "foot".to_owned(),
        }
    }

    #[test]
    fn never_exceeds_the_screen() {
        for rows in 1..40 {
            for lines in 0..60 {
                for scroll in [0, 5, 100] {
                    let frame = Frame::fit(&view(lines), rows.max(2), scroll, Paint::PLAIN);
                    assert!(frame.lines.len() <= rows.max(2), "{rows} {lines} {scroll}");
                }
            }
        }
    }

    #[test]
    fn scrolls_to_the_end_and_says_so() {
        let frame = Frame::fit(&view(20), 10, 100, Paint::PLAIN);
        assert!(frame.lines.iter().any(|line| line == "20"));
        assert!(frame.lines.iter().any(|line| line.contains("the end")));
    }

    #[test]
    fn wide_lines_are_wrapped_and_none_is_lost() {
        let view = View {
            body: "word ".repeat(50),
            ..View::default()
        };
        let paint = Paint {
            color: false,
            width: 20,
        };
        let frame = Frame::fit(&view, 40, 0, paint);
        assert!(frame.lines.iter().all(|line| line.chars().count() <= 20));
        assert_eq!(frame.lines.concat().matches("word").count(), 50);
    }
}
