//! What all clones of a client have in common.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use managed_identity_core::{CacheKey, Lookup, TokenCache, TokenRequest, UnixTime, Wish};
use tracing::debug;

use crate::drive::Driver;
use crate::news::Farewell;
use crate::replica::Replicas;
use crate::slot::Slot;

/// Cache and driver. Flights hold it, so it may outlive the client for a moment.
pub(crate) struct Shared {
    pub(crate) driver: Driver,
    cache: Mutex<TokenCache>,
    replicas: Arc<Replicas>,
    slots: Mutex<Registry>,
    /// Said by the last who could want the outcome of a flight.
    pub(crate) farewell: Farewell,
}

/// The slots in use, one for each key, so that all who want one token wait for the same news.
#[derive(Default)]
struct Registry {
    slots: HashMap<CacheKey, Weak<Slot>>,
    /// From so many on it is worth looking for slots that nobody uses any more.
    sweep_at: usize,
}

impl Shared {
    pub(crate) fn new(driver: Driver) -> Self {
        let cache = Mutex::new(TokenCache::new(driver.settings.refresh.clone()));
        Self { driver, cache, replicas: Arc::default(), slots: Mutex::default(), farewell: Farewell::default() }
    }

    /// The lock is held for a look or a change, never while anything is awaited.
    pub(crate) fn cache(&self) -> MutexGuard<'_, TokenCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> UnixTime {
        self.driver.effects.now()
    }

    /// The slot of what this request asks for.
    pub(crate) fn slot(&self, request: TokenRequest) -> Arc<Slot> {
        let key = self.driver.origin.key(&request);
        let mut registry = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = registry.slots.get(&key).and_then(Weak::upgrade) {
            return slot;
        }
        if registry.slots.len() >= registry.sweep_at {
            registry.slots.retain(|_, slot| slot.strong_count() > 0);
            registry.sweep_at = 2 * registry.slots.len() + 64;
        }
        let slot = Arc::new(Slot::new(key.clone(), request, &self.replicas));
        // What the cache knows from an earlier slot of this key.
        slot.publish(&self.cache());
        registry.slots.insert(key, Arc::downgrade(&slot));
        slot
    }

    pub(crate) fn look(&self, slot: &Slot, wish: &Wish) -> Lookup {
        let now = self.now();
        let mut cache = self.cache();
        let found = cache.lookup_for(&slot.key, wish, now);
        if cache.held(&slot.key).is_none() {
            // What is over is not kept for readers either.
            slot.publish(&cache);
        }
        drop(cache);
        let verdict = match &found {
            Lookup::Fresh(_) => "fresh",
            Lookup::Stale { refresh: None, .. } => "stale",
            Lookup::Stale { refresh: Some(_), .. } => "stale, elected to renew",
            Lookup::Elected(_) => "elected",
            Lookup::Busy { .. } => "busy",
            Lookup::Failed { .. } => "failed",
        };
        debug!(verdict, resource = slot.key.resource(), id = slot.key.identity().id(), "cache");
        found
    }
}
