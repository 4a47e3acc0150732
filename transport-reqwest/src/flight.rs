//! Flights: a flow belongs to its key, not to the caller that began it. Callers join and leave.

use std::pin::Pin;
use std::sync::Arc;

use managed_identity_core::{AccessToken, Error, Lease, Lookup, TokenRequest, Wish};
use tokio::runtime::Handle;
use tracing::trace;

use crate::drive::Pending;
use crate::news::{End, News};
use crate::shared::Shared;
use crate::slot::Slot;

/// What the clones of a client and its handles hold. With the last of them every flight ends.
pub(crate) struct Flights {
    pub(crate) shared: Arc<Shared>,
}

impl Drop for Flights {
    fn drop(&mut self) {
        self.shared.farewell.say();
    }
}

impl Flights {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared: Arc::new(shared) }
    }

    /// The token, if it is fresh.
    pub(crate) fn fresh(&self, slot: &Slot) -> Option<AccessToken> {
        let token = slot.fresh(self.shared.now())?;
        self.shared.driver.counters.hits.increment();
        trace!(verdict = "fresh", "cache");
        Some(token)
    }

    /// A token that meets the wish, from the cache or else from the source. A caller that goes away while it waits leaves
    /// everything as it is.
    pub(crate) async fn obtain(&self, slot: &Arc<Slot>, wish: Wish) -> Result<AccessToken, Error> {
        let counters = &self.shared.driver.counters;
        let mut waited = false;
        let mut launched = None;
        let mut given_up = 0;
        loop {
            // Subscribed before the look into the cache: what is announced in between is not missed.
            let mut news = slot.news.subscribe();
            let lease = match self.shared.look(slot, &wish) {
                Lookup::Fresh(token) | Lookup::Stale { token, refresh: None } => {
                    if !waited {
                        counters.hits.increment();
                    }
                    return Ok(token);
                }
                Lookup::Stale { token, refresh: Some(lease) } => {
                    counters.renewals.increment();
                    counters.hits.increment();
                    // Where there is no runtime there is no background either, and the token serves until there is one.
                    if let Some(flight) = self.launch(slot, lease) {
                        drop(flight);
                    }
                    return Ok(token);
                }
                Lookup::Elected(lease) => Some(lease),
                Lookup::Busy { .. } => None,
                Lookup::Failed { error, .. } => {
                    if !waited {
                        counters.misses.increment();
                    }
                    return Err(error);
                }
            };
            if !waited {
                counters.misses.increment();
                waited = true;
            }
            if let Some(lease) = lease {
                if !wish.is_any() {
                    counters.renewals.increment();
                }
                launched = Some(lease.epoch());
                // A runtime that takes none any more, and yet drives this caller, has ended around a `block_on`.
                let flight =
                    if given_up < 2 { self.launch(slot, lease) } else { Some(Box::pin(self.flight(slot, lease)) as _) };
                if let Some(flight) = flight {
                    flight.await;
                }
            }
            match news.next().await {
                News { epoch, end: End::Outcome(outcome) } => {
                    if let Some(outcome) = wish.judge(epoch, &outcome) {
                        return outcome;
                    }
                }
                // A panic goes to one caller, and the others try for themselves: so it is not repeated for ever.
                News { epoch, end: End::Panicked } if launched == Some(epoch) => {
                    panic!("the effects of a managed-identity client panicked")
                }
                News { epoch, end: End::GivenUp } if launched == Some(epoch) => {
                    given_up += 1;
                    // A runtime that ends drops this caller here, and would wait for it for ever otherwise.
                    tokio::task::yield_now().await;
                }
                News { end: End::Panicked | End::GivenUp, .. } => {}
            }
        }
    }

    /// Begins a flight in a task of its own. Outside of tokio there are none: then it comes back, to be driven by the
    /// caller. It has a box of its own, since otherwise every future of a caller would have room for it.
    pub(crate) fn launch(&self, slot: &Arc<Slot>, lease: Lease) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let flight = self.flight(slot, lease);
        match Handle::try_current() {
            Ok(runtime) => {
                drop(runtime.spawn(flight));
                None
            }
            Err(_) => Some(Box::pin(flight)),
        }
    }

    fn flight(&self, slot: &Arc<Slot>, lease: Lease) -> impl Future<Output = ()> + Send + use<> {
        let request = lease.request(&slot.request);
        fly(LeaseGuard::new(&self.shared, slot, lease), request)
    }
}

async fn fly(guard: LeaseGuard, request: TokenRequest) {
    let not_before = guard.lease.as_ref().and_then(Lease::not_before);
    let outcome = tokio::select! {
        biased;
        outcome = guard.shared.driver.acquire(request, not_before, &guard.pending) => outcome,
        () = guard.shared.farewell.heard() => return,
    };
    guard.settle(&outcome);
}

/// Hands a lease back on every way out, the end of a runtime and a panic included, so that a waiter can take over.
struct LeaseGuard {
    shared: Arc<Shared>,
    slot: Arc<Slot>,
    pending: Pending,
    lease: Option<Lease>,
}

impl LeaseGuard {
    fn new(shared: &Arc<Shared>, slot: &Arc<Slot>, lease: Lease) -> Self {
        let (shared, slot) = (Arc::clone(shared), Arc::clone(slot));
        Self { shared, slot, pending: Pending::default(), lease: Some(lease) }
    }

    fn settle(mut self, outcome: &Result<AccessToken, Error>) {
        let Some(lease) = self.lease.take() else { return };
        let epoch = lease.epoch();
        let effects = &self.shared.driver.effects;
        let (now, seed) = (effects.now(), effects.seed());
        let mut cache = self.shared.cache();
        if cache.settle(lease, outcome, now, seed) {
            self.slot.publish(&cache);
        }
        drop(cache);
        // Told even if the cache has no use for it any more: it is what its waiters waited for.
        self.slot.news.announce(News { epoch, end: End::Outcome(outcome.clone()) });
    }
}

impl Drop for LeaseGuard {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            let epoch = lease.epoch();
            self.shared.cache().abandon(lease, self.pending.get());
            let end = if std::thread::panicking() { End::Panicked } else { End::GivenUp };
            self.slot.news.announce(News { epoch, end });
        }
    }
}
