//! What everything that is built for checks is built with.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::process::{self, Cancel, Child, Ended};
use super::toolchain::Toolchain;
use super::{Judged, Stage};

/// How often a lock that somebody else holds is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(50);

/// One piece of building: with what, how hurriedly, who may stop it and who hears of it.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    pub toolchain: &'a Toolchain,
    pub urgency: Urgency,
    pub cancel: &'a Cancel,
    pub progress: &'a dyn Fn(Stage),
}

/// Whether somebody waits for what is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// The learner does: every core works on it.
    Now,
    /// Nobody does yet: it runs at a low priority and leaves a core alone.
    Ahead,
}

impl Work<'_> {
    /// Waits for a lock file's lock; it is released when the file is dropped.
    pub fn lock(&self, path: &Path) -> Result<Judged<File>> {
        let file =
            File::create(path).with_context(|| format!("cannot write `{}`", path.display()))?;
        let mut told = false;
        while let Err(TryLockError::WouldBlock) = file.try_lock() {
            if self.cancel.is_cancelled() {
                return Ok(Judged::Cancelled);
            }
            if !told {
                (self.progress)(Stage::Waiting);
                told = true;
            }
            std::thread::sleep(TRY_AGAIN);
        }
        // Some network file systems have no locks: then two terminals must take care themselves.
        Ok(Judged::Done(file))
    }

    /// Runs a child to its end.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn run(&self, mut child: Child<'_>, heard: &mut dyn FnMut(&[u8])) -> Result<Ended> {
        child.polite = self.urgency == Urgency::Ahead;
        process::run(child.clone(), self.cancel, heard)
            .with_context(|| format!("cannot start `{}`", child.program.display()))
    }

    /// How many things Cargo may build at once.
    pub fn jobs(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        match self.urgency {
            Urgency::Now => cores,
            Urgency::Ahead => (cores - 1).max(1),
        }
    }
}
