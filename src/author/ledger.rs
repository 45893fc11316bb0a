//! What has been proven, kept from one call to the next.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use super::Proof;
use crate::course::{Course, Exercise};
use crate::home;
use crate::judge::hash;

/// Proofs by exercise id, in a file.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    kept: Mutex<BTreeMap<String, Kept>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    /// What was proven; anything else is proven anew.
    key: String,
    runs: usize,
    proof: Proof,
}

/// Where the proofs of a course and what is built for them are kept. Nothing is
/// lost with it but time.
///
/// # Errors
///
/// When there is no home directory.
pub fn cache(course: &Course, directory: &Path) -> Result<PathBuf> {
    // Two clones of a course do not disturb each other.
    let clone = hash(&[directory.as_os_str().as_encoded_bytes()]);
    Ok(home::cache()?.join(format!("{}-{clone}", course.id)))
}

impl Ledger {
    /// Reads the ledger in a directory; one that cannot be read is empty.
    pub fn open(directory: &Path) -> Self {
        let path = directory.join("proofs.json");
        let kept = fs::read(&path).ok();
        let kept = kept.and_then(|text| serde_json::from_slice(&text).ok());
        Self {
            path,
            kept: Mutex::new(kept.unwrap_or_default()),
        }
    }

    /// The proof of an exercise that has this key, from at least so many runs.
    pub fn find(&self, exercise: &Exercise, key: &str, runs: usize) -> Option<Proof> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&exercise.id)?;
        (found.key == key && found.runs >= runs).then(|| found.proof.clone())
    }

    /// Keeps a proof.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn keep(&self, exercise: &Exercise, key: String, runs: usize, proof: &Proof) -> Result<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let proof = proof.clone();
        kept.insert(exercise.id.clone(), Kept { key, runs, proof });
        let write = || -> Result<()> {
            let directory = self.path.parent().context("a ledger has a directory")?;
            fs::create_dir_all(directory)?;
            let file = tempfile::NamedTempFile::new_in(directory)?;
            serde_json::to_writer(&file, &*kept)?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().with_context(|| format!("cannot write `{}`", self.path.display()))
    }
}
