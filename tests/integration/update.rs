//! `update`: a workspace brought to a course that has moved on.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{Place, RIGHT, WRONG, question};

const CHAPTER: &str = "course/exercises/01_first";
const WORK: &str = "work/exercises/01_first";

/// Three exercises, `one` solved, `two` begun, `three` untouched.
fn begun() -> Place {
    let place = Place::with_three().init();
    place.save("one", RIGHT);
    place.call("run one").go();
    let mine = WRONG.replace("one", "two").replace("41", "40");
    place.save("two", &mine);
    place.call("run two").status(1).go();
    place
}

/// Changes the course's `info.toml`.
fn info(place: &Place, from: &str, to: &str) {
    let info = place.read("course/info.toml");
    assert!(info.contains(from), "{from:?} is not in it");
    place.write("course/info.toml", info.replace(from, to));
}

/// All files below a directory but those that are built and locks.
fn tree(root: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            if path.is_dir() && name != ".backlings/build" {
                directories.push(path);
            } else if path.is_file() && !name.ends_with("lock") && !name.ends_with("in-use") {
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn nothing_to_do() {
    let place = begun();
    let before = tree(&place.path("work"));
    place
        .call("update")
        .stdout("Already up to date: version 1.0.0 of the course.\n")
        .stderr("")
        .go();
    assert_eq!(tree(&place.path("work")), before);
}

#[test]
fn texts_of_both_sides_are_kept() {
    let place = begun();
    // Untouched: replaced. Edited by one side: that one's. By both: both.
    place.write(
        &format!("{CHAPTER}/three.rs"),
        WRONG.replace("one", "three") + "// new\n",
    );
    place.write(
        &format!("{CHAPTER}/two.rs"),
        WRONG.replace("one", "two") + "// new\n",
    );
    place.write(&format!("{CHAPTER}/README.md"), "# First\n\nMore.\n");
    info(&place, "version = \"1.0.0\"", "version = \"1.1.0\"");
    let mine = place.read(&format!("{WORK}/two.rs"));
    place
        .call("list")
        .complains("note: the course is now version 1.1.0, this workspace has 1.0.0: `backlings update` brings it here\n")
        .go();
    place
        .call("update")
        .says("exercises/01_first/three.rs")
        .says("Changed by you and by the course: yours stays, the new one is beside it\n  exercises/01_first/two.rs and exercises/01_first/two.new.rs\n")
        .says("This workspace has version 1.1.0 of the course now.")
        .go();
    assert!(
        place
            .read(&format!("{WORK}/three.rs"))
            .ends_with("// new\n")
    );
    assert_eq!(place.read(&format!("{WORK}/two.rs")), mine);
    assert!(
        place
            .read(&format!("{WORK}/two.new.rs"))
            .ends_with("// new\n")
    );
    assert_eq!(
        place.read(&format!("{WORK}/README.md")),
        "# First\n\nMore.\n"
    );
    assert_eq!(place.read(&format!("{WORK}/one.rs")), RIGHT);
    place.call("list").stderr("").says("✓ one").go();
    place.call("update").says("Already up to date").go();
}

#[test]
fn a_stricter_check_sends_back_what_had_passed() {
    let place = begun();
    let check = question("one").replace(
        "fn answers_the_same_twice() {",
        "fn answers_the_same_twice() {\n    assert!(include_str!(\"../one.rs\").contains(\"twice\"));",
    );
    place.write(&format!("{CHAPTER}/checks/one.rs"), check);
    place
        .call("update")
        .status(1)
        .says("Passed before, look again: their checks are others now\n  one: answers_the_same_twice\n  `backlings run one` shows")
        .go();
    place.call("list").says("! one").go();
    assert_eq!(place.read(&format!("{WORK}/one.rs")), RIGHT);
    place.save("one", &format!("{RIGHT}// twice\n"));
    place.call("run one").go();
    place.call("update").says("Already up to date").go();
}

#[test]
fn a_check_that_changed_without_effect_is_only_judged() {
    let place = begun();
    let check = question("one") + "// the same\n";
    place.write(&format!("{CHAPTER}/checks/one.rs"), check);
    // An edited check of another exercise is put aside.
    let edited = question("two") + "// mine\n";
    place.write(&format!("{WORK}/checks/two.rs"), &edited);
    place
        .call("update")
        .says("exercises/01_first/checks/one.rs")
        .says("exercises/01_first/checks/two.rs as .backlings/history/two/check/two.rs")
        .says("This workspace has version 1.0.0 of the course now.")
        .go();
    assert_eq!(
        place.read("work/.backlings/history/two/check/two.rs"),
        edited
    );
    assert_eq!(
        place.read(&format!("{WORK}/checks/two.rs")),
        question("two")
    );
    place.call("list").says("✓ one").go();
}

#[test]
fn renumbering_takes_everything_along() {
    let place = begun();
    // A new first exercise: one becomes two, two becomes three, three goes.
    for (from, to) in [("two", "three"), ("one", "two")] {
        for file in [format!("{from}.rs"), format!("solutions/{from}.rs")] {
            let text = place.read(&format!("{CHAPTER}/{file}"));
            place.write(&format!("{CHAPTER}/{}", file.replace(from, to)), text);
        }
        place.write(&format!("{CHAPTER}/checks/{to}.rs"), question(to));
    }
    let text = WRONG.replace("one", "one, new");
    place.write(&format!("{CHAPTER}/one.rs"), &text);
    info(&place, "id = \"three-id\"", "id = \"two-id-now\"");
    info(&place, "id = \"two-id\"", "id = \"one-id-now\"");
    info(&place, "id = \"one-id\"", "id = \"new-id\"");
    info(&place, "id = \"one-id-now\"", "id = \"one-id\"");
    info(&place, "id = \"two-id-now\"", "id = \"two-id\"");
    let mine = place.read(&format!("{WORK}/two.rs"));
    place
        .call("update")
        .says("exercises/01_first/one.rs to exercises/01_first/two.rs")
        .says("exercises/01_first/two.rs to exercises/01_first/three.rs")
        .go();
    assert_eq!(place.read(&format!("{WORK}/one.rs")), text);
    assert_eq!(place.read(&format!("{WORK}/two.rs")), RIGHT);
    assert_eq!(place.read(&format!("{WORK}/three.rs")), mine);
    assert!(place.path(&format!("{WORK}/solutions/two.rs")).is_file());
    assert!(!place.path(&format!("{WORK}/solutions/one.rs")).exists());
    assert_eq!(place.read("work/.backlings/history/two/0001.rs"), RIGHT);
    assert_eq!(place.read("work/.backlings/history/three/0001.rs"), mine);
    place
        .call("list")
        .says("▸ one")
        .says("✓ two")
        .says("· three")
        .go();
}

#[test]
fn an_exercise_that_is_gone() {
    let place = begun();
    let text = place.read("course/info.toml");
    let tables: Vec<&str> = text.split("[[chapters.exercises]]").collect();
    let kept = [tables[0], tables[1]].join("[[chapters.exercises]]");
    place.write("course/info.toml", kept);
    for name in ["two", "three"] {
        for file in [format!("{name}.rs"), format!("checks/{name}.rs")] {
            fs::remove_file(place.path(&format!("{CHAPTER}/{file}"))).unwrap();
        }
    }
    place
        .call("update")
        .says("Edited, and no longer in the course: they stay\n  exercises/01_first/two.rs\n")
        .says("exercises/01_first/three.rs")
        .go();
    assert!(place.path(&format!("{WORK}/two.rs")).is_file());
    assert!(!place.path(&format!("{WORK}/three.rs")).exists());
    assert!(!place.path(&format!("{WORK}/checks/two.rs")).exists());
    place.call("check-all").says("1 of 1 pass").go();
}

#[test]
fn another_course_or_an_older_one_is_refused() {
    let place = begun();
    info(&place, "version = \"1.0.0\"", "version = \"0.9.0\"");
    place
        .call("update")
        .status(2)
        .stderr("error: this workspace has version 1.0.0 of the course, and this is 0.9.0: install a newer backlings, or bring the course's own directory up to date\n")
        .go();
    info(&place, "id = \"test\"", "id = \"other\"");
    let other = place.call("update").status(3);
    other
        .complains("was made from the course `test`, and what stands there now is `other`")
        .go();
}

#[test]
fn a_workspace_from_before_there_was_an_index() {
    let place = begun();
    fs::remove_dir_all(place.path("work/.backlings/laid")).unwrap();
    place.write(
        &format!("{CHAPTER}/three.rs"),
        WRONG.replace("one", "three") + "// new\n",
    );
    place
        .call("update")
        .says("exercises/01_first/three.new.rs")
        .go();
    assert_eq!(place.read(&format!("{WORK}/one.rs")), RIGHT);
    place.call("update").says("Already up to date").go();
}

#[test]
fn not_while_somebody_works_there() {
    let place = begun();
    let mut watcher = place.command("work");
    watcher.args(["watch", "--plain"]);
    let mut watcher = watcher
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines =
        std::io::BufRead::lines(std::io::BufReader::new(watcher.stdout.take().unwrap()));
    assert!(lines.any(|line| line.unwrap().contains("Watching")));
    place
        .call("update")
        .status(2)
        .complains("somebody works in this workspace: leave its watcher with `q`")
        .go();
    watcher.kill().unwrap();
    watcher.wait().unwrap();
    place.call("update").go();
}

#[test]
fn deleted_files_come_back_and_chapters_change() {
    let place = begun();
    fs::remove_file(place.path(&format!("{WORK}/three.rs"))).unwrap();
    // `two`, which was begun, moves to a chapter of its own.
    let text = place.read("course/info.toml");
    let mut tables: Vec<&str> = text.split("[[chapters.exercises]]").collect();
    let two = tables.remove(2);
    let chapter = "[[chapters]]\ndir = \"02_next\"\ntitle = \"Next\"\n\n";
    let info = tables.join("[[chapters.exercises]]") + chapter + "[[chapters.exercises]]" + two;
    place.write("course/info.toml", info);
    place.write("course/exercises/02_next/README.md", "# Next\n");
    for file in ["two.rs", "checks/two.rs", "solutions/two.rs"] {
        let text = place.read(&format!("{CHAPTER}/{file}"));
        fs::remove_file(place.path(&format!("{CHAPTER}/{file}"))).unwrap();
        place.write(&format!("course/exercises/02_next/{file}"), text);
    }
    let mine = place.read(&format!("{WORK}/two.rs"));
    place
        .call("update")
        .says("exercises/01_first/two.rs to exercises/02_next/two.rs")
        .says("New\n  exercises/01_first/three.rs\n  exercises/02_next/README.md\n")
        .go();
    assert_eq!(place.read("work/exercises/02_next/two.rs"), mine);
    assert!(!place.path(&format!("{WORK}/two.rs")).exists());
    assert!(!place.path(&format!("{WORK}/checks/two.rs")).exists());
    place
        .call("run two")
        .status(1)
        .says("2 of 3 checks pass")
        .go();
}

#[test]
fn what_could_not_be_judged_again_is_judged_the_next_time() {
    let place = begun();
    let strict = question("one").replace("answers_forty_two,", "answers_forty_two, is_strict,")
        + "\nfn is_strict() {\n    panic!(\"strict\");\n}\n";
    place.write(&format!("{CHAPTER}/checks/one.rs"), &strict);
    let untrusted = place
        .call("update")
        .env("BACKLINGS_HOME", "nowhere")
        .status(2);
    untrusted.complains("has not been run before").go();
    // The files are there, and what was not judged is judged by the next.
    assert_eq!(place.read(&format!("{WORK}/checks/one.rs")), strict);
    place
        .call("update")
        .status(1)
        .says("look again: their checks are others now\n  one: is_strict\n")
        .go();
}

#[test]
fn a_workspace_that_would_reach_outside() {
    let place = begun();
    place.write("precious", "mine");
    let index = place.read("work/.backlings/laid/index.json");
    place.write(
        "work/.backlings/laid/index.json",
        index.replace("exercises/01_first/three.rs", "../precious"),
    );
    place.call("update").go();
    assert_eq!(place.read("precious"), "mine");
    let plan = r#"{"steps":[{"path":"../precious","before":false,"after":false}],"histories":[],"told":{"added":[],"replaced":[],"moved":[],"beside":[],"orphaned":[],"aside":[],"removed":[]}}"#;
    place.write("work/.backlings/update/plan.json", plan);
    let refused = place.call("update").status(3);
    refused
        .complains("would change `../precious`, outside of the workspace")
        .go();
    assert_eq!(place.read("precious"), "mine");
}

/// Killed anywhere, it is completed by the next call, with the same result.
#[test]
fn killed_at_any_moment_nothing_is_lost() {
    let place = begun();
    let more: String = (0..60).map(|number| format!("// {number}\n")).collect();
    let mut expected = None;
    // The place is made once; each round begins with a copy of it.
    let copy = |to: &str| {
        let status = std::process::Command::new("cp")
            .args(["-r", "work", to])
            .current_dir(place.root())
            .status();
        assert!(status.unwrap().success());
    };
    for round in 0..16_u64 {
        let name = format!("work{round}");
        copy(&name);
        if round == 0 {
            for exercise in ["one", "two", "three"] {
                let text = WRONG.replace("one", exercise) + &more;
                place.write(&format!("{CHAPTER}/{exercise}.rs"), text);
                let check = question(exercise) + "// other\n";
                place.write(&format!("{CHAPTER}/checks/{exercise}.rs"), check);
                for number in 0..40 {
                    let path = format!("{CHAPTER}/fixtures/{exercise}/{number}.txt");
                    place.write(&path, format!("{number}"));
                }
            }
        } else {
            let mut child = place.command(&name).arg("update").spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(round * 2));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        place.call("update").from(&name).go();
        let mut found = tree(&place.path(&name));
        // How often something was judged depends on when it was killed.
        found.retain(|path, _| !path.contains("progress.toml"));
        assert_eq!(found[&"exercises/01_first/one.rs".to_owned()], RIGHT);
        let expected = expected.get_or_insert_with(|| found.clone());
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>()
        );
        assert_eq!(&found, expected, "round {round}");
        let list = place.call("list").from(&name).stderr("").go();
        assert!(list.contains("✓ one"), "{list}");
    }
}
