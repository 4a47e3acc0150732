//! Durations as WASI counts them.

use core::time::Duration;

/// A duration as WASI counts it. Anything too long for that is for ever.
pub(super) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
