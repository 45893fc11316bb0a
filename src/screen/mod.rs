//! What learners read: functions from data to text. Nothing here writes anywhere.

mod brief;
mod frame;
mod json;
mod list;
mod paint;
mod verdict;

pub use brief::{after_pass, assignment, hint, hints, next_exercise, solution, ticket};
pub use frame::{Frame, View};
pub use json::{exercise_list, report as json_report, report_list};
pub use list::{Row, State, list, rows};
pub use paint::Paint;
pub use verdict::{one_line, stage, verdict};
