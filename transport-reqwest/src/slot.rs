//! One token of a client: as readers see it without a lock, and the news its waiters wait for.

use std::sync::Arc;

use managed_identity_core::{AccessToken, CacheKey, TokenCache, TokenRequest, UnixTime};

use crate::news::Board;
use crate::replica::{Published, Replicas};

#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) key: CacheKey,
    pub(crate) request: TokenRequest,
    published: Published,
    pub(crate) news: Board,
}

impl Slot {
    pub(crate) fn new(key: CacheKey, request: TokenRequest, replicas: &Arc<Replicas>) -> Self {
        Self { key, request, published: Published::new(replicas), news: Board::default() }
    }

    /// The token, if it is fresh.
    pub(crate) fn fresh(&self, now: UnixTime) -> Option<AccessToken> {
        self.published.fresh(now)
    }

    /// Shows readers what the cache holds. Called with the cache's lock held, so that the last to change it is the last
    /// to publish.
    pub(crate) fn publish(&self, cache: &TokenCache) {
        self.published.set(cache.held(&self.key).map(|(token, fresh)| (token.clone(), fresh)));
    }
}
