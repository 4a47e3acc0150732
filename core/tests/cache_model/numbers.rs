//! The numbers that the model and the world share.

use std::time::Duration;

use managed_identity_core::UnixTime;

pub(crate) const KEYS: usize = 3;

// The numbers of the policy, in milliseconds.
pub(crate) const TOLERANCE: Millis = 5_000;
pub(crate) const LEASE: Millis = 180_000;
pub(crate) const EXPIRY_MARGIN: Millis = 30_000;
pub(crate) const RENEWAL_MARGIN: Millis = 300_000;
pub(crate) const RENEWAL_PAUSE: Millis = 300_000;
pub(crate) const REJECTION_PAUSE: Millis = 10_000;

/// Milliseconds since the epoch.
pub(crate) type Millis = u64;

pub(crate) fn at(time: Millis) -> UnixTime {
    UnixTime::from_duration(Duration::from_millis(time))
}
