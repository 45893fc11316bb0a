//! What the checks of this course stand on: failures that teach, a seeded
//! generator, real clients and real data.
//!
//! It is compiled with the standard library alone; a module that needs a crate
//! is there when the exercise names that crate in `info.toml`
//! (`#[cfg(feature = "rusqlite")]`).

pub use harness::{Failure, checks, fail, run, subject};

pub mod allocations;
pub mod bytes;
pub mod clock;
pub mod counted;
pub mod drip;
pub mod expect;
pub mod gate;
pub mod groups;
pub mod http;
#[cfg(feature = "rusqlite")]
pub mod marginalia;
pub mod memory;
pub mod panics;
pub mod patience;
pub mod program;
pub mod rng;
pub mod socket;
#[cfg(feature = "rusqlite")]
pub mod sql;
pub mod table;

pub use expect::{eq, err, ok};
pub use panics::no_panic;
pub use rng::{Rng, for_all};
