//! What learners read: functions from data to text. Nothing here writes anywhere.

mod brief;
mod frame;
mod hunt;
mod json;
mod list;
mod paint;
mod proof;
mod update;
mod verdict;

pub use brief::{after_pass, assignment, hint, hints, next_exercise, solution, ticket};
pub use frame::{Frame, View};
pub use hunt::{Hunt, hunt, hunt_json};
pub use json::{exercise_list, report as json_report, report_list};
pub use list::{Row, State, list, rows};
pub use paint::Paint;
pub use proof::{ExerciseProof, Proofs, proofs, proofs_json};
pub use update::updated;
pub use verdict::{one_line, stage, stage_ahead, verdict};
