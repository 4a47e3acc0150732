//! What a lookup answers, and the right to renew that it may hand out.

use super::key::CacheKey;
use crate::error::Error;
use crate::values::{AccessToken, TokenDigest, TokenRequest, UnixTime};

/// The answer of [`TokenCache::lookup`](super::TokenCache::lookup).
///
/// Exhaustive on purpose: a driver must decide what it does in each case.
#[derive(Debug)]
#[must_use = "it may hold a lease, which keeps others from fetching until it is settled, abandoned or over"]
pub enum Lookup {
    /// The token is good; use it.
    Fresh(AccessToken),
    /// The token is good, and due for renewal; use it and do not wait.
    Stale {
        /// The token to use.
        token: AccessToken,
        /// Present when the caller is elected to renew it. Absent when another caller is at it, or a renewal has just
        /// failed.
        refresh: Option<Lease>,
    },
    /// The caller is elected to fetch a token.
    Elected(Lease),
    /// A flow is on its way: wait for its end.
    Busy {
        /// When its lease ends; looking again then elects someone else.
        until: UnixTime,
    },
    /// It has just failed, and asking again now would not help or is not welcome.
    Failed {
        /// How it failed.
        error: Error,
        /// From when on a caller is elected again.
        until: UnixTime,
    },
}

/// The right, and the duty, to fetch a token for one key: hand it back with
/// [`settle`](super::TokenCache::settle) or [`abandon`](super::TokenCache::abandon).
///
/// A lease that is dropped instead wedges nobody: it ends by itself after
/// [`RefreshPolicy::lease`](super::RefreshPolicy::lease). It cannot be handed back twice:
/// ```compile_fail,E0382
/// # use managed_identity_core::{Lease, TokenCache};
/// fn twice(cache: &mut TokenCache, lease: Lease) {
///     cache.abandon(lease, None);
///     cache.abandon(lease, None);
/// }
/// ```
#[derive(Debug)]
#[must_use = "fetch a token and settle the lease, or abandon it"]
pub struct Lease {
    pub(super) key: CacheKey,
    pub(super) epoch: Epoch,
    pub(super) since: UnixTime,
    pub(super) not_before: Option<UnixTime>,
    pub(super) rejected: Option<TokenDigest>,
}

impl Lease {
    /// The key to fetch a token for.
    #[must_use]
    pub const fn key(&self) -> &CacheKey {
        &self.key
    }

    /// Where it stands in the order of leases.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// When the flow may begin, where an earlier one was given up while it waited: what the service asked to wait for is
    /// waited for by its successor.
    #[must_use]
    pub const fn not_before(&self) -> Option<UnixTime> {
        self.not_before
    }

    /// The request to send: that of the key's caller, with the token that was rejected, if one was.
    #[must_use]
    pub fn request(&self, request: &TokenRequest) -> TokenRequest {
        match self.rejected {
            Some(rejected) => request.clone().with_rejected_digest(rejected),
            None => request.clone(),
        }
    }
}

/// A point in the order in which a cache hands out leases, whatever the clock does.
///
/// A [`Wish`](super::Wish) accepts only what was begun after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(u64);

impl Epoch {
    /// Before the first lease.
    pub(super) const START: Self = Self(0);

    pub(super) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}
