//! One token of a client: as readers see it without a lock, and the news its waiters wait for.

use std::sync::Arc;

use managed_identity_core::{AccessToken, CacheKey, Epoch, Error, TokenCache, TokenRequest, UnixTime};
use tokio::sync::watch;

use crate::replica::{Published, Replicas};

#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) key: CacheKey,
    pub(crate) request: TokenRequest,
    published: Published,
    news: watch::Sender<Option<News>>,
}

/// How a flight ended. Waiters take the outcome from here and not from the cache: they get it even if it is not worth
/// keeping, and however late they run.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) epoch: Epoch,
    pub(crate) end: End,
}

#[derive(Clone, Debug)]
pub(crate) enum End {
    Outcome(Result<AccessToken, Error>),
    /// Its runtime has ended; somebody else may go on.
    GivenUp,
    /// The effects panicked.
    Panicked,
}

impl Slot {
    pub(crate) fn new(key: CacheKey, request: TokenRequest, replicas: &Arc<Replicas>) -> Self {
        Self { key, request, published: Published::new(replicas), news: watch::Sender::new(None) }
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

    pub(crate) fn announce(&self, news: News) {
        self.news.send_replace(Some(news));
    }

    /// Whatever is announced from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<News>> {
        self.news.subscribe()
    }
}
