//! A course that is not in order is told with file, line and what to write instead.

use crate::support::{HEAD, Place, RIGHT, question};

/// A whole course of one exercise whose `info.toml` is changed before it is read.
#[track_caller]
fn broken(change: impl Fn(String) -> String, expected: &str) {
    let place = Place::new().module("one", RIGHT, &question("one"));
    let info = place.read("course/info.toml");
    let changed = change(info.clone());
    assert_ne!(info, changed, "the change changes nothing");
    place.write("course/info.toml", changed);
    place
        .call("init work --course course")
        .from(".")
        .status(3)
        .stdout("")
        .stderr(format!("error: `PLACE/course/info.toml`{expected}\n"))
        .go();
}

#[test]
fn an_unknown_key() {
    broken(
        |info| info.replace("hints =", "hint ="),
        ", line 22: unknown field `hint`\n  did you mean `hints`? known here: `id`, `name`, `title`, `kind`, `file`, `companions`, `continues`, `uses`, `starts`, `difficulty`, `teaches`, `hints`, `links`, `time_limit`, `crates`, `requires`",
    );
}

#[test]
fn a_missing_key() {
    broken(
        |info| info.replace("teaches = \"Something.\"\n", ""),
        ", line 13: missing field `teaches`\n  add `teaches = ...` to the table that begins here",
    );
}

#[test]
fn a_duplicate_name() {
    broken(
        |info| {
            let exercise =
                info[info.find("[[chapters.ex").unwrap()..].replace("one-id", "other-id");
            info + &exercise
        },
        ", line 27: there already is an exercise `one`, in line 15\n  give one of the two another name",
    );
}

#[test]
fn a_duplicate_id() {
    broken(
        |info| {
            let exercise =
                info[info.find("[[chapters.ex").unwrap()..].replace("\"one\"", "\"two\"");
            info + &exercise
        },
        ", line 26: there already is an exercise with the id `one-id`, in line 14\n  give one of the two another name\n`PLACE/course/info.toml`, line 27: the file `exercises/01_first/checks/two.rs` is missing\n  write it: it is its check",
    );
}

#[test]
fn an_empty_hint() {
    broken(
        |info| info.replace("\"A pointer.\"", "\"  \""),
        ", line 22: this hint is empty\n  write what helps the learner on, or leave it out",
    );
}

#[test]
fn no_hints() {
    broken(
        |info| {
            info.replace(
                "[\"A nudge.\", \"A pointer.\", \"Nearly the answer.\"]",
                "[]",
            )
        },
        ", line 22: there is no hint\n  write at least one, better three, from a nudge to nearly the answer",
    );
}

#[test]
fn a_crate_that_the_table_does_not_name() {
    broken(
        |info| {
            info.replace("[[chapters]]", "[crates]\nrusqlite = \"1\"\n\n[[chapters]]")
                .replace("links =", "crates = [\"rusqlit\"]\nlinks =")
        },
        ", line 26: the crate `rusqlit` is not in the table `[crates]`\n  did you mean `rusqlite`? else add `rusqlit = \"VERSION\"` below `[crates]`",
    );
}

#[test]
fn a_missing_file() {
    let place = Place::new().module("one", RIGHT, &question("one"));
    std::fs::remove_file(place.path("course/exercises/01_first/checks/one.rs")).unwrap();
    place
        .call("init work --course course")
        .from(".")
        .status(3)
        .stderr("error: `PLACE/course/info.toml`, line 15: the file `exercises/01_first/checks/one.rs` is missing\n  write it: it is its check\n")
        .go();
}

#[test]
fn a_kind_that_does_not_exist() {
    broken(
        |info| info.replace("kind = \"module\"", "kind = \"modul\""),
        ", line 17: unknown variant `modul`\n  did you mean `module`? known here: `module`, `program`, `file`",
    );
}

#[test]
fn a_file_exercise_that_names_no_file() {
    broken(
        |info| {
            info.replace("kind = \"module\"", "kind = \"file\"")
                .replace("file = \"one.rs\"\n", "")
        },
        ", line 17: `one` is of kind `file` and names no file\n  add its file, such as `file = \"one.sql\"`",
    );
}

#[test]
fn a_difficulty_out_of_range() {
    broken(
        |info| info.replace("difficulty = 1", "difficulty = 9"),
        ", line 20: difficulty 9 is not one of 1 to 5\n  1 is a first step, 5 an afternoon",
    );
}

#[test]
fn a_time_limit_out_of_range() {
    broken(
        |info| info.replace("difficulty = 1", "time_limit = 0\ndifficulty = 1"),
        ", line 20: a time limit of 0 s is not one of 1 to 600\n  it is in whole seconds, for all checks of the exercise together",
    );
}

#[test]
fn a_link_that_is_none() {
    broken(
        |info| info.replace("https://example.org/read-on", "example.org"),
        ", line 23: `example.org` is not a link\n  write it whole: `https://...`",
    );
}

#[test]
fn a_name_that_leaves_the_directory() {
    broken(
        |info| info.replace("name = \"one\"", "name = \"../one\""),
        ", line 15: `name = \"../one\"` cannot be part of a path\n  use letters, digits, `_`, `-` and `.`, and begin with no dot",
    );
}

#[test]
fn an_edition_that_does_not_exist() {
    broken(
        |info| {
            info.replace(
                "version = \"1.0.0\"",
                "version = \"1.0.0\"\nedition = \"2023\"",
            )
        },
        ", line 5: there is no Rust edition `2023`\n  write `edition = \"2024\"`",
    );
}

#[test]
fn a_newer_format() {
    broken(
        |info| {
            info.replace(
                "format_version = 1",
                "format_version = 2\nsomething_new = 1",
            )
        },
        ", line 1: this course is in format 2, this program reads format 1\n  install a newer backlings, then try again",
    );
}

#[test]
fn text_that_is_not_toml() {
    let place = Place::new();
    place.write("course/info.toml", format!("{HEAD}[[chapters]\n"));
    place
        .call("init work --course course")
        .from(".")
        .status(3)
        .complains("error: `PLACE/course/info.toml`, line 8: ")
        .go();
}

#[test]
fn bytes_that_are_not_utf_8() {
    let place = Place::new();
    place.write("course/info.toml", b"format_version = 1\nid = \"\xff\"\n");
    place
        .call("init work --course course")
        .from(".")
        .status(3)
        .stderr("error: `PLACE/course/info.toml`, line 2: byte 0xff is not UTF-8\n  save the file as UTF-8\n")
        .go();
}

#[test]
fn a_course_without_exercises() {
    let place = Place::new();
    place
        .call("init work --course course")
        .from(".")
        .status(3)
        .stderr("error: `PLACE/course/info.toml`: there is no exercise in this course\n  add a `[[chapters]]` and below it a `[[chapters.exercises]]`\n")
        .go();
}

#[test]
fn a_directory_that_is_no_course() {
    let place = Place::new();
    place
        .call("init work --course .")
        .from(".")
        .status(2)
        .stderr("error: `PLACE/.` is not a course: there is no `info.toml` with `exercises/` beside it\n")
        .go();
}

#[test]
fn all_problems_are_told_at_once() {
    let place = Place::new().module("one", RIGHT, &question("one"));
    let info = place.read("course/info.toml");
    place.write(
        "course/info.toml",
        info.replace("difficulty = 1", "difficulty = 0")
            .replace("\"A nudge.\"", "\"\""),
    );
    place
        .call("init work --course course")
        .from(".")
        .status(3)
        .complains("line 20: difficulty 0")
        .complains("line 22: this hint is empty")
        .go();
}

#[test]
fn a_check_without_checks_judges_nothing() {
    let check = "fn main() {\n    harness::run(harness::checks![]);\n}\n";
    let place = Place::new()
        .exercise("one", "file", "one.txt", "x", check, "")
        .init();
    place
        .call("run")
        .status(3)
        .stderr("building the check library (first time only)\nerror: `exercises/01_first/checks/one.rs` lists no check: nothing was judged\n")
        .go();
}

#[test]
fn a_check_that_does_not_compile_is_not_the_learners_fault() {
    let place = Place::new()
        .exercise("one", "file", "one.txt", "x", "fn main() { x }", "")
        .init();
    place
        .call("run")
        .status(3)
        .complains("error: the check `exercises/01_first/checks/one.rs` does not compile")
        .complains("cannot find value `x`")
        .go();
}

#[test]
fn a_course_that_needs_a_newer_program() {
    let this = env!("CARGO_PKG_VERSION");
    broken(
        |info| {
            info.replace(
                "id = \"test\"",
                "minimum_backlings = \"99.0.0\"\nid = \"test\"\nunheard_of = 1",
            )
        },
        &format!(
            ", line 2: this course needs backlings 99.0.0 or newer, this is {this}\n  install a newer backlings, then try again"
        ),
    );
    broken(
        |info| {
            info.replace(
                "id = \"test\"",
                "minimum_backlings = \"soon\"\nid = \"test\"",
            )
        },
        &format!(
            ", line 2: `minimum_backlings = \"soon\"` is not a version\n  write three numbers, such as \"{this}\""
        ),
    );
}

#[test]
fn lints_that_do_not_exist() {
    let lints = |table: &str| format!("[lints.{table}\n\n[[chapters]]");
    broken(
        |info| info.replace("[[chapters]]", &lints("clippy]\nunwrap_used = \"never\"")),
        ", line 9: there is no lint level `never`\n  write `allow`, `warn`, `deny` or `forbid`",
    );
    broken(
        |info| info.replace("[[chapters]]", &lints("clipy]\nunwrap_used = \"warn\"")),
        ", line 8: there are no lints of `clipy`\n  write `[lints.rust]` or `[lints.clippy]`",
    );
}

#[test]
fn files_and_exercises_that_cannot_belong_together() {
    let with = |line: &str| {
        let line = format!("starts = \"failing\"\n{line}");
        move |info: String| info.replace("starts = \"failing\"", &line)
    };
    broken(
        with("companions = [\"more.rs\"]"),
        ", line 15: the file `exercises/01_first/more.rs` is missing\n  write it: it is the subject, as the learner gets it\n\
         `PLACE/course/info.toml`, line 15: the file `exercises/01_first/solutions/more.rs` is missing\n  write it: it is its solution\n\
         `PLACE/course/info.toml`, line 20: `one` has companions and `one.rs` as its file\n  \
         an exercise of several files has a folder: `file = \"one/main.rs\"`, `companions = [\"one/...\"]`",
    );
    broken(
        with("continues = \"zero\""),
        ", line 20: `continues` names `zero`, which is no exercise before this one\n  name one that stands above it in this file",
    );
    broken(
        |info| info.replace("file = \"one.rs\"", "file = \"two/one.rs\""),
        ", line 15: the file `exercises/01_first/two/one.rs` is missing\n  write it: it is the subject, as the learner gets it\n\
         `PLACE/course/info.toml`, line 15: the file `exercises/01_first/solutions/two/one.rs` is missing\n  write it: it is its solution\n\
         `PLACE/course/info.toml`, line 18: `file = \"two/one.rs\"` is not in the exercise's folder\n  write \"one/one.rs\"",
    );
}
