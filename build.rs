//! Packs and lists the files that the program carries, for `src/embedded.rs`, and
//! rebuilds it when one of them changes, comes or goes.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hasher as _};
use std::io;
use std::path::Path;

use miniz_oxide::deflate::compress_to_vec;

/// Directories below an exercise's that only `dev` commands need.
const FOR_AUTHORS: &[&str] = &["wrong", "alternatives"];

fn main() -> io::Result<()> {
    write_exercises()?;
    write_template("template.rs", "src/author/template")?;
    write_fingerprint(
        "fingerprint.txt",
        &["info.toml", "exercises", "src/harness"],
    )
}

/// Writes a text that is another one when one of the files does, or of those below a
/// directory, changes: so the program need not read all that it carries to tell.
fn write_fingerprint(text: &str, of: &[&str]) -> io::Result<()> {
    let mut hasher = DefaultHasher::new();
    for root in of {
        println!("cargo::rerun-if-changed={root}");
        let mut names = Vec::new();
        if Path::new(root).is_dir() {
            walk(Path::new(root), "/", FOR_AUTHORS, &mut names)?;
            names.sort();
        } else {
            names.push(String::new());
        }
        for name in names {
            let path = format!("{root}{name}");
            let bytes = fs::read(&path)?;
            for part in [path.as_bytes(), &bytes] {
                hasher.write_usize(part.len());
                hasher.write(part);
            }
        }
    }
    write_out(text, format!("{:016x}", hasher.finish()).as_bytes())
}

/// Writes the exercises as one file, `exercises.packed`, each of their files packed by
/// itself (DEFLATE, RFC 1951), and the table `exercises.rs`: sorted by path,
/// `(path, start, end)`.
///
/// Files of a kind stand side by side: who reads a few of them should not have the
/// others in memory, and what is never read while watching comes last.
fn write_exercises() -> io::Result<()> {
    let mut paths = Vec::new();
    println!("cargo::rerun-if-changed=exercises");
    walk(
        Path::new("exercises"),
        "exercises/",
        FOR_AUTHORS,
        &mut paths,
    )?;
    paths.sort();
    paths.sort_by_key(|path| {
        let is_below = |name: &str| path.split('/').any(|part| part == name);
        let kinds = [
            is_below("testkit"),
            is_below("checks"),
            !is_below("solutions"),
        ];
        // Solutions come last.
        kinds.iter().position(|is| *is).unwrap_or(kinds.len())
    });

    let mut packed = Vec::new();
    let mut table = Vec::new();
    for path in paths {
        let start = packed.len();
        // The usual level: a higher one takes much longer, and gains a hundredth.
        packed.extend(compress_to_vec(&fs::read(&path)?, 6));
        table.push((path, start, packed.len()));
    }
    table.sort();
    write_out("exercises.packed", &packed)?;
    write_out("exercises.rs", format!("&{table:?}").as_bytes())
}

/// Writes `table` to Cargo's output directory: an expression that lists the files
/// below `directory`, sorted by their path below it, with their bytes.
fn write_template(table: &str, directory: &str) -> io::Result<()> {
    println!("cargo::rerun-if-changed={directory}");
    let mut names = Vec::new();
    walk(Path::new(directory), "", &[], &mut names)?;
    names.sort();
    let mut code = String::from("&[\n");
    for name in names {
        // It makes the compiler look at the file itself on every build.
        let path = format!("/{directory}/{name}");
        let bytes = format!("include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))");
        let _ = writeln!(code, "    ({name:?}, {bytes}),");
    }
    code.push(']');
    write_out(table, code.as_bytes())
}

fn write_out(name: &str, bytes: &[u8]) -> io::Result<()> {
    let out = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&out).join(name), bytes)
}

/// Adds the names of the files below `directory`, each after `above`.
fn walk(
    directory: &Path,
    above: &str,
    left_out: &[&str],
    names: &mut Vec<String>,
) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(io::Error::other(format!("{path:?} is no UTF-8 name")));
        };
        if path.is_file() {
            names.push(format!("{above}{name}"));
        } else if path.is_dir() && !left_out.contains(&name) {
            walk(&path, &format!("{above}{name}/"), left_out, names)?;
        }
    }
    Ok(())
}
