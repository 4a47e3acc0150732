//! Single flight: however many callers want a token at once, one asks for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use managed_identity_core::{AccessToken, Epoch, Error, Lease, Lookup, TokenCache, TokenRequest, UnixTime};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tracing::{debug, trace};

use crate::flow::Driver;
use crate::slot::{News, Slot};

/// Cache and driver, shared by all clones of a client.
pub(crate) struct Shared {
    pub(crate) driver: Driver,
    cache: Mutex<TokenCache>,
}

/// Which tokens a caller accepts.
#[derive(Clone, Copy)]
enum Wish {
    /// Any usable one.
    Usable,
    /// One that was asked for after this point.
    Since(Epoch),
}

impl Shared {
    pub(crate) fn new(driver: Driver) -> Self {
        let cache = Mutex::new(TokenCache::new(driver.settings.refresh.clone()));
        Self { driver, cache }
    }

    /// The lock is held for a look or a change, never while anything is awaited.
    pub(crate) fn cache(&self) -> MutexGuard<'_, TokenCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> UnixTime {
        self.driver.effects.now()
    }

    /// The token, if it is fresh.
    pub(crate) fn fresh(&self, slot: &Slot) -> Option<AccessToken> {
        let token = slot.fresh(self.now())?;
        self.driver.counters.hits.increment();
        trace!(verdict = "fresh", "cache");
        Some(token)
    }

    /// A usable token, from the cache or else from the source.
    pub(crate) async fn usable(self: &Arc<Self>, slot: &Arc<Slot>) -> Result<AccessToken, Error> {
        self.obtain(slot, Wish::Usable, slot.request.clone()).await
    }

    /// A token that is asked for now, whatever the cache holds.
    pub(crate) async fn renewed(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        request: TokenRequest,
    ) -> Result<AccessToken, Error> {
        let since = self.cache().epoch();
        self.obtain(slot, Wish::Since(since), request).await
    }

    /// A token in place of a rejected one: forgotten if it is still held, so that whoever asks next fetches.
    pub(crate) async fn replaced(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        rejected: &AccessToken,
        request: TokenRequest,
    ) -> Result<AccessToken, Error> {
        self.forget(slot, rejected);
        self.obtain(slot, Wish::Usable, request).await
    }

    fn forget(&self, slot: &Slot, rejected: &AccessToken) {
        let mut cache = self.cache();
        cache.invalidate(&slot.key, rejected);
        slot.publish(&cache);
    }

    /// The token at hand, as long as it has not expired.
    pub(crate) fn held(&self, slot: &Slot) -> Option<AccessToken> {
        let now = self.now();
        let cache = self.cache();
        let (token, _) = cache.held(&slot.key)?;
        (now < token.expires_on()).then(|| token.clone())
    }

    async fn obtain(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        wish: Wish,
        request: TokenRequest,
    ) -> Result<AccessToken, Error> {
        let counters = &self.driver.counters;
        let mut waited = false;
        loop {
            // Subscribed before the look into the cache: what is announced in between is not missed.
            let news = slot.subscribe();
            let now = self.now();
            match self.look(slot, wish, now) {
                Lookup::Fresh(token) | Lookup::Stale { token, refresh: None } => {
                    if !waited {
                        counters.hits.increment();
                    }
                    return Ok(token);
                }
                Lookup::Stale { token, refresh: Some(lease) } => {
                    counters.renewals.increment();
                    let guard = LeaseGuard::new(self, slot, lease);
                    return Ok(self.renew(guard, request, token).await);
                }
                Lookup::Elected(lease) => {
                    match wish {
                        Wish::Usable => counters.misses.increment(),
                        Wish::Since(_) => counters.renewals.increment(),
                    }
                    return self.fetch(LeaseGuard::new(self, slot, lease), wish, request).await;
                }
                Lookup::Busy { until } => {
                    if !waited {
                        counters.misses.increment();
                    }
                    waited = true;
                    if let Some(outcome) = self.wait(news, wish, until.saturating_since(now)).await {
                        return self.or_old_token(slot, wish, outcome);
                    }
                }
                Lookup::Failed { error, .. } => {
                    if !waited {
                        counters.misses.increment();
                    }
                    return Err(error);
                }
            }
        }
    }

    fn look(&self, slot: &Slot, wish: Wish, now: UnixTime) -> Lookup {
        let mut cache = self.cache();
        let found = match wish {
            Wish::Usable => cache.lookup(&slot.key, now),
            Wish::Since(since) => cache.lookup_since(&slot.key, since, now),
        };
        drop(cache);
        let verdict = match &found {
            Lookup::Fresh(_) => "fresh",
            Lookup::Stale { refresh: None, .. } => "stale",
            Lookup::Stale { refresh: Some(_), .. } => "stale, elected to renew",
            Lookup::Elected(_) => "elected",
            Lookup::Busy { .. } => "busy",
            Lookup::Failed { .. } => "failed",
        };
        debug!(verdict, resource = slot.key.resource(), "cache");
        found
    }

    /// Renews in the background and hands out the token at hand, or waits for the renewal where there is no background.
    async fn renew(self: &Arc<Self>, guard: LeaseGuard, request: TokenRequest, token: AccessToken) -> AccessToken {
        if self.driver.settings.background_renewal
            && let Ok(runtime) = Handle::try_current()
        {
            self.driver.counters.hits.increment();
            let shared = Arc::clone(self);
            drop(runtime.spawn(async move {
                // The outcome is in the cache, and whoever waited was told.
                let _ = shared.run(guard, request).await;
            }));
            return token;
        }
        self.run(guard, request).await.unwrap_or(token)
    }

    async fn fetch(
        self: &Arc<Self>,
        guard: LeaseGuard,
        wish: Wish,
        request: TokenRequest,
    ) -> Result<AccessToken, Error> {
        let slot = Arc::clone(&guard.slot);
        let outcome = self.run(guard, request).await;
        self.or_old_token(&slot, wish, outcome)
    }

    /// In its last minutes an old token still serves when no new one is to be had.
    fn or_old_token(&self, slot: &Slot, wish: Wish, outcome: Result<AccessToken, Error>) -> Result<AccessToken, Error> {
        match (outcome, wish) {
            (Err(error), Wish::Usable) => self.held(slot).ok_or(error),
            (outcome, _) => outcome,
        }
    }

    async fn run(&self, guard: LeaseGuard, request: TokenRequest) -> Result<AccessToken, Error> {
        let outcome = self.driver.acquire(request).await;
        guard.settle(&outcome);
        outcome
    }

    /// Waits for the end of another caller's lease, at most this long. `None` means: look again.
    async fn wait(
        &self,
        mut news: watch::Receiver<Option<News>>,
        wish: Wish,
        at_most: Duration,
    ) -> Option<Result<AccessToken, Error>> {
        tokio::select! {
            biased;
            changed = news.changed() => changed.ok()?,
            () = self.driver.effects.sleep(at_most) => return None,
        }
        let News { epoch, outcome } = news.borrow_and_update().clone()?;
        match wish {
            Wish::Since(since) if epoch <= since => None,
            Wish::Usable | Wish::Since(_) => outcome,
        }
    }
}

/// Hands a lease back on every way out, a dropped future and a panic included, so that a waiter can take over.
struct LeaseGuard {
    shared: Arc<Shared>,
    slot: Arc<Slot>,
    epoch: Epoch,
    lease: Option<Lease>,
}

impl LeaseGuard {
    fn new(shared: &Arc<Shared>, slot: &Arc<Slot>, lease: Lease) -> Self {
        Self { shared: Arc::clone(shared), slot: Arc::clone(slot), epoch: lease.epoch(), lease: Some(lease) }
    }

    fn settle(mut self, outcome: &Result<AccessToken, Error>) {
        let Some(lease) = self.lease.take() else { return };
        let effects = &self.shared.driver.effects;
        let mut cache = self.shared.cache();
        if !cache.settle(lease, outcome, effects.now(), effects.seed()) {
            return;
        }
        self.slot.publish(&cache);
        drop(cache);
        self.slot.announce(News { epoch: self.epoch, outcome: Some(outcome.clone()) });
    }
}

impl Drop for LeaseGuard {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            self.shared.cache().abandon(lease);
            self.slot.announce(News { epoch: self.epoch, outcome: None });
        }
    }
}
