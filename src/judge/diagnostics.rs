//! The compiler's JSON into diagnostics: pure.

use serde::Deserialize;

use super::verdict::{Diagnostic, Level, Place};

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "$message_type")]
    message_type: Option<String>,
    message: Option<String>,
    code: Option<Code>,
    level: Option<String>,
    #[serde(default)]
    spans: Vec<Span>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    column_start: u32,
    is_primary: bool,
    /// The macro's call, where it is what the macro wrote.
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

impl Span {
    /// The place itself, or the call of the macro of a library that it belongs to:
    /// libraries have absolute paths, and are not what the learner can mend.
    fn in_the_workspace(self) -> Self {
        match self.expansion {
            Some(expansion) if std::path::Path::new(&self.file_name).is_absolute() => {
                expansion.span.in_the_workspace()
            }
            expansion => Self { expansion, ..self },
        }
    }
}

/// What a compiler process said.
#[derive(Debug, Default)]
pub struct Said {
    /// Errors and warnings, in its order.
    pub diagnostics: Vec<Diagnostic>,
    /// Lines that are not JSON: a linker that is missing, a compiler that panicked.
    pub other: String,
}

/// Reads the standard error of a compiler run with `--error-format=json`.
/// `clean` makes a compiler's path into one of the workspace.
pub fn read(stderr: &str, clean: &dyn Fn(&str) -> String) -> Said {
    let mut said = Said::default();
    for line in stderr.lines() {
        let Ok(message) = serde_json::from_str::<Message>(line) else {
            said.other.push_str(line);
            said.other.push('\n');
            continue;
        };
        if message
            .message_type
            .as_deref()
            .is_some_and(|kind| kind != "diagnostic")
        {
            continue;
        }
        let level = match message.level.as_deref() {
            Some("warning") => Level::Warning,
            Some(level) if level.starts_with("error") => Level::Error,
            _ => continue,
        };
        let text = message.message.unwrap_or_default();
        let place = message
            .spans
            .into_iter()
            .find(|span| span.is_primary)
            .map(Span::in_the_workspace)
            .map(|span| Place {
                file: clean(&span.file_name),
                line: span.line_start,
                column: span.column_start,
            });
        // "aborting due to 2 previous errors", "3 warnings emitted".
        if place.is_none() && message.code.is_none() && is_summary(&text) {
            continue;
        }
        said.diagnostics.push(Diagnostic {
            level,
            code: message.code.map(|code| code.code),
            message: text,
            place,
            rendered: clean(&message.rendered.unwrap_or_default()),
        });
    }
    said
}

fn is_summary(message: &str) -> bool {
    message.starts_with("aborting due to")
        || message.ends_with("warning emitted")
        || message.ends_with("warnings emitted")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_librarys_macro_wrote_is_at_its_call() {
        let stderr = r#"{"$message_type":"diagnostic","message":"evaluation panicked","code":{"code":"E0080","explanation":""},"level":"error","spans":[{"file_name":"/rustc/5980/library/core/src/macros/mod.rs","line_start":53,"column_start":9,"is_primary":true,"expansion":{"span":{"file_name":"exercises/a/a.rs","line_start":7,"column_start":3,"is_primary":false,"expansion":null},"macro_decl_name":"assert!","def_site_span":null}}],"children":[],"rendered":"error[E0080]\n"}"#;
        let said = read(stderr, &str::to_owned);
        let place = said.diagnostics[0].place.as_ref().unwrap();
        assert_eq!((place.file.as_str(), place.line), ("exercises/a/a.rs", 7));
    }

    #[test]
    fn reads_errors_and_leaves_summaries_and_artifacts_out() {
        let stderr = concat!(
            r#"{"$message_type":"diagnostic","message":"mismatched types","code":{"code":"E0308","explanation":""},"level":"error","spans":[{"file_name":"exercises/a/checks/../a.rs","line_start":3,"column_start":5,"is_primary":true}],"children":[],"rendered":"error[E0308]\n --> exercises/a/checks/../a.rs:3:5\n"}"#,
            "\n",
            r#"{"$message_type":"artifact","artifact":"x","emit":"link"}"#,
            "\n",
            r#"{"$message_type":"diagnostic","message":"aborting due to 1 previous error","code":null,"level":"error","spans":[],"children":[],"rendered":""}"#,
            "\nerror: linker `cc` not found\n",
        );
        let said = read(stderr, &|path: &str| path.replace("checks/../", ""));
        assert_eq!(said.diagnostics.len(), 1);
        assert_eq!(
            said.diagnostics[0].place.as_ref().unwrap().file,
            "exercises/a/a.rs"
        );
        assert!(
            said.diagnostics[0]
                .rendered
                .contains("--> exercises/a/a.rs:3:5")
        );
        assert_eq!(said.other, "error: linker `cc` not found\n");
    }
}
