//! What is told of a run while somebody waits for it.

use std::sync::{Mutex, PoisonError};

use super::progress::ProgressLine;
use crate::judge::Stage;
use crate::screen::{self, Paint};

/// Shows on a terminal what takes longer than a moment, until this is dropped.
pub struct Waiting {
    line: ProgressLine,
    last: Mutex<Option<Stage>>,
}

impl Waiting {
    /// Nothing is shown yet.
    pub fn new(paint: Paint) -> Self {
        Self {
            line: ProgressLine::new(paint),
            last: Mutex::new(None),
        }
    }

    /// Takes in what a run is busy with.
    pub fn tell(&self, stage: &Stage) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = |stage: &Stage| std::mem::discriminant(stage);
        let new = last.as_ref().map(kind) != Some(kind(stage));
        if self.line.is_seen() {
            let (done, total) = match stage {
                Stage::Crates { done, total, .. } => (*done, *total),
                _ => (0, 0),
            };
            self.line.count(done, total, "crates");
            self.line.say(screen::stage(stage));
        } else if new && stage.is_slow() {
            // Where nobody sees a line move, each thing that takes long is told once.
            eprintln!("{}", screen::stage(stage));
        }
        *last = Some(stage.clone());
    }
}
