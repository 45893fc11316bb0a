//! Every judged text and its verdict, kept.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// How many attempts of an exercise are kept; the oldest go first.
const KEPT: usize = 200;

/// Keeps an attempt in `directory` as `0007.rs` with its verdict's text beside
/// it as `0007.txt`, and returns the path of the attempt. A text judged twice in
/// a row is kept once, with the later verdict.
///
/// # Errors
///
/// When the file system refuses.
pub fn keep(directory: &Path, ending: &str, attempt: &[u8], verdict: &str) -> Result<PathBuf> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot make `{}`", directory.display()))?;
    let mut numbers = numbers(directory, ending);
    let path_of = |number: usize| directory.join(format!("{number:04}.{ending}"));
    let same = numbers
        .last()
        .filter(|last| fs::read(path_of(**last)).is_ok_and(|kept| kept == attempt))
        .copied();
    let number = same.unwrap_or_else(|| numbers.last().map_or(1, |last| last + 1));
    let path = path_of(number);
    if same.is_none() {
        fs::write(&path, attempt).with_context(|| format!("cannot write `{}`", path.display()))?;
        numbers.push(number);
    }
    fs::write(path.with_extension("txt"), verdict)
        .with_context(|| format!("cannot write `{}`", path.with_extension("txt").display()))?;
    for old in numbers.iter().take(numbers.len().saturating_sub(KEPT)) {
        // A file that cannot be removed today is removed tomorrow.
        let _ = fs::remove_file(path_of(*old));
        let _ = fs::remove_file(path_of(*old).with_extension("txt"));
    }
    Ok(path)
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
