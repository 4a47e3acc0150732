//! One resource of a client: its token as readers see it without a lock, and the news its waiters wait for.

use std::ops::Range;

use managed_identity_core::{AccessToken, CacheKey, Epoch, Error, TokenCache, TokenRequest, UnixTime};
use tokio::sync::watch;

use crate::threads::Replicated;

#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) key: CacheKey,
    pub(crate) request: TokenRequest,
    published: Replicated<Option<Published>>,
    news: watch::Sender<Option<News>>,
}

/// A token and when it needs no look into the cache.
#[derive(Debug)]
struct Published {
    fresh: Range<UnixTime>,
    token: AccessToken,
}

impl Clone for Published {
    /// With a reference count of its own, for the thread that reads this clone.
    fn clone(&self) -> Self {
        Self { fresh: self.fresh.clone(), token: self.token.detached_clone() }
    }
}

/// How a lease ended. Waiters take the outcome from here and not from the cache: they get it even if it is not worth
/// keeping, and however late they run.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) epoch: Epoch,
    /// `None` when the caller who held the lease gave up.
    pub(crate) outcome: Option<Result<AccessToken, Error>>,
}

impl Slot {
    pub(crate) fn new(key: CacheKey, request: TokenRequest) -> Self {
        Self { key, request, published: Replicated::default(), news: watch::Sender::new(None) }
    }

    /// The token, if it is fresh. Only the first look of a thread after a change takes a lock and allocates.
    pub(crate) fn fresh(&self, now: UnixTime) -> Option<AccessToken> {
        self.published.read(|published| {
            let published = published.as_ref().filter(|published| published.fresh.contains(&now))?;
            Some(published.token.clone())
        })
    }

    /// Shows readers what the cache holds. Called with the cache's lock held, so that the last to change it is the last
    /// to publish.
    pub(crate) fn publish(&self, cache: &TokenCache) {
        self.published.set(cache.held(&self.key).map(|(token, fresh)| Published { fresh, token: token.clone() }));
    }

    pub(crate) fn announce(&self, news: News) {
        self.news.send_replace(Some(news));
    }

    /// Whatever is announced from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<News>> {
        self.news.subscribe()
    }
}
