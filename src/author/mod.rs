//! For those who write courses: the proof of a course, mutants of its solutions,
//! and a course to begin with.
//!
//! A proof tries every answer that a course has for its own exercises with the
//! judge that learners have: what must fail fails in the way it should, what must
//! pass passes, whatever the order of the checks and however busy the machine.

mod answers;
mod assessment;
mod finding;
mod format;
mod hunt;
mod ledger;
mod leftovers;
mod load;
mod mutants;
mod new;
mod proof;
mod tree;

pub use answers::{Answers, Candidate, Role};
pub use finding::{Finding, Kind};
pub use hunt::{Fate, Prey, fate, prey, time_limit};
pub use ledger::{Ledger, cache};
pub use new::new;
pub use proof::{Alone, Attempt, CheckUse, Counts, Later, Proof, Prover, Trials};
pub use tree::{course as tree_of_course, stale_lock};
