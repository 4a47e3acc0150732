//! What is counted.

use std::ops::Range;

use crate::time::{Millis, SECOND};

/// Requests, second by second.
#[derive(Clone, Debug)]
pub(crate) struct PerSecond {
    within: Range<Millis>,
    counts: Vec<u32>,
}

impl PerSecond {
    pub(crate) fn within(within: Range<Millis>) -> Self {
        let seconds = (within.end - within.start) / SECOND;
        Self { counts: vec![0; usize::try_from(seconds).unwrap_or_default()], within }
    }

    pub(crate) fn count(&mut self, now: Millis) {
        let second = now.checked_sub(self.within.start).and_then(|since| usize::try_from(since / SECOND).ok());
        if let Some(count) = second.and_then(|second| self.counts.get_mut(second)) {
            *count += 1;
        }
    }

    pub(crate) fn load(self) -> Load {
        let mut sorted = self.counts.clone();
        sorted.sort_unstable();
        Load {
            peak: sorted.last().copied().unwrap_or_default(),
            median: sorted.get(sorted.len() / 2).copied().unwrap_or_default(),
            total: sorted.iter().map(|count| u64::from(*count)).sum(),
            per_second: self.counts,
        }
    }
}

/// How many requests came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// In the busiest second.
    pub peak: u32,
    /// In half of the seconds it was no more.
    pub median: u32,
    /// Altogether.
    pub total: u64,
    /// In each second that was measured.
    pub per_second: Vec<u32>,
}

/// What came of a run, in the time that its scenario measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// At the endpoints of all machines together.
    pub endpoints: Load,
    /// At the authority.
    pub authority: Load,
    /// The longest time without a token of each program, in milliseconds, in ascending order.
    pub without: Vec<Millis>,
    /// The calls that the programs made, to get on with their work.
    pub calls: u64,
    /// Those of them that got an error, or a token that the resources do not take any more.
    pub failed: u64,
}

impl Outcome {
    /// The longest time without a token that all but one program in a hundred stayed below, in milliseconds.
    #[must_use]
    pub fn without_p99(&self) -> Millis {
        self.without.get(self.without.len() * 99 / 100).copied().unwrap_or_default()
    }

    /// The longest time without a token of all, in milliseconds.
    #[must_use]
    pub fn without_max(&self) -> Millis {
        self.without.last().copied().unwrap_or_default()
    }

    /// The part of the calls that failed.
    #[must_use]
    pub fn failed_part(&self) -> f64 {
        self.failed as f64 / self.calls.max(1) as f64
    }
}
