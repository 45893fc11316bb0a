//! Progress survives everything, and is never silently zero.

use std::fs;
use std::process::Stdio;
use std::thread;

use crate::support::{Place, RIGHT};

#[test]
fn unreadable_progress_is_put_aside_and_told() {
    let place = Place::with_three().init();
    place.save("one", RIGHT);
    place.call("run one").go();
    let file = "work/.backlings/progress.toml";
    for (text, why) in [
        (&b"version = 1\n[exercises.one-id\n"[..], "unclosed table"),
        (b"\xff\xfe", "it is not UTF-8"),
        (
            b"version = 99\n",
            "it was written by a newer backlings (version 99)",
        ),
        (b"", "missing field `version`"),
    ] {
        place.write(file, text);
        place
            .call("list")
            .says("0 of 3 done")
            .complains("note: `PLACE/work/.backlings/progress.toml` could not be read (")
            .complains(why)
            .complains("it is kept as `PLACE/work/.backlings/progress.toml.unreadable")
            .complains("`backlings check-all` finds what you have done.")
            .go();
        place.call("list").stderr("").go();
    }
    let kept = |name: &str| fs::read(place.path(&format!("work/.backlings/{name}"))).unwrap();
    assert_eq!(
        kept("progress.toml.unreadable"),
        b"version = 1\n[exercises.one-id\n"
    );
    assert_eq!(kept("progress.toml.unreadable.2"), b"\xff\xfe");
    place.call("check-all").status(1).says("✓ one").go();
    place.call("list").says("1 of 3 done").go();
}

#[test]
fn progress_of_exercises_that_are_not_in_the_course_stays() {
    let place = Place::with_three().init();
    let other = "version = 1\n\n[exercises.gone-id]\npassed = \"2026-01-01T00:00:00Z\"\nhints = 2\nattempts = 5\n";
    place.write("work/.backlings/progress.toml", other);
    place.save("one", RIGHT);
    place.call("run one").go();
    let text = place.read("work/.backlings/progress.toml");
    assert!(
        text.contains("[exercises.gone-id]\npassed = \"2026-01-01T00:00:00Z\""),
        "{text}"
    );
    assert!(text.contains("[exercises.one-id]"), "{text}");
}

#[test]
fn many_at_once_lose_nothing() {
    let place = Place::with_three().init();
    place.save("one", RIGHT);
    place.call("run one").go();
    thread::scope(|scope| {
        for name in ["one", "two", "three"] {
            let place = &place;
            scope.spawn(move || {
                for level in [1, 2, 3] {
                    place.call(&format!("hint {name} --level {level}")).go();
                }
            });
        }
    });
    let list = place.call("list --format json").go();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    for exercise in list["exercises"].as_array().unwrap() {
        assert_eq!(exercise["hints_shown"], 3, "{exercise}");
    }
    assert_eq!(list["done"], 1);
}

/// Killed at any moment: the progress is the old one or the new one, whole.
#[test]
#[cfg(unix)]
fn progress_survives_a_kill_at_any_moment() {
    let place = Place::with_three().init();
    place.save("one", RIGHT);
    place.call("run one").go();
    for round in 0..60 {
        let mut child = place
            .command("work")
            .args([
                "hint",
                "two",
                "--level",
                if round % 2 == 0 { "1" } else { "3" },
            ])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // From before it has begun to after it has ended.
        thread::sleep(std::time::Duration::from_micros(round * 150));
        child.kill().unwrap();
        child.wait().unwrap();
        place.call("list").says("✓ one").stderr("").go();
    }
    let left = fs::read_dir(place.path("work/.backlings"))
        .unwrap()
        .flatten();
    let aside: Vec<String> = left
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name.contains("unreadable"))
        .collect();
    assert_eq!(aside, Vec::<String>::new());
}

#[test]
fn every_attempt_comes_back() {
    let place = Place::with_three().init();
    place.call("run one").status(1).go();
    place.save("one", RIGHT);
    place.call("run one").go();
    place.call("run one").go();
    let history = "work/.backlings/history/one";
    assert!(place.read(&format!("{history}/0001.rs")).contains("41"));
    assert!(
        place
            .read(&format!("{history}/0001.txt"))
            .starts_with("✗ one: 2 of 3 checks pass")
    );
    assert_eq!(place.read(&format!("{history}/0002.rs")), RIGHT);
    assert!(
        place
            .read(&format!("{history}/0002.txt"))
            .starts_with("✓ one passes all 3 checks")
    );
    assert!(
        !place.path(&format!("{history}/0003.rs")).exists(),
        "the same text is kept once"
    );
}
