//! Every command, as a learner calls it.

use std::fs;

use crate::support::{BACKLINGS, Place, RIGHT, WRONG};

#[test]
fn init_makes_a_workspace_without_answers() {
    let place = Place::with_three();
    place
        .call("init work --course course")
        .from(".")
        .stdout("Welcome.\n\n3 exercises are in `work`. Now:\n\n    cd work\n    backlings\n")
        .stderr("")
        .go();
    assert!(place.path("work/exercises/01_first/one.rs").is_file());
    assert!(
        place
            .path("work/exercises/01_first/checks/one.rs")
            .is_file()
    );
    assert!(place.path("work/exercises/01_first/README.md").is_file());
    assert!(!place.path("work/exercises/01_first/solutions").exists());
    assert!(place.read("work/README.md").contains("backlings watch"));
    assert!(place.read("work/.gitignore").contains("/.backlings/build/"));
}

#[test]
fn init_takes_an_empty_directory_and_overwrites_nothing() {
    let place = Place::with_three();
    fs::create_dir(place.path("work")).unwrap();
    place.call("init work --course course").from(".").go();
    place.write("work/exercises/01_first/one.rs", "mine");
    place
        .call("init work --course course")
        .from(".")
        .status(2)
        .stdout("")
        .stderr("error: `PLACE/work` exists and is not empty: nothing there is overwritten\n  name another directory, as in `backlings init my-backlings`\n")
        .go();
    assert_eq!(place.read("work/exercises/01_first/one.rs"), "mine");
    place.write("file", "");
    place
        .call("init file --course course")
        .from(".")
        .status(2)
        .complains("`PLACE/file` cannot be made, for it is a file or below one")
        .go();
}

#[test]
fn init_leaves_a_repository_and_a_cargo_workspace_around_it_alone() {
    let place = Place::with_three();
    place.write("Cargo.toml", "[workspace]\nmembers = []\n");
    place.write(".git/HEAD", "ref: refs/heads/main\n");
    let place = place.init();
    place.save("one", RIGHT);
    place.call("run one").says("✓ one passes all 3 checks").go();
    assert!(!place.path("work/.git").exists());
    assert_eq!(place.read("Cargo.toml"), "[workspace]\nmembers = []\n");
    // The manifest for editors is one that Cargo takes, with nothing to download.
    let cargo = std::process::Command::new("cargo")
        .args(["check", "--offline", "--quiet"])
        .current_dir(place.path("work"))
        .env("CARGO_TARGET_DIR", place.path("target"))
        .output()
        .unwrap();
    assert!(
        cargo.status.success(),
        "{}",
        String::from_utf8_lossy(&cargo.stderr)
    );
}

#[test]
fn init_without_a_course_takes_the_one_inside() {
    let place = Place::new();
    place
        .call("init inside")
        .from(".")
        .says("exercises are in `inside`")
        .go();
    assert!(place.path("inside/exercises/00_warmup/intro1.rs").is_file());
    place.call("list").from("inside").says("▸ intro1").go();
}

#[test]
fn a_workspace_is_found_from_anywhere_inside_and_by_name() {
    let place = Place::with_three().init();
    let list = place.call("list").says("▸ one").go();
    place
        .call("list")
        .from("work/exercises/01_first/checks")
        .stdout(list.clone())
        .go();
    place
        .call("list --workspace work")
        .from(".")
        .stdout(list.clone())
        .go();
    place
        .call("--workspace ../work list")
        .from("course")
        .stdout(list)
        .go();
}

#[test]
fn outside_a_workspace_commands_say_how_to_get_one() {
    let place = Place::new();
    for command in [
        "run",
        "hint",
        "list",
        "reset one",
        "solution one",
        "check-all",
    ] {
        place
            .call(command)
            .from(".")
            .status(2)
            .stdout("")
            .stderr("error: there is no workspace here or above: `backlings watch` makes one and starts, `backlings init` only makes it, `--workspace DIR` names one elsewhere\n")
            .go();
    }
    place
        .call("list --workspace course")
        .from(".")
        .status(2)
        .stderr("error: `course` is not a workspace: `backlings init DIR` makes one in a new directory\n")
        .go();
}

#[test]
fn inside_a_course_its_own_workspace_is_meant() {
    let place = Place::with_three();
    place.call("list").from("course").status(2).go();
    place.call("init backlings --course .").from("course").go();
    place.call("list").from("course").says("▸ one").go();
    place
        .call("list")
        .from("course/exercises")
        .says("▸ one")
        .go();
    // The two belong together when they are moved.
    fs::rename(place.path("course"), place.path("moved")).unwrap();
    place
        .call("run one --trust")
        .from("moved")
        .status(1)
        .says("2 of 3 checks pass")
        .go();
}

#[test]
fn run_judges_the_current_exercise_and_leads_on() {
    let place = Place::with_three().init();
    place
        .call("run")
        .status(1)
        .stderr("building the check library (first time only)\n")
        .stdout(
            "✗ one: 2 of 3 checks pass\n\
             \n\
             ✗ answers_forty_two\n\
             \x20 the answer is wrong\n\
             \n\
             \x20   given     the question\n\
             \x20   expected  42\n\
             \x20   got       41\n\
             \n\
             \x20 Why it matters: everything else follows from it\n\
             \n\
             \x20 at exercises/01_first/checks/one.rs:17\n",
        )
        .go();
    place.save("one", RIGHT);
    place
        .call("run")
        .stderr("")
        .stdout(
            "✓ one passes all 3 checks\n\
             \n\
             \x20 Compare with ours: backlings solution one\n\
             \n\
             Next: two · Title of two  ●○○○○\n\
             \x20 The ticket says 42.\n\
             \x20 Open exercises/01_first/two.rs\n",
        )
        .go();
    place.call("run").status(1).says("2 of 3 checks pass").go();
    place.save("two", RIGHT);
    place.save("three", RIGHT);
    place.call("run").says("Next: three").go();
    place
        .call("run")
        .says("All exercises are done.\n  Well done.\n")
        .go();
    place
        .call("run")
        .stdout("All exercises are done.\n  Well done.\n")
        .go();
    place
        .call("hint")
        .stdout("All exercises are done.\n  Well done.\n")
        .go();
}

#[test]
fn who_begins_in_the_middle_goes_on_from_there() {
    let place = Place::with_three().init();
    for name in ["one", "two", "three"] {
        place.save(name, RIGHT);
    }
    place.call("run two").says("Next: three").go();
    // After the last one comes what was left out.
    place.call("run three").says("Next: one").go();
    // Nobody is moved by an exercise that was done before.
    place.call("run two").says("Next: one").go();
    place.call("run").says("✓ one passes").go();
}

#[test]
fn an_exercise_is_meant_by_name_or_by_path() {
    let place = Place::with_three().init();
    place.save("two", RIGHT);
    for name in [
        "two",
        "two.rs",
        "exercises/01_first/two.rs",
        "./exercises/01_first/two.rs",
        "exercises/01_first/checks/two.rs",
        "01_first/solutions/two.rs",
    ] {
        place.call(&format!("run {name}")).says("✓ two").go();
    }
    place
        .call("run two.rs")
        .from("work/exercises/01_first")
        .says("✓ two")
        .go();
    place
        .call("run exercises/02_other/two.rs")
        .status(2)
        .complains("there is no exercise `exercises/02_other/two.rs`")
        .go();
}

#[test]
fn a_typo_is_answered_with_the_nearest_name() {
    let place = Place::with_three().init();
    place
        .call("run thre")
        .status(2)
        .stdout("")
        .stderr("error: there is no exercise `thre`: did you mean `three`?\n")
        .go();
    place
        .call("hint something-else")
        .status(2)
        .stderr("error: there is no exercise `something-else`: `backlings list` shows them all\n")
        .go();
    place
        .call("wach")
        .status(2)
        .complains("similar subcommand exists: 'watch'")
        .go();
}

#[test]
fn hints_come_one_at_a_time() {
    let place = Place::with_three().init();
    place
        .call("hint")
        .stdout("one · Title of one\n\nHint 1 of 3\n  A nudge.\n\n2 more: call `hint` again.\n")
        .go();
    place
        .call("hint")
        .says("Hint 2 of 3\n  A pointer.\n\n1 more: call `hint` again.")
        .go();
    place
        .call("hint")
        .says("Hint 3 of 3\n  Nearly the answer.\n\nThat was the last one")
        .go();
    place.call("hint").says("Hint 3 of 3").go();
    place
        .call("hint --level 1")
        .stdout("one · Title of one\n\nHint 1 of 3\n  A nudge.\n")
        .go();
    place
        .call("hint two --all")
        .says("Hint 1 of 3\n  A nudge.\n\nHint 2 of 3\n  A pointer.\n\nHint 3 of 3")
        .says("Read on\n  https://example.org/read-on\n")
        .go();
    for level in ["0", "4"] {
        place
            .call(&format!("hint --level {level}"))
            .status(2)
            .stderr(format!(
                "error: `one` has hints 1 to 3, there is no hint {level}\n"
            ))
            .go();
    }
    place
        .call("hint --level 1 --all")
        .status(2)
        .complains("cannot be used with")
        .go();
}

#[test]
fn list_shows_where_one_stands() {
    let place = Place::with_three().init();
    place.save("one", RIGHT);
    place.call("run one").go();
    place.call("run three").status(1).go();
    place
        .call("list")
        .stdout(
            "First  01_first\n\
             \x20 ✓ one    ●○○○○  Title of one\n\
             \x20 ▸ two    ●○○○○  Title of two\n\
             \x20 · three  ●○○○○  Title of three\n\
             \n\
             1 of 3 done    ✓ done  ▸ current  · tried  ! look again\n",
        )
        .go();
    let json: serde_json::Value =
        serde_json::from_str(&place.call("list --format json").go()).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["course"], "test");
    assert_eq!(
        (json["done"].as_u64(), json["total"].as_u64()),
        (Some(1), Some(3))
    );
    let states: Vec<&str> = json["exercises"]
        .as_array()
        .unwrap()
        .iter()
        .map(|exercise| exercise["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["done", "current", "tried"]);
    assert_eq!(json["exercises"][0]["file"], "exercises/01_first/one.rs");
}

#[test]
fn reset_keeps_what_it_replaces() {
    let place = Place::with_three().init();
    place.save("one", RIGHT);
    place.call("run one").go();
    let mine = format!("{RIGHT}\n// mine\n");
    place.save("one", &mine);
    let told = place
        .call("reset one")
        .says("`exercises/01_first/one.rs` is untouched again")
        .go();
    let kept = told.split('`').nth(3).unwrap();
    assert_eq!(place.read(&format!("work/{kept}")), mine);
    assert_eq!(place.read("work/exercises/01_first/one.rs"), WRONG);
    place.call("list").says("0 of 3 done").go();
    place
        .call("reset one")
        .stdout("`exercises/01_first/one.rs` is unchanged: there was nothing to reset\n")
        .go();
    place.call("reset").status(2).complains("NAME").go();
}

#[test]
fn the_solution_waits_until_one_has_an_answer() {
    let place = Place::with_three().init();
    place
        .call("solution one")
        .status(1)
        .stdout("")
        .stderr(
            "`one` does not pass yet, and finding your own answer is where the learning is.\n  \
             `backlings hint one` helps, one step at a time.\n  \
             `backlings solution one --anyway` shows ours all the same.\n",
        )
        .go();
    place
        .call("solution one --anyway")
        .says("pub fn answer() -> u32 {\n    42\n}")
        .go();
    assert!(
        !place
            .path("work/exercises/01_first/solutions/one.rs")
            .exists()
    );
    place.save("one", RIGHT);
    place.call("run one").go();
    place
        .call("solution one")
        .says("pub fn answer() -> u32 {\n    42\n}")
        .go();
    assert_eq!(
        place.read("work/exercises/01_first/solutions/one.rs"),
        RIGHT
    );
}

#[test]
fn check_all_brings_progress_up_to_date() {
    let place = Place::with_three().init();
    place.save("one", RIGHT);
    place.save("three", RIGHT);
    place
        .call("check-all")
        .status(1)
        .stdout("✓ one\n✗ two    2 of 3 checks\n✓ three\n\n2 of 3 pass\n")
        .go();
    place.call("list").says("2 of 3 done").go();
    let json: serde_json::Value =
        serde_json::from_str(&place.call("check-all --format json").status(1).go()).unwrap();
    assert_eq!(json["schema"], 1);
    assert_eq!(
        (json["passed"].as_u64(), json["total"].as_u64()),
        (Some(2), Some(3))
    );
    assert_eq!(json["exercises"][1]["verdict"], "checks-failed");
    place.save("two", RIGHT);
    place
        .call("check-all")
        .stdout("✓ one\n✓ two\n✓ three\n\n3 of 3 pass\n")
        .go();
}

#[test]
fn a_pass_that_no_longer_holds_is_to_be_looked_at_again() {
    let place = Place::with_three().init();
    place.save("one", RIGHT);
    place.call("run one").go();
    place.save("one", WRONG);
    place
        .call("run one")
        .status(1)
        .says("✗ one: 2 of 3 checks pass (was 3 of 3)")
        .go();
    place
        .call("list")
        .says("! one    ●○○○○  Title of one  (passed before, look again)")
        .go();
    place.call("list").says("0 of 3 done").go();
    place.call("run").status(1).says("✗ one").go();
    place.save("one", RIGHT);
    place.call("check-all").status(1).says("✓ one").go();
    place.call("list").says("  ✓ one").says("1 of 3 done").go();
}

#[test]
fn init_says_what_it_makes_of_its_surroundings() {
    let place = Place::with_three().init();
    place
        .call("init inner --course ../course")
        .complains("note: it stands inside of the workspace `PLACE/work`")
        .go();
    place
        .call("init x --workspace y")
        .status(2)
        .complains("without `--workspace`")
        .go();
    let spaced = place.run_in(".", ["init", "a place", "--course", "course"]);
    assert!(String::from_utf8_lossy(&spaced.stdout).contains("    cd 'a place'\n"));
    place.write("file", "");
    place
        .call("init file/below --course course")
        .from(".")
        .status(2)
        .complains("`PLACE/file/below` cannot be made, for it is a file or below one")
        .go();
}

#[test]
fn what_one_cannot_judge_is_told_beside_the_rest() {
    let place = Place::with_three().init();
    fs::remove_file(place.path("work/exercises/01_first/two.rs")).unwrap();
    place
        .call("check-all")
        .status(3)
        .says("✗ one")
        .stderr("error: not all could be judged\n`two`: `exercises/01_first/two.rs` is missing: `backlings reset two` brings the untouched file back\n")
        .go();
}

#[test]
fn color_is_for_those_who_want_it() {
    let place = Place::with_three().init();
    let escape = "\x1b[";
    assert!(!place.call("list").go().contains(escape), "a pipe");
    assert!(place.call("list --color always").go().contains(escape));
    assert!(
        place
            .call("list")
            .env("CLICOLOR_FORCE", "1")
            .go()
            .contains(escape)
    );
    let both = place
        .call("list")
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1");
    assert!(!both.go().contains(escape));
    let told = place.call("list --color never").env("CLICOLOR_FORCE", "1");
    assert!(!told.go().contains(escape));
    place.save("one", crate::support::BROKEN);
    let run = place.call("run one").status(1).go();
    assert!(!run.contains(escape), "{run:?}");
    let json = place
        .call("run one --color always --format json")
        .status(1)
        .go();
    assert!(!json.contains("\\u001b"), "{json:?}");
}

#[test]
fn every_command_has_help_with_examples() {
    let place = Place::new();
    for command in [
        "watch",
        "run",
        "hint",
        "list",
        "reset",
        "solution",
        "check-all",
        "init",
    ] {
        place
            .call(&format!("{command} --help"))
            .from(".")
            .stderr("")
            .says("Examples:")
            .go();
    }
    place
        .call("--help")
        .from(".")
        .says("Exit codes: 0 passed or done")
        .says("Examples:")
        .go();
    let version = concat!("backlings ", env!("CARGO_PKG_VERSION"), "\n");
    place.call("--version").from(".").stdout(version).go();
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let place = Place::with_three().init();
    let line = format!("{BACKLINGS} run one --format json | head -c 1; exit ${{PIPESTATUS[0]}}");
    let output = std::process::Command::new("bash")
        .args(["-c", &line])
        .current_dir(place.path("work"))
        .env("BACKLINGS_HOME", place.path("home"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

#[test]
fn a_course_by_somebody_else_runs_when_it_is_trusted() {
    let place = Place::with_three();
    let init = place.call("init work --course course").from(".");
    init.go();
    for command in ["run one", "check-all", "watch"] {
        place
            .call(command)
            .status(2)
            .stdout("")
            .stderr(
                "error: the course `PLACE/course` has not been run before, and its checks are programs that run on this machine with your rights\n  look into it, then say `--trust` once: `backlings --trust ...`\n",
            )
            .go();
    }
    // These run no code.
    place.call("list").go();
    place.call("hint").go();
    place
        .call("run one --trust")
        .status(1)
        .says("the answer is wrong")
        .go();
    place.call("run one").status(1).go();
    assert!(place.read("home/trusted.toml").contains("/course\""));
    // A list that cannot be read trusts nobody.
    place.write("home/trusted.toml", "courses = 7");
    place
        .call("run one")
        .status(3)
        .complains("trusted.toml`: remove it, and you will be asked again")
        .go();
}

#[test]
fn the_course_of_this_program_needs_no_trust_wherever_it_is() {
    let place = Place::new();
    let own = env!("CARGO_MANIFEST_DIR");
    place
        .call(&format!("init clone --course {own}"))
        .from(".")
        .go();
    place
        .call("run intro1")
        .from("clone")
        .status(1)
        .says("intro1")
        .go();
    // The same files with a toolchain of their own are another matter.
    let copied = std::process::Command::new("cp")
        .args(["-r", "info.toml", "exercises"])
        .arg(place.root())
        .current_dir(own)
        .status();
    assert!(copied.unwrap().success());
    place.call("init copy --course .").from(".").go();
    place.call("run intro1").from("copy").status(1).go();
    place.write("rust-toolchain.toml", "[toolchain]\npath = \"elsewhere\"\n");
    place
        .call("run intro1")
        .from("copy")
        .status(2)
        .complains("has not been run before")
        .go();
}

#[test]
fn a_courses_own_lints_reach_learners_and_their_editors() {
    let lints = "[lints.clippy]\nunwrap_used = \"warn\"\ntodo = \"deny\"\n\n[lints.rust]\nunsafe_code = { level = \"forbid\", priority = 1 }\n\n";
    let place = Place::with_three();
    let info = place.read("course/info.toml");
    place.write(
        "course/info.toml",
        info.replacen("[[chapters]]", &format!("{lints}[[chapters]]"), 1),
    );
    let place = place.init();
    let text = RIGHT.replace("    42", "    Some(42).unwrap()");
    place.save("one", &text);
    place
        .call("run one")
        .says("passes all 3 checks")
        .says("used `unwrap()` on `Some` value")
        .go();
    let unwrap = RIGHT.replace("    42", "    \"42\".parse().unwrap()");
    place.save("one", &unwrap);
    place
        .call("run one")
        .says("used `unwrap()` on a `Result` value")
        .go();
    let todo = RIGHT.replace("    42", "    if false { todo!() } else { 42 }");
    place.save("one", &todo);
    place
        .call("run one")
        .status(1)
        .says("one does not compile")
        .says("`todo` should not be present")
        .go();
    let unsafely = RIGHT.replace("    42", "    unsafe { *(&42 as *const u32) }");
    place.save("one", &unsafely);
    place
        .call("run one")
        .status(1)
        .says("usage of an `unsafe` block")
        .go();
    let manifest = place.read("work/Cargo.toml");
    assert!(
        manifest.contains(
            "[lints.clippy]\n\"todo\" = { level = \"deny\", priority = 0 }\n\"unwrap_used\""
        ),
        "{manifest}"
    );
    assert!(
        manifest.contains("[lints.rust]\n\"unsafe_code\" = { level = \"forbid\", priority = 1 }"),
        "{manifest}"
    );
}

#[test]
fn writes_down_what_it_starts_where_that_is_asked_for() {
    let place = Place::with_three().init();
    place.save("one", RIGHT);
    place.call("run one").go();
    let trace = place.path("trace");
    let name = "BACKLINGS_TRACE_COMMANDS";
    place
        .call("run one")
        .env(name, &trace.display().to_string())
        .go();
    let lines: Vec<serde_json::Value> = place
        .read("trace")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // With more than one core somebody else lints, who may be written down before.
    let (check, mut compilers) = lines.split_last().unwrap();
    let lints = |one: &&serde_json::Value| {
        let args = one["args"].as_array().unwrap();
        args.contains(&"--emit=metadata".into())
    };
    compilers = match compilers {
        [linter, rest @ ..] if lints(&linter) => rest,
        [rest @ .., linter] if lints(&linter) => rest,
        all => all,
    };
    let [compiler] = compilers else {
        panic!("{lines:?}")
    };
    let args = compiler["args"].as_array().unwrap();
    assert!(args.contains(&"--crate-name".into()), "{args:?}");
    assert!(compiler["env_remove"].is_array(), "{compiler}");
    let place_of = |command: &serde_json::Value| fs::canonicalize(command["cwd"].as_str().unwrap());
    // There it finds the subject, as whoever started it has it from the workspace.
    let mirror = place.path("work/.backlings/build/one/tree");
    let file = place.path("work/exercises/01_first/one.rs");
    if cfg!(unix) {
        assert_eq!(place_of(compiler).unwrap(), mirror.canonicalize().unwrap());
        let stdin = fs::canonicalize(compiler["stdin"].as_str().unwrap());
        assert_eq!(stdin.unwrap(), file.canonicalize().unwrap());
    }
    // The compiler's product is the check that is run.
    let product = args.iter().position(|one| one == "-o").unwrap() + 1;
    assert_eq!(check["program"], args[product]);
    assert!(check["env"]["BACKLINGS_SUBJECT"].is_string(), "{check}");
}
