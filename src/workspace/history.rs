//! Every judged text and its verdict, kept.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// How many attempts of an exercise are kept; the oldest go first.
const KEPT: usize = 200;

/// Keeps an attempt in `directory` as `0007.rs` with its verdict's text beside
/// it as `0007.txt`, and returns the path of the attempt. `files` has each text
/// with its ending (`rs`, `parse.rs`), the one that counts first. A text judged
/// twice in a row is kept once, with the later verdict.
///
/// # Errors
///
/// When the file system refuses.
pub fn keep(directory: &Path, files: &[(String, Vec<u8>)], verdict: &str) -> Result<PathBuf> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make `{}`", directory.display()))?;
    let ending = files.first().map_or("", |(ending, _)| ending);
    let mut numbers = numbers(directory, ending);
    let path_of = |number: usize, ending: &str| directory.join(format!("{number:04}.{ending}"));
    let is_kept = |number: usize| {
        files
            .iter()
            .all(|(ending, text)| fs::read(path_of(number, ending)).is_ok_and(|kept| kept == *text))
    };
    let same = numbers.last().copied().filter(|last| is_kept(*last));
    let number = same.unwrap_or_else(|| numbers.last().map_or(1, |last| last + 1));
    let write = |ending: &str, text: &[u8]| {
        let path = path_of(number, ending);
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))
    };
    if same.is_none() {
        for (ending, text) in files {
            write(ending, text)?;
        }
        numbers.push(number);
    }
    write("txt", verdict.as_bytes())?;
    for old in numbers.iter().take(numbers.len().saturating_sub(KEPT)) {
        let endings = files.iter().map(|(ending, _)| ending.as_str());
        for ending in endings.chain(["txt"]) {
            // A file that cannot be removed today is removed tomorrow.
            let _ = fs::remove_file(path_of(*old, ending));
        }
    }
    Ok(path_of(number, ending))
}

fn numbers(directory: &Path, ending: &str) -> Vec<usize> {
    let mut numbers: Vec<usize> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?
                .strip_suffix(ending)?
                .strip_suffix('.')?
                .parse()
                .ok()
        })
        .collect();
    numbers.sort_unstable();
    numbers
}
