//! Building what later exercises need, while the learner works on this one.

use std::panic;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};

use super::events::Event;
use crate::judge::{Cancel, Judge, Judged, Urgency};
use crate::workspace::Workspace;

/// A thread that builds, one thing after another, in the order in which the
/// exercises need them. What it has built stays when it is stopped.
pub struct Ahead {
    cancel: Cancel,
    thread: JoinHandle<()>,
}

impl Ahead {
    /// Begins with what the exercises from the one at `from` on need.
    pub fn start(
        workspace: Arc<Workspace>,
        judge: Arc<Judge>,
        from: usize,
        sender: Sender<Event>,
    ) -> Self {
        let cancel = Cancel::default();
        let stop = cancel.clone();
        let thread = thread::spawn(move || {
            let all = &workspace.course.exercises;
            let exercises = all[from..].iter().chain(&all[..from]);
            let told = |stage| {
                let _ = sender.send(Event::Ahead(Ok(Some(stage))));
            };
            let build = || -> anyhow::Result<()> {
                judge.choose_linker(Urgency::Ahead, &stop)?;
                if judge.was_all_supplied() {
                    return Ok(());
                }
                for exercise in judge.suppliers(exercises)? {
                    if !judge.is_supplied(exercise)?
                        && judge.supply(exercise, Urgency::Ahead, &stop, &told)?
                            == Judged::Cancelled
                    {
                        return Ok(());
                    }
                }
                judge.remember_all_supplied()
            };
            let built = panic::catch_unwind(panic::AssertUnwindSafe(build));
            let result = match built {
                Ok(Ok(())) => Ok(None),
                Ok(Err(error)) => Err(format!("{error:#}")),
                // The panic has told of itself.
                Err(_) => Ok(None),
            };
            if !stop.is_cancelled() {
                // The loop may have ended already.
                let _ = sender.send(Event::Ahead(result));
            }
        });
        Self { cancel, thread }
    }

    /// Holds it: the processor belongs to a verdict now.
    pub fn pause(&self) {
        self.cancel.pause();
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.cancel.resume();
    }

    /// Stops it; the thread that is returned ends soon.
    pub fn stop(self) -> JoinHandle<()> {
        self.cancel.cancel();
        self.thread
    }
}
