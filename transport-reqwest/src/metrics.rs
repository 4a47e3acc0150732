//! Counts of what a client has done.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::replica::SpreadCounter;

/// A snapshot of a client's counts since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metrics {
    /// Tokens handed out from the cache, a stale one during its renewal included.
    pub hits: u64,
    /// Calls that found no usable token: each waited for the source, or shared the failure that the source has just told.
    pub misses: u64,
    /// Acquisitions that were begun while a usable token was at hand: ahead of time, or forced.
    pub renewals: u64,
    /// Acquisitions that ended in an error.
    pub failures: u64,
    /// HTTP requests sent or attempted.
    pub requests: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// The only one that a fresh token increments.
    pub(crate) hits: SpreadCounter,
    pub(crate) misses: Counter,
    pub(crate) renewals: Counter,
    pub(crate) failures: Counter,
    pub(crate) requests: Counter,
}

impl Counters {
    pub(crate) fn snapshot(&self) -> Metrics {
        Metrics {
            hits: self.hits.total(),
            misses: self.misses.total(),
            renewals: self.renewals.total(),
            failures: self.failures.total(),
            requests: self.requests.total(),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn increment(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
