//! What the cache knows under one key.

use core::ops::Range;

use super::lookup::Epoch;
use super::policy::RefreshPolicy;
use super::wish::Wish;
use crate::error::Error;
use crate::values::{AccessToken, TokenDigest, UnixTime};

/// A token, the attempt to get one, both, or nothing any more.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) token: Option<Held>,
    pub(super) attempt: Option<Attempt>,
    /// Of the latest lease; an earlier one no longer counts.
    pub(super) epoch: Epoch,
    /// What a flow that was given up was still waiting for.
    pub(super) pending: Option<Period>,
    pub(super) rejection: Option<Rejection>,
    /// How many attempts in a row have failed.
    pub(super) failures: u32,
}

/// A token that a resource rejected, remembered without keeping it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rejection {
    pub(super) digest: TokenDigest,
    /// The latest lease before it: what that one brings is no answer to the rejection.
    pub(super) barrier: Epoch,
    /// Another token has come in its place.
    pub(super) is_replaced: bool,
    /// When the next request for a replacement is welcome.
    pub(super) next: UnixTime,
}

/// A token in store.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) token: AccessToken,
    pub(super) obtained: UnixTime,
    pub(super) refresh_at: UnixTime,
    pub(super) usable_until: UnixTime,
    /// Of the lease that brought it.
    pub(super) epoch: Epoch,
}

/// The latest attempt that still keeps others from trying.
#[derive(Debug)]
pub(super) enum Attempt {
    /// It is on its way.
    Running(Period),
    /// It failed.
    Failed(Error, Period),
}

/// A stretch of time that began when it was recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    pub(super) since: UnixTime,
    pub(super) until: UnixTime,
}

impl Period {
    /// It began in the past, as far as clocks can be believed, and is not over.
    fn contains(self, now: UnixTime, policy: &RefreshPolicy) -> bool {
        self.since <= now.saturating_add(policy.clock_tolerance) && now < self.until
    }
}

impl Held {
    pub(super) fn new(token: AccessToken, obtained: UnixTime, epoch: Epoch, policy: &RefreshPolicy, seed: u64) -> Self {
        Self {
            refresh_at: policy.refresh_at(&token, obtained, seed),
            usable_until: policy.usable_until(&token, obtained),
            token,
            obtained,
            epoch,
        }
    }

    /// A renewal has failed at this time.
    pub(super) fn put_off(&mut self, now: UnixTime, policy: &RefreshPolicy, seed: u64) {
        let left = self.usable_until.saturating_since(now);
        self.refresh_at = self.refresh_at.max(now + policy.renewal_pause_before(left, seed));
    }

    /// When a lookup answers `Fresh`.
    pub(super) fn fresh(&self, policy: &RefreshPolicy) -> Range<UnixTime> {
        self.obtained.saturating_sub(policy.clock_tolerance)..self.refresh_at.min(self.usable_until)
    }

    /// It may be handed out.
    fn is_usable(&self, now: UnixTime, policy: &RefreshPolicy) -> bool {
        Period { since: self.obtained, until: self.usable_until }.contains(now, policy)
    }

    /// It is what a caller with this wish wants.
    pub(super) fn meets(&self, wish: &Wish) -> bool {
        self.epoch > wish.since && wish.rejected.is_none_or(|rejected| TokenDigest::of(&self.token) != rejected)
    }
}

impl Attempt {
    pub(super) const fn period(&self) -> Period {
        match self {
            Self::Running(period) | Self::Failed(_, period) => *period,
        }
    }
}

impl Entry {
    /// Forgets what is over. What was seen to be over stays so, even when the clock is set back later.
    pub(super) fn tidy(&mut self, now: UnixTime, policy: &RefreshPolicy) {
        self.token.take_if(|held| !held.is_usable(now, policy));
        self.attempt.take_if(|attempt| !attempt.period().contains(now, policy));
        self.pending.take_if(|pending| !pending.contains(now, policy));
    }

    /// A flow is on its way.
    pub(super) fn is_leased(&self, now: UnixTime, policy: &RefreshPolicy) -> bool {
        matches!(&self.attempt, Some(Attempt::Running(period)) if period.contains(now, policy))
    }

    /// A lookup would elect its caller to replace a token that is still valid.
    pub(super) fn is_due(&self, now: UnixTime, policy: &RefreshPolicy) -> bool {
        self.token.as_ref().is_some_and(|held| held.is_usable(now, policy) && now >= held.refresh_at)
            && !self.attempt.as_ref().is_some_and(|attempt| attempt.period().contains(now, policy))
    }

    /// When it becomes due, if nothing else happens before; `None` when its token is over first.
    pub(super) fn due_at(&self) -> Option<UnixTime> {
        let held = self.token.as_ref()?;
        let blocked_until = self.attempt.as_ref().map(|attempt| attempt.period().until).unwrap_or_default();
        Some(held.refresh_at.max(blocked_until)).filter(|at| *at < held.usable_until)
    }

    /// When the last thing known here is over.
    pub(super) fn over_at(&self) -> UnixTime {
        let token = self.token.as_ref().map(|held| held.usable_until);
        let attempt = self.attempt.as_ref().map(|attempt| attempt.period().until);
        let pending = self.pending.map(|pending| pending.until);
        token.max(attempt).max(pending).unwrap_or_default()
    }
}
