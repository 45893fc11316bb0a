//! The parts of the benchmark that need no clock; see `benches/save_to_verdict`.

use std::path::Path;

use toml::Table;

use crate::save_to_verdict::course::{Save, built_in, tests_of};
use crate::save_to_verdict::floor::{join_compilers, relocate};
use crate::save_to_verdict::machine::value_of;
use crate::save_to_verdict::runners::Traced;
use crate::save_to_verdict::rustlings::{Binary, manifest};
use crate::save_to_verdict::table::{Figures, Sample, markdown};

fn samples(runner: &'static str, save: Save, times: &[f64]) -> Vec<Sample> {
    let sample = |milliseconds: &f64| Sample {
        exercise: "std".to_owned(),
        save,
        runner,
        round: 0,
        milliseconds: *milliseconds,
    };
    times.iter().map(sample).collect()
}

#[test]
fn the_median_is_the_middle_one_or_between_the_middle_two() {
    let median = |times: &[f64]| Figures::of(times.to_vec()).map(|one| one.median);
    assert_eq!(median(&[]), None);
    assert_eq!(median(&[7.0]), Some(7.0));
    assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
    assert_eq!(median(&[9.0, 1.0, 5.0, 3.0]), Some(4.0));
}

#[test]
fn a_row_has_medians_and_ratios() {
    let mut all = samples("backlings", Save::Passes, &[100.0, 90.0, 130.0]);
    all.extend(samples("floor", Save::Passes, &[80.0]));
    all.extend(samples("rustlings", Save::Passes, &[1000.0]));
    let text = markdown(&all);
    let row = "\n| std | passes | 100 (90 to 130) | 80 (80 to 80) | 1000 (1000 to 1000) | 10.0 | 1.25 |\n";
    assert!(text.contains(row), "{text}");
    assert!(!text.contains("was not measured"), "{text}");
}

#[test]
fn what_was_not_measured_is_said() {
    let mut all = samples("backlings", Save::CheckFails, &[50.0]);
    all.extend(samples("floor", Save::CheckFails, &[40.0]));
    let text = markdown(&all);
    let row = "\n| std | a check fails | 50 (50 to 50) | 40 (40 to 40) | – | – | 1.25 |\n";
    assert!(text.contains(row), "{text}");
    assert!(text.contains("rustlings was not measured"), "{text}");
}

#[test]
fn checks_become_tests() {
    let check = "#[path = \"../a.rs\"]\nmod subject;\n\nfn main() {\n    run(checks![one, two]);\n}\n\
        \nfn help() {}\n\nfn one() {\n    help();\n}\n\nfn two() {}\n";
    let tests = tests_of(check).unwrap();
    assert!(
        tests.contains("\n#[test]\nfn one() {\n    help();\n}"),
        "{tests}"
    );
    assert!(tests.contains("\n#[test]\nfn two() {}"), "{tests}");
    assert!(tests.contains("\nfn help() {}"), "{tests}");
    assert_eq!(tests.matches("#[test]").count(), 2);
}

#[test]
fn a_check_of_another_shape_is_refused() {
    assert!(tests_of("fn main() {}").is_err());
    assert!(tests_of("fn main() {\n    run(checks![gone]);\n}\n").is_err());
}

#[test]
fn all_exercises_have_their_texts() {
    let exercises = built_in(&[]).unwrap();
    assert_eq!(exercises.len(), 4);
    for exercise in &exercises {
        let texts: Vec<String> = exercise
            .saves()
            .map(|save| exercise.text(save, "x"))
            .collect();
        assert!(texts.iter().all(|text| text.ends_with(" x\n")));
        let mut others = texts.clone();
        others.dedup();
        assert_eq!(others, texts, "{}", exercise.name);
    }
    assert!(built_in(&["nothing".to_owned()]).is_err());
}

fn traced(program: &str, args: &[&str], cwd: &str, env: &[(&str, &str)]) -> Traced {
    let pair = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    Traced {
        program: program.to_owned(),
        args: args.iter().map(|&one| one.to_owned()).collect(),
        cwd: cwd.to_owned(),
        env: env.iter().map(pair).collect(),
        env_remove: Vec::new(),
    }
}

#[test]
fn the_floor_is_one_compiler_that_builds_and_lints() {
    let started = |args: &[&str]| traced("clippy-driver", args, "/w", &[]);
    let mut commands = vec![
        started(&["a.rs", "-o", "check", "-A", "clippy::all"]),
        started(&["a.rs", "-W", "clippy::correctness", "--emit=metadata"]),
        started(&[]),
    ];
    join_compilers(&mut commands);
    let args: Vec<&[String]> = commands.iter().map(|one| one.args.as_slice()).collect();
    let joined = ["a.rs", "-o", "check", "-W", "clippy::correctness"];
    assert_eq!(args, [&joined.map(str::to_owned)[..], &[]]);
}

#[test]
fn what_is_written_goes_elsewhere_and_libraries_stay() {
    let compiler = [
        "-C",
        "incremental=/w/b/inc",
        "-o",
        "/w/b/check",
        "-L",
        "/w/b/lib",
        "exercises/a.rs",
    ];
    let env = [
        ("BACKLINGS_REPORT", "/t/report"),
        ("BACKLINGS_SUBJECT", "/w/exercises/a.rs"),
        ("TMPDIR", "/t/home"),
    ];
    let mut commands = [
        traced("/bin/rustc", &compiler, "/w", &[]),
        traced("/w/b/check", &[], "/t/home", &env),
    ];
    relocate(
        &mut commands,
        Path::new("/w"),
        Path::new("/f"),
        Path::new("/f/home"),
    );
    let [compiler, check] = commands;
    assert_eq!(
        compiler.args,
        [
            "-C",
            "incremental=/f/incremental-0",
            "-o",
            "/f/product-0",
            "-L",
            "/w/b/lib",
            "exercises/a.rs"
        ]
    );
    assert_eq!(
        (compiler.program.as_str(), compiler.cwd.as_str()),
        ("/bin/rustc", "/f")
    );
    assert_eq!(
        (check.program.as_str(), check.cwd.as_str()),
        ("/f/product-0", "/f/home")
    );
    assert_eq!(check.env["BACKLINGS_REPORT"], "/f/home/report");
    assert_eq!(check.env["BACKLINGS_SUBJECT"], "/f/exercises/a.rs");
    assert_eq!(check.env["TMPDIR"], "/f/home");
}

#[test]
fn the_manifest_has_the_programs_and_the_courses_crates() {
    let course = "id = \"x\"\n[crates]\ntower = { version = \"1\", features = [\"util\"] }\n";
    let binary = Binary {
        name: "save_std".to_owned(),
        path: "exercises/save_std.rs".to_owned(),
    };
    let text = manifest(course, vec![binary]).unwrap();
    let table: Table = text.parse().unwrap();
    assert_eq!(
        table["bin"][0]["path"].as_str(),
        Some("exercises/save_std.rs")
    );
    assert_eq!(
        table["dependencies"]["tower"]["version"].as_str(),
        Some("1")
    );
}

#[test]
fn reads_what_the_system_says_of_itself() {
    let text = "NAME=\"A\"\nPRETTY_NAME=\"A 1 (x)\"\n";
    assert_eq!(
        value_of(text, "PRETTY_NAME", '=').as_deref(),
        Some("A 1 (x)")
    );
    let text = "processor\t: 0\nmodel name\t: Fast: 3 GHz\n";
    assert_eq!(
        value_of(text, "model name", ':').as_deref(),
        Some("Fast: 3 GHz")
    );
    assert_eq!(value_of(text, "none", ':'), None);
}
