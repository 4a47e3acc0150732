//! So many in so long a time.

use core::fmt;
use core::num::NonZeroU32;
use core::time::Duration;

use serde::Deserialize;

/// At most so many in so many seconds: `{ at_most = 60, per_seconds = 60 }`.
///
/// All of them may come at once; then one more each time that its share of the seconds is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    at_most: u32,
    per_seconds: NonZeroU32,
}

impl Rate {
    /// At most so many a minute.
    #[must_use]
    pub const fn per_minute(at_most: u32) -> Self {
        Self { at_most, per_seconds: NonZeroU32::MIN.saturating_add(59) }
    }

    /// How many may come at once.
    #[must_use]
    pub const fn at_most(&self) -> u32 {
        self.at_most
    }

    /// In which time.
    #[must_use]
    pub const fn period(&self) -> Duration {
        Duration::from_secs(self.per_seconds.get() as u64)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {} tokens in {} s", self.at_most, self.per_seconds)
    }
}
