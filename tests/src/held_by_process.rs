//! What the operating system says this process holds. `None` where it has no `/proc` to say it in.

use std::fs;

/// How many descriptors are open.
#[must_use]
pub fn descriptors() -> Option<usize> {
    // The listing itself holds one while it lasts.
    Some(fs::read_dir("/proc/self/fd").ok()?.count() - 1)
}

/// The most memory that was resident at any time so far, in KiB.
#[must_use]
pub fn peak_memory_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    value.trim().strip_suffix("kB")?.trim().parse().ok()
}
