//! Times and durations between Rust and JavaScript.

use core::time::Duration;

use managed_identity_core::UnixTime;

/// A time as JavaScript has it, in milliseconds since the epoch. What is no time is the epoch.
pub(crate) fn time(milliseconds: f64) -> UnixTime {
    // The conversion saturates.
    UnixTime::from_duration(Duration::from_millis(milliseconds as u64))
}

/// Milliseconds as JavaScript has them.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    // Exact for any time that a clock shows.
    duration.as_secs() as f64 * 1000.0 + f64::from(duration.subsec_millis())
}
