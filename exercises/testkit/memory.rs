//! How much address space the process has reserved: for what a counting allocator cannot
//! see, such as the memory of a standard library that is linked dynamically.
//!
//! The system counts in pages, and allocators ask it for more than they need. So compare
//! with some room, a MiB or more. Only Linux tells; elsewhere there is no answer.
//!
//! ```
//! use testkit::memory;
//!
//! let before = memory::highest();
//! let reserved = std::hint::black_box(Vec::<u8>::with_capacity(256 << 20));
//! if let (Some(before), Some(after)) = (before, memory::highest()) {
//!     assert!(after >= before + (128 << 20));
//! }
//! # drop(reserved);
//! ```

use std::fs;

/// The bytes of address space that are reserved now.
pub fn held() -> Option<u64> {
    status("VmSize:")
}

/// The most that were reserved at once since the process began. What is reserved and
/// given back where more had been reserved before does not show.
pub fn highest() -> Option<u64> {
    status("VmPeak:")
}

/// A line of `/proc/self/status` (proc_pid_status(5)), which is in KiB.
fn status(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn what_is_reserved_shows_while_it_is_held_and_as_the_highest_afterwards() {
        let Some(before) = held() else {
            assert_ne!(std::env::consts::OS, "linux", "/proc/self/status is there");
            return;
        };
        let size = 256 << 20;
        let room = black_box(Vec::<u8>::with_capacity(size));
        assert!(held().unwrap() >= before + size as u64 / 2);
        drop(room);
        assert!(highest().unwrap() >= before + size as u64 / 2);
    }
}
