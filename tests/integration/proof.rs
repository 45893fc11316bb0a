//! `dev check`: a course that is in order is proven, and whatever is broken in it
//! is found and named.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::support::{HEAD, Place};

const CHAPTER: &str = "course/exercises/01_first";

const CHECK: &str = r#"//! What double is checked for.

#[path = "../double.rs"]
mod double;

use harness::{checks, fail, run};

fn main() {
    run(checks![
        doubles_small_numbers,
        doubles_negative_numbers,
        refuses_what_does_not_fit,
    ]);
}

fn doubles(number: i32, expected: Option<i32>) {
    let got = double::double(number);
    if got != expected {
        fail("the double is wrong")
            .given(number)
            .expected(format!("{expected:?}"))
            .got(format!("{got:?}"))
            .because("orders come in pairs")
            .raise();
    }
}

fn doubles_small_numbers() {
    doubles(2, Some(4));
    doubles(3, Some(6));
}

fn doubles_negative_numbers() {
    doubles(-3, Some(-6));
}

fn refuses_what_does_not_fit() {
    doubles(i32::MAX, None);
}
"#;

const INFO: &str = r#"[[chapters]]
dir = "01_first"
title = "First"
summary = "How it begins."

[[chapters.exercises]]
id = "double-id"
name = "double"
title = "Twice as many"
kind = "module"
starts = "failing"
difficulty = 1
teaches = "Something."
hints = ["A nudge.", "A pointer.", "Nearly the answer."]
links = ["https://example.org/read-on"]
"#;

/// The function that answers the exercise, below a comment that opens the file.
fn answer(comment: &str, body: &str) -> String {
    format!(
        "{comment}\n\n/// Twice as many, where that fits.\npub fn double(number: i32) -> Option<i32> {{\n    {body}\n}}\n"
    )
}

/// A course of one exercise that is in order.
fn course() -> Place {
    let place = Place::new();
    place.write("course/info.toml", format!("{HEAD}{INFO}"));
    let file = |path: &str, text: String| place.write(&format!("{CHAPTER}/{path}"), text);
    file(
        "README.md",
        "# First\n\nNumbers, and what fits into them.\n".to_owned(),
    );
    file("checks/double.rs", CHECK.to_owned());
    let opening = "//! # double: twice as many\n//!\n//! Orders come in pairs.";
    file("double.rs", answer(opening, "Some(number + number)"));
    file(
        "solutions/double.rs",
        answer("//! Checked.", "number.checked_mul(2)"),
    );
    file(
        "alternatives/double.rs",
        answer("//! Added.", "number.checked_add(number)"),
    );
    for (name, check, body) in [
        (
            "squares",
            "doubles_negative_numbers",
            "number.checked_mul(number)",
        ),
        (
            "wraps",
            "refuses_what_does_not_fit",
            "Some(number.wrapping_mul(2))",
        ),
        ("adds_two", "doubles_small_numbers", "number.checked_add(2)"),
    ] {
        file(
            &format!("wrong/double/{name}.rs"),
            answer(&format!("//! fails: {check}"), body),
        );
    }
    place
}

/// Changes a file of the course.
fn change(place: &Place, path: &str, from: &str, to: &str) {
    let path = match path {
        "info.toml" => "course/info.toml".to_owned(),
        path => format!("{CHAPTER}/{path}"),
    };
    let text = place.read(&path);
    assert!(text.contains(from), "`{path}` lacks {from:?}");
    place.write(&path, text.replace(from, to));
}

/// What `dev check` must say of the course after a change.
#[track_caller]
fn found(break_it: impl Fn(&Place), expected: &[&str]) {
    let place = course();
    break_it(&place);
    finds(&place, expected);
}

#[track_caller]
fn finds(place: &Place, expected: &[&str]) {
    let call = place.call("dev check --jobs 2").from("course").status(1);
    let call = expected.iter().fold(call, |call, text| call.says(text));
    let out = call.go();
    assert!(!out.contains("all proven"), "{out}");
}

#[test]
fn a_course_in_order_is_proven_once() {
    let place = course();
    let line = "1 exercises, 1 solutions, 1 alternatives, 3 wrong answers, 3 checks: all proven\n";
    place
        .call("dev check")
        .from("course/exercises")
        .stdout(line)
        .go();
    let kept = |args: &str| -> bool {
        let out = place.call(args).from(".").go();
        let proofs: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(proofs["schema"], 1);
        assert_eq!(proofs["proven"], true);
        assert_eq!(proofs["totals"]["checks"], 3);
        let exercise = &proofs["exercises"][0];
        assert_eq!(exercise["exercise"], "double");
        assert!(exercise["checks"][0]["milliseconds"].as_f64().unwrap() >= 0.0);
        exercise["kept"].as_bool().unwrap()
    };
    let json = "dev check --course course --format json";
    assert!(kept(json), "nothing has changed");
    assert!(!kept(&format!("{json} --fresh")));
    assert!(
        !kept(&format!("{json} --runs 4")),
        "three runs are not four"
    );
    assert!(kept(&format!("{json} --runs 4")));
    // Whatever a proof stands on makes it anew when it changes.
    change(&place, "wrong/double/wraps.rs", "//! fails", "//!  fails");
    assert!(!kept(json));
    change(&place, "info.toml", "\"A nudge.\"", "\"Another nudge.\"");
    assert!(!kept(json));
    place.write("course/exercises/testkit/lib.rs", "//! Nothing yet.\n");
    assert!(!kept(json));
    place
        .call("dev check double --slowest")
        .from("course")
        .says("The checks that take longest")
        .says("doubles_small_numbers")
        .says(line)
        .go();
}

#[test]
fn a_check_that_was_weakened() {
    found(
        |place| {
            change(
                place,
                "checks/double.rs",
                "    doubles(i32::MAX, None);",
                "    let _ = double::double(7);",
            );
        },
        &[
            "wrong/double/wraps.rs passes: `refuses_what_does_not_fit` does not catch it, nor does any other check",
            "checks/double.rs has `refuses_what_does_not_fit`, which no answer fails",
            "again: backlings dev check double",
            "problems; 0 of 1 exercises proven",
        ],
    );
}

#[test]
fn a_wrong_answer_caught_by_another_check_than_it_names() {
    found(
        |place| {
            change(
                place,
                "wrong/double/wraps.rs",
                "refuses_what_does_not_fit",
                "doubles_small_numbers",
            );
        },
        &[
            "wrong/double/wraps.rs is not caught by `doubles_small_numbers`",
            "it fails refuses_what_does_not_fit",
        ],
    );
}

#[test]
fn wrong_answers_that_name_no_check() {
    found(
        |place| {
            change(
                place,
                "wrong/double/wraps.rs",
                "refuses_what",
                "refuse_what",
            );
            change(place, "wrong/double/squares.rs", "//! fails: ", "//! ");
        },
        &[
            "wrong/double/squares.rs names no check in its first line",
            "begin with `//! fails: CHECK`",
            "wrong/double/wraps.rs names `refuse_what_does_not_fit`, and there is no such check",
            "did you mean `refuses_what_does_not_fit`?",
        ],
    );
}

#[test]
fn a_wrong_answer_that_does_not_compile() {
    found(
        |place| {
            change(
                place,
                "wrong/double/wraps.rs",
                "Some(number",
                "Some(numbers",
            )
        },
        &[
            "wrong/double/wraps.rs does not compile",
            "cannot find value `numbers`",
        ],
    );
}

#[test]
fn right_answers_that_are_refused() {
    found(
        |place| {
            change(
                place,
                "alternatives/double.rs",
                "checked_add",
                "saturating_add",
            );
            change(
                place,
                "alternatives/double.rs",
                "    number",
                "    Some(number",
            );
            change(place, "alternatives/double.rs", "(number)\n", "(number))\n");
            change(
                place,
                "solutions/double.rs",
                "checked_mul(2)",
                "checked_mul(3)",
            );
        },
        &[
            "alternatives/double.rs fails `refuses_what_does_not_fit`",
            "given: 2147483647",
            "solutions/double.rs fails `doubles_small_numbers`",
        ],
    );
}

#[test]
fn right_answers_that_do_not_compile_or_have_warnings() {
    found(
        |place| {
            change(
                place,
                "solutions/double.rs",
                "    number",
                "    return number",
            );
            change(place, "solutions/double.rs", "mul(2)", "mul(2);");
            change(
                place,
                "alternatives/double.rs",
                "number.checked_add",
                "nothing",
            );
        },
        &[
            "solutions/double.rs is not free of warnings",
            "unneeded `return` statement",
            "alternatives/double.rs does not compile",
        ],
    );
}

#[test]
fn files_that_are_not_formatted() {
    found(
        |place| {
            change(place, "solutions/double.rs", "    number", "  number");
            change(
                place,
                "checks/double.rs",
                "    doubles(-3",
                "        doubles(-3",
            );
        },
        &[
            "solutions/double.rs is not formatted, first in line 5",
            "checks/double.rs is not formatted, first in line 34",
            "rustfmt --edition 2024",
        ],
    );
}

#[test]
fn a_check_with_a_warning() {
    found(
        |place| {
            change(
                place,
                "checks/double.rs",
                "        refuses_what_does_not_fit,\n",
                "",
            )
        },
        &[
            "is not free of warnings",
            "function `refuses_what_does_not_fit` is never used",
        ],
    );
}

#[test]
fn a_check_that_does_not_compile() {
    found(
        |place| change(place, "checks/double.rs", "fn main() {", "fn main( {"),
        &["checks/double.rs"],
    );
    // An error of its own is told once, not with each of the six answers.
    found(
        |place| {
            change(
                place,
                "checks/double.rs",
                "doubles(-3, Some(-6));",
                "doubles(-3, -6);",
            )
        },
        &[
            "checks/double.rs does not compile, whatever the answer",
            "mismatched types",
            "1 problem; 0 of 1",
        ],
    );
}

#[test]
fn an_untouched_file_that_passes() {
    found(
        |place| {
            change(
                place,
                "double.rs",
                "Some(number + number)",
                "number.checked_mul(2)",
            )
        },
        &["double.rs passes as the learner gets it: there is nothing to do"],
    );
}

#[test]
fn starts_that_are_not_as_info_toml_says() {
    let starts = |word: &str| format!("starts = \"{word}\"");
    found(
        |place| {
            change(
                place,
                "info.toml",
                &starts("failing"),
                &starts("compile-error"),
            )
        },
        &[
            "double.rs compiles",
            "`info.toml` says `starts = \"compile-error\"`",
        ],
    );
    found(
        |place| change(place, "info.toml", &starts("failing"), &starts("todo")),
        &["double.rs has nothing marked as left to do"],
    );
    found(
        |place| {
            change(
                place,
                "double.rs",
                "Some(number + number)",
                "todo!(\"{number}\")",
            )
        },
        &["double.rs stops at a `todo!()`"],
    );
    found(
        |place| change(place, "double.rs", "Some(number + number)", "Some(numbers)"),
        &["double.rs does not compile", "cannot find value `numbers`"],
    );
}

#[test]
fn hints_that_give_it_away_or_are_too_few() {
    found(
        |place| {
            change(
                place,
                "solutions/double.rs",
                "    number.checked_mul(2)",
                "    // The standard library knows what fits.\n    number.checked_mul(2).filter(|double| double % 2 == 0)",
            );
            change(
                place,
                "info.toml",
                "A pointer.",
                "Try  number.checked_mul(2).filter(|double| double % 2 == 0) perhaps.",
            );
        },
        &[
            "hint 2 has a line of the solution",
            "number.checked_mul(2).filter(|double| double % 2 == 0)",
        ],
    );
    found(
        |place| change(place, "info.toml", "\"A pointer.\", ", ""),
        &["there are 2 hints, and 3 are wanted"],
    );
}

#[test]
fn files_and_texts_that_do_not_agree_with_info_toml() {
    found(
        |place| {
            place.write(&format!("{CHAPTER}/alternatives/triple.rs"), "\n");
            place.write(&format!("{CHAPTER}/wrong/double/notes.txt"), "\n");
            place.write(&format!("{CHAPTER}/wrong/triple/x.rs"), "\n");
            place.write(&format!("{CHAPTER}/solutions/triple.rs"), "\n");
            place.write(&format!("{CHAPTER}/fixtures/double/old.txt"), "\n");
            place.write(&format!("{CHAPTER}/fixtures/triple/old.txt"), "\n");
            place.write("course/exercises/02_next/README.md", "\n");
            place.write(&format!("{CHAPTER}/README.md"), "# First\n");
            change(place, "info.toml", "org/read-on", "org/read-on).");
            change(place, "info.toml", "double-id", "double id");
        },
        &[
            "alternatives/triple.rs this file belongs to no exercise",
            "an alternative is called `NAME.*` or `NAME_*.*`, `triple.rs` is neither",
            "wrong/double/notes.txt this file belongs to no exercise",
            "wrong/triple/x.rs this file belongs to no exercise",
            "there is no exercise `triple`",
            "solutions/triple.rs this file belongs to no exercise",
            "fixtures/double/old.txt nothing reads this fixture",
            "fixtures/triple/old.txt this file belongs to no exercise",
            "02_next/README.md this file belongs to no exercise",
            "01_first/README.md the chapter's text is empty",
            "`https://example.org/read-on).` is not a well-formed link",
            "the id `double id` is not of letters, digits, `-` and `_`",
        ],
    );
}

#[test]
fn answers_that_are_missing() {
    found(
        |place| {
            fs::remove_file(place.path(&format!("{CHAPTER}/alternatives/double.rs"))).unwrap();
            fs::remove_file(place.path(&format!("{CHAPTER}/wrong/double/wraps.rs"))).unwrap();
            change(
                place,
                "double.rs",
                "Some(number + number)",
                "number.checked_mul(3)",
            );
        },
        &[
            "there is no alternative",
            "there are 2 wrong answers, and 3 are wanted",
            "has `refuses_what_does_not_fit`, which no answer fails",
        ],
    );
}

#[test]
fn checks_that_depend_on_each_other() {
    found(
        |place| {
            change(
                place,
                "checks/double.rs",
                "    doubles(-3, Some(-6));",
                "    assert!(SMALL.load(Ordering::Relaxed), \"nothing was prepared\");\n    doubles(-3, Some(-6));",
            );
            change(
                place,
                "checks/double.rs",
                "    doubles(2, Some(4));",
                "    SMALL.store(true, Ordering::Relaxed);\n    doubles(2, Some(4));",
            );
            change(
                place,
                "checks/double.rs",
                "use harness::{checks, fail, run};\n",
                "use std::sync::atomic::{AtomicBool, Ordering};\n\nuse harness::{checks, fail, run};\n\nstatic SMALL: AtomicBool = AtomicBool::new(false);\n",
            );
        },
        &[
            "solutions/double.rs passes, and does not always in another order of the checks on a busy machine",
            "nothing was prepared",
            "in this order: refuses_what_does_not_fit, doubles_negative_numbers",
        ],
    );
}

#[test]
fn a_check_that_takes_too_long_or_is_listed_twice() {
    found(
        |place| {
            change(
                place,
                "info.toml",
                "difficulty = 1",
                "difficulty = 1\ntime_limit = 1",
            );
            change(
                place,
                "checks/double.rs",
                "    doubles(-3, Some(-6));",
                "    doubles(-3, Some(-6));\n    std::thread::sleep(std::time::Duration::from_millis(600));",
            );
        },
        &["s of the 1 s that it may take"],
    );
    found(
        |place| {
            change(
                place,
                "checks/double.rs",
                "        doubles_small_numbers,\n",
                "        doubles_small_numbers,\n        doubles_small_numbers,\n",
            );
        },
        &[
            "cannot be judged",
            "the check `doubles_small_numbers` is listed twice",
        ],
    );
}

/// A check that starts itself again as a process that listens and never ends.
#[cfg(target_os = "linux")]
#[test]
fn a_process_and_a_port_that_are_left_behind() {
    found(
        |place| {
            change(
                place,
                "checks/double.rs",
                "fn main() {\n",
                r#"fn main() {
    if std::env::args().nth(1).is_some() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        println!("ready");
        for _ in listener.incoming() {}
    }
"#,
            );
            change(
                place,
                "checks/double.rs",
                "    doubles(-3, Some(-6));",
                r#"    doubles(-3, Some(-6));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .arg("listen")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = [0; 5];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut line).unwrap();"#,
            );
        },
        &[
            "double.rs leaves running: check (process ",
            ", listening on 127.0.0.1:",
        ],
    );
}

#[test]
fn a_file_that_is_left_behind() {
    let place = course();
    let left = place.path("course/left").display().to_string();
    let write =
        format!("    doubles(-3, Some(-6));\n    std::fs::write({left:?}, \"x\").unwrap();");
    change(
        &place,
        "checks/double.rs",
        "    doubles(-3, Some(-6));",
        &write,
    );
    finds(
        &place,
        &["checks/double.rs leaves `PLACE/course/left` behind"],
    );
}

#[test]
fn a_file_above_the_checks_own_directory() {
    found(
        |place| {
            change(
                place,
                "checks/double.rs",
                "    doubles(-3, Some(-6));",
                "    doubles(-3, Some(-6));\n    std::fs::write(\"../stray\", \"x\").unwrap();",
            );
        },
        &["checks/double.rs leaves `../stray` behind"],
    );
}

#[test]
fn a_check_that_stands_in_its_own_way() {
    let place = course();
    let held = place.path("held").display().to_string();
    let hold = format!(
        r#"    doubles(-3, Some(-6));
    std::fs::File::create_new({held:?}).expect("it is taken");
    std::thread::sleep(std::time::Duration::from_millis(100));
    std::fs::remove_file({held:?}).unwrap();"#
    );
    change(
        &place,
        "checks/double.rs",
        "    doubles(-3, Some(-6));",
        &hold,
    );
    finds(&place, &["solutions/double.rs", "it is taken"]);
}

#[test]
fn a_check_that_fails_one_time_in_four() {
    found(
        |place| {
            change(
                place,
                "checks/double.rs",
                "    doubles(-3, Some(-6));",
                "    doubles(-3, Some(-6));\n    let random = std::hash::BuildHasher::hash_one(&std::collections::hash_map::RandomState::new(), 1);\n    \
                 assert!(random % 4 != 0, \"bad luck\");",
            );
        },
        &["bad luck"],
    );
}

#[test]
fn answers_that_say_the_same() {
    found(
        |place| {
            change(
                place,
                "alternatives/double.rs",
                "checked_add(number)",
                "checked_mul(2)",
            );
        },
        &["alternatives/double.rs is the same answer as exercises/01_first/solutions/double.rs"],
    );
}

#[test]
fn exercises_of_several_files_that_stand_on_each_other() {
    let place = course();
    let more = r#"
[[chapters.exercises]]
id = "pair-id"
name = "pair"
title = "Two files"
kind = "module"
file = "pair/main.rs"
companions = ["pair/half.rs"]
uses = ["double"]
starts = "todo"
difficulty = 2
teaches = "Something."
hints = ["A nudge.", "A pointer.", "Nearly the answer."]

[[chapters.exercises]]
id = "triple-id"
name = "triple"
title = "Further"
kind = "module"
continues = "double"
starts = "failing"
difficulty = 2
teaches = "Something."
hints = ["A nudge.", "A pointer.", "Nearly the answer."]
"#;
    place.write("course/info.toml", format!("{HEAD}{INFO}{more}"));
    let file = |path: &str, text: &str| place.write(&format!("{CHAPTER}/{path}"), text);
    let main = |body: &str| {
        format!(
            "//! # pair: two files\n\n#[path = \"../double.rs\"]\nmod double;\nmod half;\n\n\
             /// Half of the double.\npub fn same(number: i32) -> Option<i32> {{\n    {body}\n}}\n"
        )
    };
    let half = |body: &str| {
        format!(
            "//! Half.\n\n/// Half of a number.\npub fn half(number: i32) -> i32 {{\n    {body}\n}}\n"
        )
    };
    file(
        "pair/main.rs",
        &main("double::double(number).map(half::half)"),
    );
    file("pair/half.rs", &half("todo!(\"half of {number}\")"));
    for place in ["solutions/pair", "alternatives/pair"] {
        file(
            &format!("{place}/main.rs"),
            &main("double::double(number).map(half::half)"),
        );
    }
    file("solutions/pair/half.rs", &half("number / 2"));
    file("alternatives/pair/half.rs", &half("number >> 1"));
    // What a wrong answer leaves out is as in the solution.
    for (name, body) in [
        ("whole", "number"),
        ("third", "number / 3"),
        ("none", "number * 0"),
    ] {
        let text = half(body).replace("//! Half.", "//! fails: halves_the_double");
        file(&format!("wrong/pair/{name}/half.rs"), &text);
    }
    file(
        "checks/pair.rs",
        r#"//! What pair is checked for.

#[path = "../pair/main.rs"]
mod pair;

fn main() {
    harness::run(harness::checks![halves_the_double]);
}

fn halves_the_double() {
    let numbers = include_str!("../fixtures/pair/numbers.txt");
    let path = harness::fixture("numbers.txt");
    assert_eq!(std::fs::read_to_string(path).unwrap(), numbers);
    for number in numbers.lines().map(|line| line.parse().unwrap()) {
        assert_eq!(pair::same(number), Some(number));
    }
}
"#,
    );
    file("fixtures/pair/numbers.txt", "7\n8\n");
    file(
        "triple.rs",
        "//! # triple: further\n//!\n//! Now three times.\n",
    );
    let three = |body: &str| {
        let text = answer("//! Three.", "number.checked_mul(2)");
        format!(
            "{text}\n/// Three times as many.\npub fn triple(number: i32) -> Option<i32> {{\n    {body}\n}}\n"
        )
    };
    file("solutions/triple.rs", &three("number.checked_mul(3)"));
    file(
        "alternatives/triple.rs",
        &three("double(number)?.checked_add(number)"),
    );
    for (name, body) in [
        ("two", "double(number)"),
        ("none", "None"),
        ("four", "double(double(number)?)"),
    ] {
        let text = three(body).replace("//! Three.", "//! fails: triples");
        file(&format!("wrong/triple/{name}.rs"), &text);
    }
    let check = r#"//! What triple is checked for.

#[path = "../triple.rs"]
mod triple;

fn main() {
    harness::run(harness::checks![triples]);
}

fn triples() {
    assert_eq!(triple::double(2), Some(4));
    assert_eq!(triple::triple(2), Some(6));
}
"#;
    file("checks/triple.rs", check);
    // What the learner begins with lacks what it is to get.
    finds(
        &place,
        &["triple.rs after exercises/01_first/solutions/double.rs does not compile"],
    );
    change(
        &place,
        "info.toml",
        "continues = \"double\"\nstarts = \"failing\"",
        "continues = \"double\"\nstarts = \"compile-error\"",
    );
    finds(
        &place,
        &["double.rs does not compile, and no error is in it"],
    );
    let check = check.replace(
        "    assert_eq!(triple::triple(2), Some(6));\n",
        "    assert_eq!(triple::double(i32::MIN), Some(0));\n",
    );
    file("checks/triple.rs", &check);
    finds(&place, &["solutions/triple.rs fails `triples`"]);
    file("triple.rs", "//! # triple: further\n\npub fn own() {}\n");
    finds(&place, &["it continues `double` and has code of its own"]);

    // And as a learner has it.
    let place = place.init();
    let missing = place.call("run triple").status(3);
    missing
        .complains("begins with your answer to `double`: it comes when that passes")
        .go();
    place
        .call("run pair")
        .status(1)
        .says("half of ")
        .says("uses your answer to `double`, which does not pass yet")
        .go();
    let solution = place.read(&format!("{CHAPTER}/solutions/double.rs"));
    place.save("double", &solution);
    place.call("run double").go();
    let begun = place.read("work/exercises/01_first/triple.rs");
    assert!(
        begun.starts_with("//! # triple: further\n\n/// Twice"),
        "{begun}"
    );
    place.save("pair/half", &half("number / 2"));
    place
        .call("run exercises/01_first/pair/half.rs")
        .says("passes")
        .go();
    assert!(
        place
            .path("work/.backlings/history/pair/0002.half.rs")
            .is_file()
    );
    place.call("solution pair").says("pair/half.rs:").go();
    place.call("reset pair").says("untouched again").go();
    assert!(
        place
            .read("work/exercises/01_first/pair/half.rs")
            .contains("todo!")
    );
}

#[test]
fn what_cannot_be_asked() {
    let place = course();
    let usage = |args: &str, from: &str, said: &str| {
        place.call(args).from(from).status(2).complains(said).go();
    };
    usage("dev check", ".", "there is no course here or above");
    usage(
        "dev check duble",
        "course",
        "there is no exercise `duble`: did you mean `double`?",
    );
    usage("dev check --course nowhere", ".", "is not a course");
    usage("dev check --jobs 0", "course", "0 is not in 1..=256");
    usage("dev mutants duble", "course", "did you mean `double`?");
    usage("dev", "course", "Usage: backlings dev");
    place.write("course/info.toml", "format_version = 1\n");
    let broken = place.call("dev check").from("course").status(3);
    broken.complains("missing field").go();
}

/// Reads lines until one has the text.
fn until(lines: &mut impl Iterator<Item = std::io::Result<String>>, text: &str) -> String {
    let mut seen = String::new();
    for line in lines {
        let line = line.unwrap();
        seen.push_str(&line);
        seen.push('\n');
        if line.contains(text) {
            return seen;
        }
    }
    panic!("it ended without {text:?}: {seen}");
}

#[cfg(unix)]
#[test]
fn watching_proves_again_on_every_save() {
    let place = course();
    let mut command = place.command("course");
    command.args(["dev", "check", "double", "--watch"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    until(&mut lines, "3 checks: all proven");
    until(&mut lines, "Watching the course");
    change(
        &place,
        "wrong/double/wraps.rs",
        "wrapping_mul(2)",
        "saturating_mul(2)",
    );
    change(
        &place,
        "wrong/double/wraps.rs",
        "refuses_what_does_not_fit",
        "doubles_small_numbers",
    );
    until(
        &mut lines,
        "wraps.rs is not caught by `doubles_small_numbers`",
    );
    until(&mut lines, "Watching the course");
    // Half a text is no reason to leave.
    let info = place.read("course/info.toml");
    place.write("course/info.toml", "format_version = ");
    until(&mut lines, "error: ");
    until(&mut lines, "Watching the course");
    place.write("course/info.toml", info);
    until(&mut lines, "1 problem; 0 of 1 exercises proven");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn mutants_that_no_check_notices() {
    let place = course();
    place
        .call("dev mutants double")
        .from("course")
        .says("double: ")
        .says("changes noticed, 0 not")
        .go();
    change(
        &place,
        "checks/double.rs",
        "    doubles(3, Some(6));",
        "    doubles(0, Some(0));",
    );
    change(
        &place,
        "checks/double.rs",
        "doubles(2, Some(4));",
        "doubles(0, Some(0));",
    );
    change(
        &place,
        "checks/double.rs",
        "doubles(-3, Some(-6));",
        "doubles(0, Some(0));",
    );
    let out = place
        .call("dev mutants double --format json")
        .from("course")
        .status(1)
        .go();
    let hunt: Value = serde_json::from_str(&out).unwrap();
    let unnoticed = hunt["unnoticed"].as_array().unwrap();
    let three = unnoticed.iter().find(|one| {
        one["file"] == "exercises/01_first/solutions/double.rs" && one["what"] == "replace 2 by 3"
    });
    assert_eq!(three.expect(&out)["before"], "number.checked_mul(2)");
    place
        .call("dev mutants double")
        .from("course")
        .status(1)
        .says("solutions/double.rs:5:24  replace 2 by 3\n    - number.checked_mul(2)\n    + number.checked_mul(3)\n")
        .go();
}

#[test]
fn a_new_course_works_at_once_and_proves_itself() {
    let place = Place::new();
    place
        .call("dev new Bakery-Class")
        .from(".")
        .says("cd Bakery-Class\n    backlings dev check")
        .go();
    let info = place.read("Bakery-Class/info.toml");
    assert!(info.contains("id = \"bakery-class\""), "{info}");
    assert!(place.path("Bakery-Class/.gitignore").is_file());
    assert!(!place.path("Bakery-Class/gitignore").exists());
    let out = place.call("dev check").from("Bakery-Class").go();
    assert!(
        out.starts_with("3 exercises, 3 solutions, 3 alternatives, ")
            && out.ends_with(" checks: all proven\n"),
        "{out}"
    );
    // Whoever made it is not asked for trust, and learners find three kinds.
    place.call("init work --course Bakery-Class").from(".").go();
    for (name, said) in [
        ("price1", "exercises/01_first/price1.rs"),
        ("greet1", "exercises/01_first/greet1.rs"),
        ("opening1", "exercises/01_first/opening1.conf"),
    ] {
        let call = place.call(&format!("run {name}")).status(1);
        call.says(name).go();
        assert!(place.path("work").join(said).is_file());
    }
    let again = place.call("dev new Bakery-Class").from(".").status(2);
    again
        .complains("`Bakery-Class` exists and is not empty")
        .go();
}
