//! The one notion of time in this crate: wall-clock time since the Unix epoch, always handed in by the caller.

use core::ops::{Add, Sub};
use core::time::Duration;

/// A point in wall-clock time, counted from 1970-01-01T00:00:00Z.
///
/// Wall-clock rather than monotonic time, because a token expires on the service's clock and monotonic clocks stop while
/// a machine sleeps. All arithmetic saturates, `+` and `-` included, so that no answer of a peer can make it overflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(Duration);

impl UnixTime {
    /// The time `seconds` after the epoch.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// The time `since_epoch` after the epoch, as `SystemTime::duration_since(UNIX_EPOCH)` gives it.
    #[must_use]
    pub const fn from_duration(since_epoch: Duration) -> Self {
        Self(since_epoch)
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0.as_secs()
    }

    /// The time since the epoch.
    #[must_use]
    pub const fn as_duration(self) -> Duration {
        self.0
    }

    /// This time moved forward; stays at the largest representable time on overflow.
    #[must_use]
    pub const fn saturating_add(self, by: Duration) -> Self {
        Self(self.0.saturating_add(by))
    }

    /// This time moved back; stays at the epoch on underflow.
    #[must_use]
    pub const fn saturating_sub(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(by))
    }

    /// How long after `earlier` this is; zero when it is not after.
    #[must_use]
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for UnixTime {
    type Output = Self;

    fn add(self, by: Duration) -> Self {
        self.saturating_add(by)
    }
}

impl Sub<Duration> for UnixTime {
    type Output = Self;

    fn sub(self, by: Duration) -> Self {
        self.saturating_sub(by)
    }
}
