//! The course's solutions against implementations that we did not write: parsers from
//! the registry, captured messages, real clients. What learners are taught is right by the
//! standard, and not by our reading of it.

mod cookie1;
mod http6;
mod range1;
