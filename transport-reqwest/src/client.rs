//! The client.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use managed_identity_core::{AccessToken, CacheKey, Error, Source, TokenRequest};

use crate::effects::AsyncEffects;
use crate::flow::Driver;
use crate::metrics::{Counters, Metrics};
use crate::obtain::Shared;
use crate::resource::ResourceClient;
use crate::settings::Settings;
use crate::slot::Slot;

/// Gets access tokens of a managed identity. Cheap to clone; clones share the cache and the connections.
#[derive(Clone)]
pub struct ManagedIdentityClient {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    /// By resource as it was given, so that a known one is found without an allocation.
    slots: ArcSwap<HashMap<String, Arc<Slot>>>,
    max_slots: usize,
}

impl ManagedIdentityClient {
    pub(crate) fn new(source: Source, settings: Settings, effects: Arc<dyn AsyncEffects>) -> Result<Self, Error> {
        let max_slots = settings.refresh.max_entries;
        let driver = Driver { source: Arc::new(source), settings, effects, counters: Counters::default() };
        let shared = Arc::new(Shared::new(driver));
        let client = Self { inner: Arc::new(Inner { shared, slots: ArcSwap::default(), max_slots }) };
        // Whether the source knows this kind of identity does not depend on the resource, so it is said at once.
        let driver = &client.inner.shared.driver;
        driver.source.check(&driver.settings.identity)?;
        Ok(client)
    }

    /// Where tokens come from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.inner.shared.driver.source
    }

    /// A token for a resource such as `https://vault.azure.net`, or for a scope such as
    /// `https://vault.azure.net/.default`.
    ///
    /// # Errors
    /// Any [`Error`]; its text names the next step to take.
    pub async fn get_token(&self, resource: &str) -> Result<AccessToken, Error> {
        match self.fresh(resource) {
            Some(token) => Ok(token),
            None => self.resource(resource)?.get_token().await,
        }
    }

    /// The token of a known resource, if it is fresh; found without touching a reference count that others touch too.
    fn fresh(&self, resource: &str) -> Option<AccessToken> {
        self.inner.shared.fresh(self.inner.slots.load().get(resource)?)
    }

    /// A handle bound to one resource, for the shortest path to its token, and for renewing and replacing it.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the resource is empty.
    pub fn resource(&self, resource: &str) -> Result<ResourceClient, Error> {
        let known = self.inner.slots.load().get(resource).cloned();
        let slot = match known {
            Some(slot) => slot,
            None => self.add(resource)?,
        };
        Ok(ResourceClient::new(Arc::clone(&self.inner.shared), slot))
    }

    /// What this client and its clones have done so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.inner.shared.driver.counters.snapshot()
    }

    fn request(&self, resource: &str) -> Result<TokenRequest, Error> {
        let settings = &self.inner.shared.driver.settings;
        let request = TokenRequest::for_resource(resource)?
            .with_identity(settings.identity.clone())
            .with_client_capabilities(settings.client_capabilities.iter().cloned());
        Ok(request)
    }

    /// Adds a resource; a scope and its resource share a slot.
    fn add(&self, resource: &str) -> Result<Arc<Slot>, Error> {
        let request = self.request(resource)?;
        let key = CacheKey::new(self.source(), &request);
        // The cache's lock keeps two callers from adding the same resource twice.
        let cache = self.inner.shared.cache();
        let mut slots = HashMap::clone(&self.inner.slots.load());
        if slots.len() >= self.inner.max_slots {
            slots.retain(|_, slot| cache.held(&slot.key).is_some() || Arc::strong_count(slot) > 2);
        }
        let same = slots.values().find(|slot| slot.key == key).cloned();
        let slot = same.unwrap_or_else(|| Arc::new(Slot::new(key, request)));
        slots.insert(resource.to_owned(), Arc::clone(&slot));
        self.inner.slots.store(Arc::new(slots));
        drop(cache);
        Ok(slot)
    }
}

impl fmt::Debug for ManagedIdentityClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentityClient")
            .field("source", self.source())
            .field("identity", &self.inner.shared.driver.settings.identity)
            .finish_non_exhaustive()
    }
}
