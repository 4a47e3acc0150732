//! One resource of a client: its token as readers see it without a lock, and the news its waiters wait for.

use std::ops::Range;

use arc_swap::ArcSwapOption;
use managed_identity_core::{AccessToken, CacheKey, Epoch, Error, TokenCache, TokenRequest, UnixTime};
use tokio::sync::watch;

use crate::threads::PerThread;

#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) key: CacheKey,
    pub(crate) request: TokenRequest,
    published: ArcSwapOption<Published>,
    news: watch::Sender<Option<News>>,
}

/// A token and when it needs no look into the cache.
#[derive(Debug)]
struct Published {
    fresh: Range<UnixTime>,
    token: PerThread<AccessToken>,
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
        Self { key, request, published: ArcSwapOption::empty(), news: watch::Sender::new(None) }
    }

    /// The token, if it is fresh: no lock, no allocation, and no cache line that another thread writes to.
    pub(crate) fn fresh(&self, now: UnixTime) -> Option<AccessToken> {
        let published = self.published.load();
        let published = published.as_ref().filter(|published| published.fresh.contains(&now))?;
        Some(published.token.mine().clone())
    }

    /// Shows readers what the cache holds. Called with the cache's lock held, so that the last to change it is the last
    /// to publish.
    pub(crate) fn publish(&self, cache: &TokenCache) {
        let published = cache.held(&self.key).map(|(token, fresh)| {
            std::sync::Arc::new(Published { fresh, token: PerThread::new(|| token.detached_clone()) })
        });
        self.published.store(published);
    }

    pub(crate) fn announce(&self, news: News) {
        self.news.send_replace(Some(news));
    }

    /// Whatever is announced from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<News>> {
        self.news.subscribe()
    }
}
