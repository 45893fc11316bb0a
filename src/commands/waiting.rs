//! What is told of a run while somebody waits for it.

use std::io::{self, IsTerminal as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::{Error, Result};
use crate::judge::Stage;
use crate::screen;

/// Shows on a terminal what takes longer than a moment.
pub struct Waiting {
    bar: Option<ProgressBar>,
    counting: ProgressStyle,
    last: Mutex<Option<Stage>>,
}

impl Waiting {
    /// Nothing is shown yet.
    ///
    /// # Errors
    ///
    /// Never, where the bar's template is in order.
    pub fn new() -> Result<Self> {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(ProgressStyle::default_spinner());
            bar
        });
        let counting = ProgressStyle::with_template("[{bar:30}] {msg}")
            .map_err(|error| Error::broken(error.to_string()))?
            .progress_chars("█▌·");
        Ok(Self {
            bar,
            counting,
            last: Mutex::new(None),
        })
    }

    /// Takes in what a run is busy with.
    pub fn tell(&self, stage: &Stage) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = |stage: &Stage| std::mem::discriminant(stage);
        let new = last.as_ref().map(kind) != Some(kind(stage));
        match &self.bar {
            Some(bar) => {
                match stage {
                    Stage::Crates { done, total, .. } if *total > 0 => {
                        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
                        bar.set_style(self.counting.clone());
                        bar.set_length(number(*total));
                        bar.set_position(number(*done));
                    }
                    _ if new => bar.set_style(ProgressStyle::default_spinner()),
                    _ => {}
                }
                bar.set_message(screen::stage(stage));
                if stage.is_slow() {
                    bar.enable_steady_tick(Duration::from_millis(100));
                }
            }
            // Where nobody sees a bar move, each thing that takes long is told once.
            None if new && stage.is_slow() => eprintln!("{}", screen::stage(stage)),
            None => {}
        }
        *last = Some(stage.clone());
    }

    /// Nothing is waited for any more.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
