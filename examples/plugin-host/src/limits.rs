//! How much a plug-in may use.

use std::time::Duration;

/// How often running plug-ins are looked at.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// How much a plug-in may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes of each of its memories.
    pub memory: usize,
    /// The longest time that it may compute, without its waits.
    pub compute: Duration,
    /// The longest time from call to answer, waits included.
    pub total: Duration,
    /// How many plug-ins can run at the same time.
    pub instances: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 16 << 20, compute: Duration::from_secs(1), total: Duration::from_secs(180), instances: 100 }
    }
}

impl Limits {
    /// How many looks may find the plug-in computing.
    pub(crate) fn ticks(&self) -> u64 {
        u64::try_from(self.compute.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX).max(1)
    }
}
