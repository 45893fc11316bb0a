//! What nobody should do, and somebody will: each gets a clear word, nothing is
//! lost and nothing is left running.

use std::fs;

use crate::support::{BACKLINGS, Place, RIGHT, WRONG, question};

fn one() -> Place {
    Place::new().module("one", WRONG, &question("one")).init()
}

fn answering(body: &str) -> String {
    format!("/// The answer.\npub fn answer() -> u32 {{\n{body}\n}}\n")
}

#[test]
fn a_directory_in_place_of_a_file() {
    let place = one();
    let file = place.path("work/exercises/01_first/one.rs");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    place
        .call("run")
        .status(3)
        .stderr("error: `exercises/01_first/one.rs` is a directory: move it away, then `backlings reset one` brings the untouched file back\n")
        .go();
    place
        .call("reset one")
        .status(3)
        .complains("is a directory: move it away first")
        .go();
}

#[test]
fn a_file_that_is_gone_comes_back() {
    let place = one();
    fs::remove_file(place.path("work/exercises/01_first/one.rs")).unwrap();
    place
        .call("run")
        .status(3)
        .stderr("error: `exercises/01_first/one.rs` is missing: `backlings reset one` brings the untouched file back\n")
        .go();
    place
        .call("reset one")
        .stdout("`exercises/01_first/one.rs` was missing: the untouched file is back\n")
        .go();
    place.call("run").status(1).says("2 of 3 checks pass").go();
    fs::remove_dir_all(place.path("work/exercises")).unwrap();
    place.call("reset one").go();
    place.call("run").status(1).says("2 of 3 checks pass").go();
}

#[test]
fn bytes_that_are_not_utf_8() {
    let place = one();
    place.write(
        "work/exercises/01_first/one.rs",
        b"// caf\xe9\npub fn answer() -> u32 { 42 }\n",
    );
    place
        .call("run")
        .status(1)
        .says("✗ one does not compile\n\nerror: byte 0xe9 is not UTF-8: save the file as UTF-8\n --> exercises/01_first/one.rs:1:7\n")
        .go();
}

#[test]
fn an_empty_file() {
    let place = one();
    place.save("one", "");
    place
        .call("run")
        .status(1)
        .says("✗ one does not compile")
        .says("cannot find function `answer`")
        .go();
}

#[test]
fn a_hundred_megabytes_printed_in_a_loop() {
    let place = one();
    place.save(
        "one",
        &answering("    loop {\n        println!(\"{}\", \"x\".repeat(1 << 20));\n    }"),
    );
    let out = place
        .call("run")
        .status(1)
        .says("was stopped: it printed more than 8 MiB")
        .go();
    assert!(out.len() < 10_000, "{} bytes", out.len());
    let json = place.call("run --format json").status(1).go();
    assert!(json.len() < 10_000, "{} bytes", json.len());
}

#[test]
fn a_check_file_that_is_gone_or_edited_never_makes_a_pass() {
    let place = one();
    let check = "work/exercises/01_first/checks/one.rs";
    fs::remove_file(place.path(check)).unwrap();
    place
        .call("run")
        .status(1)
        .says("2 of 3 checks pass")
        .says("was missing: it is back")
        .go();
    place.write(check, "mod harness {}\nfn main() {}\n");
    place
        .call("run")
        .status(1)
        .says("2 of 3 checks pass")
        .says("was edited")
        .go();
    fs::remove_file(place.path(check)).unwrap();
    fs::create_dir(place.path(check)).unwrap();
    place
        .call("run")
        .status(3)
        .complains("checks/one.rs` is a directory")
        .go();
}

#[test]
fn a_cleaned_or_broken_build_directory_is_mended() {
    let place = one();
    place.save("one", RIGHT);
    place.call("run").go();
    fs::remove_dir_all(place.path("work/.backlings/build")).unwrap();
    place.call("run one").says("✓ one").go();
    let lib = place.path("work/.backlings/build/lib");
    for entry in fs::read_dir(lib).unwrap().flatten() {
        fs::remove_file(entry.path().join("libharness.rlib")).unwrap();
    }
    place.call("run one").says("✓ one").go();
    // What the compiler keeps between runs, spoiled.
    let mut spoiled = 0;
    let mut directories = vec![place.path("work/.backlings/build/one/incremental")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap().flatten() {
            if entry.path().is_dir() {
                directories.push(entry.path());
            } else if entry.file_name() != "lock" {
                fs::write(entry.path(), b"spoiled").unwrap();
                spoiled += 1;
            }
        }
    }
    assert!(spoiled > 2, "there was nothing to spoil");
    place.save("one", &format!("{RIGHT}// more\n"));
    place.call("run one").says("✓ one").go();
    fs::remove_dir_all(place.path("work/.backlings/lib")).unwrap();
    fs::remove_dir_all(place.path("work/.backlings/build/lib")).unwrap();
    place.call("run one").says("✓ one").go();
}

#[test]
fn a_workspace_that_was_moved() {
    let place = one();
    place.call("run").status(1).go();
    fs::rename(place.path("work"), place.path("moved")).unwrap();
    place
        .call("run")
        .from("moved")
        .status(1)
        .says("at exercises/01_first/checks/one.rs:17")
        .go();
}

#[test]
fn a_course_that_is_gone() {
    let place = one();
    fs::rename(place.path("course"), place.path("elsewhere")).unwrap();
    place
        .call("run")
        .status(3)
        .complains("error: this workspace was made from the course `PLACE/course`, which is no longer there\n")
        .complains("put it back, or write its new place as `course = \"...\"`")
        .go();
    let marker = place.read("work/.backlings/workspace.toml");
    place.write(
        "work/.backlings/workspace.toml",
        marker.replace("/course\"", "/elsewhere\""),
    );
    place
        .call("run --trust")
        .status(1)
        .says("2 of 3 checks pass")
        .go();
}

#[test]
fn a_broken_marker() {
    let place = one();
    place.write("work/.backlings/workspace.toml", "version = \n");
    place
        .call("run")
        .status(3)
        .complains("`PLACE/work/.backlings/workspace.toml` cannot be read")
        .complains("make a new workspace with `backlings init` and copy your files")
        .go();
}

#[test]
fn no_compiler() {
    let place = one();
    place
        .call("run")
        .env("RUSTC", "/nonexistent/rustc")
        .status(3)
        .complains("error: cannot start the Rust compiler `/nonexistent/rustc`: install Rust (rustup.rs), or put it on the PATH")
        .go();
    place
        .call("run")
        .env("RUSTC", "false")
        .status(3)
        .complains("the Rust compiler does not work")
        .go();
    place
        .call("run")
        .env("RUSTC", "true")
        .status(3)
        .complains("is `$RUSTC` a Rust compiler?")
        .go();
}

#[test]
#[cfg(unix)]
fn a_compiler_without_clippy_judges_all_the_same() {
    let place = one();
    let sysroot = String::from_utf8(
        std::process::Command::new("rustc")
            .arg("--print=sysroot")
            .output()
            .unwrap()
            .stdout,
    )
    .unwrap();
    let sysroot = std::path::Path::new(sysroot.trim());
    // A sysroot like the real one, but for clippy-driver.
    let copy = place.path("sysroot");
    fs::create_dir_all(copy.join("bin")).unwrap();
    std::os::unix::fs::symlink(sysroot.join("lib"), copy.join("lib")).unwrap();
    for name in ["rustc", "cargo"] {
        let script = format!(
            "#!/bin/sh\nexec {}/bin/{name} --sysroot {} \"$@\"\n",
            sysroot.display(),
            copy.display()
        );
        fs::write(copy.join("bin").join(name), script).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(copy.join("bin").join(name), mode).unwrap();
    }
    place.save("one", RIGHT);
    place
        .call("run")
        .env("RUSTC", copy.join("bin/rustc").to_str().unwrap())
        .says("✓ one passes all 3 checks")
        .says("clippy is not installed, so there is no advice on style: `rustup component add clippy`")
        .go();
}

#[test]
#[cfg(target_os = "linux")]
fn a_child_that_outlives_the_run_is_ended() {
    let place = one();
    // In a session of its own, where no signal to the group reaches it, and with
    // the pipe kept open.
    let body = "    std::process::Command::new(\"setsid\")\n        .args([\"--fork\", \"sleep\", \"86401\"])\n        .status()\n        .unwrap();\n    std::process::Command::new(\"sleep\").arg(\"86402\").spawn().unwrap();\n    42";
    place.save("one", &answering(body));
    place.call("run").says("✓ one passes all 3 checks").go();
    assert_eq!(
        crate::support::processes("sleep 8640"),
        Vec::<String>::new()
    );
}

#[test]
fn scratch_directories_do_not_stay() {
    let place = one();
    fs::create_dir(place.path("tmp")).unwrap();
    let body = "    std::fs::write(\"left-behind\", \"x\").unwrap();\n    std::fs::write(std::env::temp_dir().join(\"here-too\"), \"x\").unwrap();\n    42";
    place.save("one", &answering(body));
    place
        .call("run")
        .env("TMPDIR", place.path("tmp").to_str().unwrap())
        .says("✓ one")
        .go();
    assert_eq!(fs::read_dir(place.path("tmp")).unwrap().count(), 0);
    assert!(!place.path("work/left-behind").exists());
}

#[test]
fn a_huge_file_is_refused_by_the_limit() {
    let place = one();
    let body = "    let mut file = std::fs::File::create(\"big\").unwrap();\n    loop {\n        std::io::Write::write_all(&mut file, &[0; 1 << 20]).unwrap();\n    }";
    place.save("one", &answering(body));
    place.call("run").status(1).says("0 of 3 checks pass").go();
}

#[test]
fn wrong_arguments() {
    let place = one();
    for (args, complaint) in [
        ("run one two", "unexpected argument 'two'"),
        ("run --format yaml", "invalid value 'yaml'"),
        ("list one", "unexpected argument 'one'"),
        ("--nonsense", "unexpected argument '--nonsense'"),
        ("hint --level x", "invalid value 'x'"),
        ("watch --poll=1", "1 is not in 10..=60000"),
        ("--color sometimes list", "invalid value 'sometimes'"),
        (
            "--manual run",
            "`--manual`, `--poll` and `--plain` are options of `watch`",
        ),
        ("solution", "<NAME>"),
        (
            "run ../../etc/passwd",
            "there is no exercise `../../etc/passwd`",
        ),
        ("run ONE", "did you mean `one`?"),
    ] {
        place
            .call(args)
            .status(2)
            .stdout("")
            .complains(complaint)
            .go();
    }
}

#[test]
#[cfg(unix)]
fn a_directory_that_was_removed_underneath() {
    let place = one();
    fs::create_dir(place.path("gone")).unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", &format!("rmdir ../gone && {BACKLINGS} list")])
        .current_dir(place.path("gone"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("error: this directory does not exist any more"),
        "{told}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    let place = one();
    place.save("one", RIGHT);
    // /dev/full takes nothing.
    let line = format!("{BACKLINGS} list > /dev/full");
    let output = std::process::Command::new("sh")
        .args(["-c", &line])
        .current_dir(place.path("work"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("cannot write to standard output\n  because: No space left"),
        "{told}"
    );
}

#[test]
#[cfg(unix)]
fn a_workspace_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = one();
    let state = place.path("work/.backlings");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write all the same: then a file in place of the directory says the same.
    if fs::write(state.join("probe"), "").is_ok() {
        fs::remove_file(state.join("probe")).unwrap();
        fs::write(state.join("build"), "").unwrap();
    }
    place
        .call("run")
        .status(3)
        .complains("error: cannot make `PLACE/work/.backlings/build/one`\n  because: ")
        .go();
    fs::set_permissions(&state, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_learner_who_reads_standard_input_waits_for_nobody() {
    let place = one();
    place.save(
        "one",
        &answering("    let mut line = String::new();\n    std::io::stdin().read_line(&mut line).unwrap();\n    42 + u32::try_from(line.len()).unwrap()"),
    );
    place.call("run").says("✓ one passes all 3 checks").go();
}
