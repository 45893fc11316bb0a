//! Lists the files that the program carries, for `src/embedded.rs`, packs the large
//! ones, and rebuilds it when one of them changes, comes or goes.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hasher as _};
use std::io;
use std::path::Path;

use miniz_oxide::deflate::compress_to_vec;

/// Directories below an exercise's that only `dev` commands need.
const FOR_AUTHORS: &[&str] = &["wrong", "alternatives"];

/// Directories whose files are packed (DEFLATE, RFC 1951): much text, of which one file
/// at a time is read.
const PACKED: &[&str] = &["checks", "solutions"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=info.toml");
    write_table(
        "exercises.rs",
        "exercises",
        "exercises/",
        FOR_AUTHORS,
        content,
    )?;
    write_table("template.rs", "src/author/template", "", &[], |_, path| {
        Ok(include(path))
    })?;
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

/// Writes `table` to Cargo's output directory: an expression that lists the files
/// below `directory`, sorted by name, a name being `prefix` and the path below it.
/// `value` makes the expression of a file, out of its place in the list and its path.
fn write_table(
    table: &str,
    directory: &str,
    prefix: &str,
    left_out: &[&str],
    value: impl Fn(usize, &str) -> io::Result<String>,
) -> io::Result<()> {
    println!("cargo::rerun-if-changed={directory}");
    let mut names = Vec::new();
    walk(Path::new(directory), "", left_out, &mut names)?;
    names.sort();
    let mut code = String::from("&[\n");
    for (number, name) in names.iter().enumerate() {
        let key = format!("{prefix}{name}");
        let value = value(number, &format!("{directory}/{name}"))?;
        let _ = writeln!(code, "    ({key:?}, {value}),");
    }
    code.push(']');
    write_out(table, code.as_bytes())
}

/// A file of an exercise as `Content` of `src/embedded.rs`.
fn content(number: usize, path: &str) -> io::Result<String> {
    if !path.split('/').any(|part| PACKED.contains(&part)) {
        return Ok(format!("Content::Plain({})", include(path)));
    }
    let file = format!("packed-{number}");
    // The usual level: a higher one takes much longer, and gains a hundredth.
    write_out(&file, &compress_to_vec(&fs::read(path)?, 6))?;
    let path = format!("/{file}");
    Ok(format!(
        "Content::Packed(include_bytes!(concat!(env!(\"OUT_DIR\"), {path:?})))"
    ))
}

/// The bytes of a file of the repository. `include_bytes!` makes the compiler look at
/// the file itself on every build.
fn include(path: &str) -> String {
    let path = format!("/{path}");
    format!("include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))")
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
