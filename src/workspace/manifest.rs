//! The `Cargo.toml` files that editors need: generated, pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::course::{Course, Exercise, Kind};

const HEADER: &str = "# Made by backlings for your editor (rust-analyzer): changes here are overwritten.\n\
     # It lists the exercises you have reached; the others come as you go.\n\n";

/// The workspace's manifest: a target for each exercise that was reached, so
/// that an editor checks those and no others.
pub fn workspace(course: &Course, reached: &[&Exercise]) -> String {
    let mut text = format!(
        "{HEADER}[package]\nname = \"backlings-workspace\"\nversion = \"0.0.0\"\nedition = \"{}\"\n\
         publish = false\nautobins = false\n\n[workspace]\n\n[dependencies]\n\
         harness = {{ path = \".backlings/lib/harness\" }}\n",
        course.edition
    );
    let has_testkit = course.source.has_file("exercises/testkit/lib.rs");
    if has_testkit {
        let features: Vec<String> = used(reached)
            .into_iter()
            .map(|name| format!("{name:?}"))
            .collect();
        let _ = writeln!(
            text,
            "testkit = {{ path = \".backlings/lib/testkit\", features = [{}] }}",
            features.join(", ")
        );
    }
    text.push_str(&dependencies(course, reached, false));
    text.push_str(&lints(course));
    for exercise in reached {
        let mut target = |name: String, path: String| {
            let _ = write!(
                text,
                "\n[[bin]]\nname = {name:?}\npath = {path:?}\ntest = false\n"
            );
        };
        if exercise.kind == Kind::Program {
            target(exercise.name.clone(), exercise.subject_path());
        }
        target(format!("check-{}", exercise.name), exercise.check_path());
    }
    text
}

/// The manifest of a library below `.backlings/lib`, `harness` or `testkit`.
pub fn library(course: &Course, name: &str, reached: &[&Exercise]) -> String {
    let mut text = format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"{}\"\npublish = false\n\n\
         [lib]\npath = \"lib.rs\"\ntest = false\ndoctest = false\n",
        course.edition
    );
    if name == "testkit" {
        text.push_str("\n[features]\n");
        for name in used(reached) {
            let _ = writeln!(text, "{name} = [\"dep:{name}\"]");
        }
        text.push_str("\n[dependencies]\nharness = { path = \"../harness\" }\n");
        text.push_str(&dependencies(course, reached, true));
    }
    text
}

fn lints(course: &Course) -> String {
    let mut text = String::new();
    for tool in ["rust", "clippy"] {
        let own = course.lints.iter().filter(|lint| lint.tool == tool);
        for (index, lint) in own.enumerate() {
            if index == 0 {
                let _ = writeln!(text, "\n[lints.{tool}]");
            }
            let _ = writeln!(
                text,
                "{:?} = {{ level = {:?}, priority = {} }}",
                lint.name, lint.level, lint.priority
            );
        }
    }
    text
}

fn used<'a>(reached: &[&'a Exercise]) -> BTreeSet<&'a str> {
    reached
        .iter()
        .flat_map(|exercise| exercise.crates.iter().map(String::as_str))
        .collect()
}

fn dependencies(course: &Course, reached: &[&Exercise], optional: bool) -> String {
    let mut lines = String::new();
    for name in used(reached) {
        let Some(version) = course.crates.get(name) else {
            continue;
        };
        let mut table: BTreeMap<String, toml::Value> = match version {
            toml::Value::Table(table) => table.clone().into_iter().collect(),
            version => BTreeMap::from([("version".to_owned(), version.clone())]),
        };
        if optional {
            table.insert("optional".to_owned(), toml::Value::Boolean(true));
        }
        let fields: Vec<String> = table
            .iter()
            .map(|(key, value)| format!("{key} = {value}"))
            .collect();
        let _ = writeln!(lines, "{name} = {{ {} }}", fields.join(", "));
    }
    lines
}
