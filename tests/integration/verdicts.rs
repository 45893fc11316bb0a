//! Each verdict of each kind of exercise, as people and as programs read it.

use serde_json::{Value, json};

use crate::support::{BROKEN, Place, RIGHT, WRONG, question};

/// A check of a `program` that wants it to print 42, and of a `file` that wants it to say so.
const PROGRAM_CHECK: &str = r#"use harness::{checks, fail, run, subject};

fn main() {
    run(checks![prints_forty_two, ends_well]);
}

fn output() -> std::process::Output {
    std::process::Command::new(subject()).output().expect("it starts")
}

fn prints_forty_two() {
    let got = String::from_utf8_lossy(&output().stdout).into_owned();
    if got.trim() != "42" {
        fail("it does not print 42").got(got).raise();
    }
}

fn ends_well() {
    assert!(output().status.success());
}
"#;

const FILE_CHECK: &str = r#"use harness::{checks, fail, run, subject};

fn main() {
    run(checks![says_forty_two]);
}

fn says_forty_two() {
    let got = std::fs::read_to_string(subject()).expect("it is there");
    if got.trim() != "42" {
        fail("it does not say 42").expected("line 1\nline 2").got(got).raise();
    }
}
"#;

fn module() -> Place {
    Place::new().module("one", WRONG, &question("one")).init()
}

fn program(subject: &str) -> Place {
    Place::new()
        .exercise("one", "program", "one.rs", subject, PROGRAM_CHECK, "")
        .init()
}

fn file(text: &str) -> Place {
    Place::new()
        .exercise("one", "file", "one.txt", text, FILE_CHECK, "")
        .init()
}

/// A module whose body is `body`.
fn answering(body: &str) -> String {
    format!("/// The answer.\npub fn answer() -> u32 {{\n{body}\n}}\n")
}

#[track_caller]
fn run(place: &Place, status: i32) -> Value {
    let text = place.call("run one --format json").status(status).go();
    assert_eq!(text.lines().count(), 1);
    serde_json::from_str(&text).unwrap()
}

fn statuses(report: &Value) -> Vec<&str> {
    let checks = report["checks"].as_array().unwrap();
    checks
        .iter()
        .map(|check| check["status"].as_str().unwrap())
        .collect()
}

#[test]
fn a_module_that_passes() {
    let place = module();
    place.save("one", RIGHT);
    let report = run(&place, 0);
    assert_eq!(report["schema"], 1);
    assert_eq!(report["exercise"], "one");
    assert_eq!(report["kind"], "module");
    assert_eq!(report["verdict"], "passed");
    assert_eq!(statuses(&report), ["passed", "passed", "passed"]);
    assert_eq!(
        report["checks"][0],
        json!({"name": "answers_at_all", "status": "passed", "message": null, "file": null, "line": null})
    );
    assert!(report["durations"]["compile"].as_f64().unwrap() > 0.0);
    assert!(report["durations"]["run"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_module_that_fails() {
    let report = run(&module(), 1);
    assert_eq!(report["verdict"], "checks-failed");
    assert_eq!(statuses(&report), ["passed", "failed", "passed"]);
    assert_eq!(
        report["checks"][1],
        json!({
            "name": "answers_forty_two",
            "status": "failed",
            "message": "the answer is wrong\ngiven: the question\nexpected: 42\ngot: 41\nwhy it matters: everything else follows from it",
            "file": "exercises/01_first/checks/one.rs",
            "line": 17,
        })
    );
}

#[test]
fn a_module_that_does_not_compile() {
    let place = module();
    place.save("one", BROKEN);
    let report = run(&place, 1);
    assert_eq!(report["verdict"], "does-not-compile");
    assert_eq!(report["checks"], json!([]));
    let diagnostic = &report["diagnostics"][0];
    assert_eq!(diagnostic["level"], "error");
    assert_eq!(diagnostic["code"], "E0308");
    assert_eq!(diagnostic["message"], "mismatched types");
    assert_eq!(diagnostic["file"], "exercises/01_first/one.rs");
    assert_eq!(
        (diagnostic["line"].as_u64(), diagnostic["column"].as_u64()),
        (Some(7), Some(5))
    );
    let rendered = diagnostic["rendered"].as_str().unwrap();
    assert!(
        rendered.contains("--> exercises/01_first/one.rs:7:5"),
        "{rendered}"
    );
    place
        .call("run one")
        .status(1)
        .says("✗ one does not compile\n\nerror[E0308]: mismatched types\n --> exercises/01_first/one.rs:7:5\n")
        .go();
}

#[test]
fn further_errors_are_counted() {
    let place = module();
    place.save(
        "one",
        &answering("    let a: u8 = \"\";\n    let b: u8 = \"\";\n    let c: u8 = \"\";\n    42"),
    );
    place
        .call("run")
        .status(1)
        .says("\n  2 more errors after this one\n")
        .go();
}

#[test]
fn a_changed_signature_is_explained() {
    let place = module();
    place.save("one", "/// Another.\npub fn reply() -> u32 {\n    42\n}\n");
    place
        .call("run")
        .status(1)
        .says("exercises/01_first/checks/one.rs:")
        .says("The line above is the check's, which uses your code: your file must")
        .go();
}

#[test]
fn a_loop_without_end_names_its_check() {
    let check = question("one");
    let place = Place::new()
        .exercise("one", "module", "one.rs", WRONG, &check, "time_limit = 1\n")
        .init();
    place.save("one", &answering("    println!(\"round\");\n    loop {}"));
    let report = run(&place, 1);
    assert_eq!(report["verdict"], "timed-out");
    assert_eq!(statuses(&report), ["timed-out", "not-run", "not-run"]);
    place
        .call("run")
        .status(1)
        .says("✗ one did not end within 1 s: 0 of 3 checks pass")
        .says("✗ answers_at_all\n  this check did not end within 1 s\n")
        .says("before that it wrote  round")
        .says("Not reached\n    answers_forty_two\n    answers_the_same_twice\n")
        .go();
}

#[test]
fn a_crash_names_its_check_and_the_others_still_run() {
    for (body, how) in [
        ("    std::process::exit(0)", "exited with code 0"),
        ("    std::process::exit(101)", "exited with code 101"),
        (
            "    std::process::abort()",
            "was killed by signal 6 (SIGABRT)",
        ),
        (
            "    #[allow(unconditional_recursion)]\n    fn deep(n: u32) -> u32 {\n        deep(n) + 1\n    }\n    deep(1)",
            "was killed by signal 6 (SIGABRT): its stack overflowed, as endless recursion does",
        ),
        (
            "    u32::try_from(vec![1u8; 3 << 30].len()).unwrap_or(1)",
            "was killed by signal 6 (SIGABRT): it asked for more memory than there is (2 GiB)",
        ),
    ] {
        let place = module();
        place.save("one", &answering(body));
        let report = run(&place, 1);
        assert_eq!(report["verdict"], "crashed", "{body}");
        assert_eq!(
            statuses(&report),
            ["crashed", "crashed", "crashed"],
            "{body}"
        );
        let message = report["checks"][0]["message"].as_str().unwrap();
        let expected = format!("the program {how} while this check ran");
        assert!(message.starts_with(&expected), "{message}");
        place
            .call("run")
            .status(1)
            .says("✗ one crashed: 0 of 3 checks pass")
            .go();
    }
    // Only the second call crashes: the other checks have their say.
    let place = module();
    place.save(
        "one",
        "use std::sync::atomic::{AtomicU32, Ordering};\nstatic CALLS: AtomicU32 = AtomicU32::new(0);\n\
         /// The answer.\npub fn answer() -> u32 {\n    if CALLS.fetch_add(1, Ordering::Relaxed) == 1 {\n        std::process::exit(0);\n    }\n    42\n}\n",
    );
    let report = run(&place, 1);
    assert_eq!(report["verdict"], "crashed");
    assert_eq!(statuses(&report), ["passed", "crashed", "crashed"]);
}

#[test]
fn a_panic_names_the_learners_line() {
    let place = module();
    place.save(
        "one",
        &answering("    let text = \"4 2\";\n    text.parse().unwrap()"),
    );
    place
        .call("run")
        .status(1)
        .says("✗ answers_at_all\n  Your code panicked: called `Result::unwrap()` on an `Err` value")
        .says("at exercises/01_first/one.rs:4\n")
        .go();
    place.save("one", &answering("    todo!(\"find it\")"));
    place
        .call("run")
        .status(1)
        .says("There is still a `todo!()` to replace (find it).")
        .go();
}

#[test]
fn what_the_learner_prints_is_shown_with_the_check_it_belongs_to() {
    let place = module();
    place.save(
        "one",
        &answering("    println!(\"I am here\");\n    eprintln!(\"and here\");\n    41"),
    );
    place
        .call("run")
        .status(1)
        .says("  Your code printed:\n    I am here\n    and here\n")
        .go();
}

#[test]
fn a_panic_on_a_thread_of_ones_own_is_told() {
    let place = module();
    let body = "    let _ = std::thread::spawn(|| panic!(\"lost\")).join();\n    41";
    place.save("one", &answering(body));
    place
        .call("run")
        .status(1)
        .says("Meanwhile a thread panicked at exercises/01_first/one.rs:3: lost")
        .go();
}

#[test]
fn advice_stands_after_the_pass() {
    let place = module();
    place.save("one", &answering("    let unused = 1;\n    return 42;"));
    place
        .call("run")
        .says("✓ one passes all 3 checks")
        .says("It passes. Some advice from the compiler, if you like:")
        .says("unused variable: `unused`")
        .says("unneeded `return` statement")
        .go();
}

#[test]
fn the_same_advice_is_given_once() {
    let place = module();
    let text = "    if 4_u32 % 2 == 1 {\n        return 1;\n    }\n    let even = |n: u32| n % 2 == 0;\n    let four = |n: u32| n % 4 == 0;\n    let odd = 1;\n    if even(4) && four(4) { 42 } else { 0 }";
    place.save("one", &answering(text));
    let said = place.call("run").says("unused variable: `odd`").go();
    assert_eq!(said.matches("manual implementation").count(), 1, "{said}");
    assert!(said.contains("  1 more\n"), "{said}");
}

#[test]
fn what_rustc_accepts_does_compile_whatever_clippy_thinks_of_it() {
    let place = module();
    place.save(
        "one",
        &answering("    if \"\".len() <= 0 {\n        return 42;\n    }\n    41"),
    );
    place
        .call("run")
        .says("✓ one passes all 3 checks")
        .says("absurd_extreme_comparisons")
        .go();
}

#[test]
fn what_only_who_builds_finds_is_told_once() {
    let place = module();
    place.save("one", &answering("    let numbers = [42];\n    numbers[1]"));
    let said = place
        .call("run")
        .status(1)
        .says("one does not compile")
        .go();
    assert_eq!(said.matches("will panic at runtime").count(), 1, "{said}");

    let sized = "    struct Sized<const N: usize>;\n    impl<const N: usize> Sized<N> {\n        \
                 const FITS: () = assert!(N > 3, \"too small\");\n    }\n    \
                 let () = Sized::<1>::FITS;\n    42";
    place.save("one", &answering(sized));
    let said = place.call("run").status(1).go();
    assert_eq!(said.matches("error[E0080]").count(), 1, "{said}");
}

/// A toolchain that is the usual one but for its `clippy-driver`, which is broken
/// where it only lints.
#[cfg(unix)]
fn with_a_broken_linter(place: &Place) -> String {
    use std::os::unix::fs::PermissionsExt as _;

    let real = duct::cmd!("rustc", "--print=sysroot").read().unwrap();
    let script = |name: &str, text: &str| {
        place.write(name, format!("#!/bin/sh\n{text}\n"));
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(place.path(name), executable).unwrap();
    };
    let root = place.path("toolchain").display().to_string();
    script(
        "toolchain/bin/rustc",
        &format!(
            "[ \"$1\" = --print=sysroot ] && echo '{root}' && echo '{root}' && exit\n\
             exec '{real}/bin/rustc' \"$@\""
        ),
    );
    script(
        "toolchain/bin/clippy-driver",
        &format!(
            "args=\"$*\"\n[ \"$1\" = @/dev/stdin ] && exit 1\n\
             case \"$args\" in *--emit=metadata*) echo broken >&2; exit 101;; esac\n\
             exec '{real}/bin/clippy-driver' --sysroot '{real}' \"$@\""
        ),
    );
    format!("{root}/bin/rustc")
}

#[cfg(unix)]
#[test]
fn a_linter_that_breaks_takes_no_verdict_away() {
    let place = module();
    let rustc = with_a_broken_linter(&place);
    for (text, status, verdict) in [
        (answering("    return 42;"), 0, "✓ one passes all 3 checks"),
        (answering("    \"42\""), 1, "✗ one does not compile"),
    ] {
        place.save("one", &text);
        let said = place
            .call("run one")
            .env("RUSTC", &rustc)
            .status(status)
            .says(verdict)
            .go();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        // With one core a single process builds and lints.
        let told = said.contains("clippy broke down, so there is no advice on style");
        assert_eq!(told, cores > 1, "{said}");
    }
}

#[test]
fn items_the_check_does_not_use_are_not_called_dead() {
    let place = module();
    place.save(
        "one",
        &format!("{RIGHT}\n/// Not used by the check.\npub fn other() {{}}\n"),
    );
    let report = run(&place, 0);
    assert_eq!(report["diagnostics"], json!([]));
}

#[test]
fn what_was_and_what_is_now() {
    let place = module();
    place.save("one", &answering("    panic!()"));
    place
        .call("run")
        .status(1)
        .says("✗ one: 0 of 3 checks pass\n")
        .go();
    place.save("one", WRONG);
    place
        .call("run")
        .status(1)
        .says("✗ one: 2 of 3 checks pass (was 0 of 3)")
        .go();
    place
        .call("run")
        .status(1)
        .says("✗ one: 2 of 3 checks pass\n")
        .go();
}

#[test]
fn each_verdict_of_a_program() {
    let main = |body: &str| format!("fn main() {{\n    {body}\n}}\n");
    let place = program(&main("println!(\"42\");"));
    let report = run(&place, 0);
    assert_eq!(
        (&report["kind"], &report["verdict"]),
        (&json!("program"), &json!("passed"))
    );

    place.save("one", &main("println!(\"41\");"));
    let report = run(&place, 1);
    assert_eq!(report["verdict"], "checks-failed");
    assert_eq!(statuses(&report), ["failed", "passed"]);

    // Its own exit, even with 0, is the check's to judge; it never counts as a pass.
    place.save("one", &main("std::process::exit(0);"));
    assert_eq!(run(&place, 1)["verdict"], "checks-failed");
    place.save("one", &main("std::process::abort();"));
    assert_eq!(statuses(&run(&place, 1)), ["failed", "failed"]);

    place.save("one", &main("42"));
    let report = run(&place, 1);
    assert_eq!(report["verdict"], "does-not-compile");
    assert_eq!(
        report["diagnostics"][0]["file"],
        "exercises/01_first/one.rs"
    );
}

#[test]
fn a_program_that_never_ends() {
    let subject = "fn main() {\n    loop {\n        std::thread::park();\n    }\n}\n";
    let place = Place::new()
        .exercise(
            "one",
            "program",
            "one.rs",
            subject,
            PROGRAM_CHECK,
            "time_limit = 1\n",
        )
        .init();
    let report = run(&place, 1);
    assert_eq!(report["verdict"], "timed-out");
    assert_eq!(statuses(&report), ["timed-out", "not-run"]);
}

#[test]
fn each_verdict_of_a_file() {
    let place = file("41");
    let report = run(&place, 1);
    assert_eq!(
        (&report["kind"], &report["verdict"]),
        (&json!("file"), &json!("checks-failed"))
    );
    place
        .call("run")
        .status(1)
        .says("    expected\n      line 1\n      line 2\n    got  41\n")
        .go();
    place.write("work/exercises/01_first/one.txt", "42\r\n");
    let report = run(&place, 0);
    assert_eq!(report["verdict"], "passed");
    assert_eq!(
        report["durations"]["compile"], 0.0,
        "no compiler for a file"
    );

    place.write("work/exercises/01_first/one.txt", b"4\n\xff2");
    let report = run(&place, 1);
    assert_eq!(report["verdict"], "does-not-compile");
    assert_eq!(
        report["diagnostics"][0]["message"],
        "byte 0xff is not UTF-8: save the file as UTF-8"
    );
    assert_eq!(report["diagnostics"][0]["line"], 2);
    place
        .call("run one")
        .status(1)
        .says("✗ one cannot be read")
        .go();
}

#[test]
fn a_file_exercise_that_loops_or_crashes_in_its_check() {
    let check = FILE_CHECK.replace(
        "let got",
        "loop {}\n    #[allow(unreachable_code)]\n    let got",
    );
    let place = Place::new()
        .exercise("one", "file", "one.txt", "42", &check, "time_limit = 1\n")
        .init();
    assert_eq!(run(&place, 1)["verdict"], "timed-out");
    let check = FILE_CHECK.replace(
        "let got",
        "std::process::abort();\n    #[allow(unreachable_code)]\n    let got",
    );
    let place = Place::new()
        .exercise("one", "file", "one.txt", "42", &check, "")
        .init();
    assert_eq!(run(&place, 1)["verdict"], "crashed");
}

#[test]
fn the_check_of_a_file_is_compiled_once() {
    let place = file("41");
    run(&place, 1);
    let check = place.path("work/.backlings/build/one/check");
    let before = std::fs::metadata(&check).unwrap().modified().unwrap();
    place.write("work/exercises/01_first/one.txt", "42");
    run(&place, 0);
    assert_eq!(
        std::fs::metadata(&check).unwrap().modified().unwrap(),
        before
    );
}

/// What `watch` or `prefetch` chose once may be gone later.
#[test]
fn a_linker_that_is_gone_is_given_up() {
    let place = Place::with_three().init();
    place.call("prefetch").go();
    let file = "work/.backlings/build/linker.json";
    if !place.path(file).exists() {
        eprintln!("skipped: a linker is chosen on Linux only");
        return;
    }
    let chosen = place.read(file);
    let (toolchain, _) = chosen.split_once("\"linker\":").unwrap();
    place.write(file, format!("{toolchain}\"linker\":\"no-such-linker\"}}"));
    place.save("one", RIGHT);
    place.call("run one").says("one passes all").go();
    assert_eq!(place.read(file), format!("{toolchain}\"linker\":null}}"));
}
