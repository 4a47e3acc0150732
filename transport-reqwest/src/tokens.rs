//! The tokens of one identity: what a client of any kind is made of.

use std::sync::Arc;

use managed_identity_core::{AccessToken, Error, Identity, TokenRequest, Wish};

use crate::drive::Driver;
use crate::effects::AsyncEffects;
use crate::flight::Flights;
use crate::metrics::{Counters, Metrics};
use crate::names::Names;
use crate::origin::Origin;
use crate::resource::ResourceClient;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::slot::Slot;

/// Flights and cache, which clones share, and a view of them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tokens {
    flights: Arc<Flights>,
    view: Arc<View>,
}

/// The tokens of one identity.
struct View {
    identity: Identity,
    names: Names,
}

impl View {
    fn new(identity: Identity, most_names: usize) -> Arc<Self> {
        Arc::new(Self { identity, names: Names::new(most_names) })
    }
}

impl Tokens {
    pub(crate) fn new(origin: Origin, identity: Identity, settings: Settings, effects: Arc<dyn AsyncEffects>) -> Self {
        // A resource and its scope are two names of one token.
        let most_names = settings.refresh.max_entries.saturating_mul(2);
        let driver = Driver { origin, settings, effects, counters: Counters::default() };
        let flights = Arc::new(Flights::new(Shared::new(driver)));
        Self { flights, view: View::new(identity, most_names) }
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.view.identity
    }

    /// Those of another identity, over the same cache and the same connections.
    pub(crate) fn for_identity(&self, identity: Identity) -> Self {
        Self { flights: Arc::clone(&self.flights), view: View::new(identity, self.view.names.most()) }
    }

    pub(crate) async fn get(&self, resource: &str) -> Result<AccessToken, Error> {
        match self.fresh(resource) {
            Some(token) => Ok(token),
            None => self.resource(resource)?.get_token().await,
        }
    }

    pub(crate) fn fresh(&self, resource: &str) -> Option<AccessToken> {
        self.view.names.look(resource, |slot| self.flights.fresh(slot))?
    }

    pub(crate) fn resource(&self, resource: &str) -> Result<ResourceClient, Error> {
        let slot = match self.view.names.look(resource, Arc::clone) {
            Some(slot) => slot,
            None => self.add(resource)?,
        };
        Ok(ResourceClient::new(Arc::clone(&self.flights), slot))
    }

    /// What a request asks for. One for the system-assigned identity, which is what a request asks for unless told otherwise,
    /// is one for the identity whose tokens these are.
    pub(crate) async fn provide(&self, request: &TokenRequest) -> Result<AccessToken, Error> {
        let slot = match (request.identity(), narrower(request)) {
            (Identity::SystemAssigned, false) => self.resource(request.resource())?.into_slot(),
            (identity, _) => {
                let identity = if *identity == Identity::SystemAssigned { self.identity() } else { identity };
                self.slot(same(
                    request,
                    TokenRequest::for_resource(request.resource())?.with_identity(identity.clone()),
                ))
            }
        };
        let wish = match request.rejected() {
            Some(rejected) => {
                let shared = &self.flights.shared;
                let now = shared.now();
                shared.cache().reject(&slot.key, rejected, now)
            }
            None => match self.flights.fresh(&slot) {
                Some(token) => return Ok(token),
                None => Wish::default(),
            },
        };
        self.flights.obtain(&slot, wish).await
    }

    /// The same if it is at hand and fresh.
    pub(crate) fn fresh_for(&self, request: &TokenRequest) -> Option<AccessToken> {
        if request.rejected().is_some() || *request.identity() != Identity::SystemAssigned || narrower(request) {
            return None;
        }
        self.fresh(request.resource())
    }

    pub(crate) fn metrics(&self) -> Metrics {
        self.flights.shared.driver.counters.snapshot()
    }

    fn add(&self, resource: &str) -> Result<Arc<Slot>, Error> {
        let request = TokenRequest::for_resource(resource)?.with_identity(self.view.identity.clone());
        let slot = self.slot(request);
        self.view.names.add(resource, &slot);
        Ok(slot)
    }

    fn slot(&self, request: TokenRequest) -> Arc<Slot> {
        let capabilities = &self.flights.shared.driver.settings.client_capabilities;
        self.flights.shared.slot(request.with_client_capabilities(capabilities.iter().cloned()))
    }
}

/// Whether more is asked for than a resource and an identity.
fn narrower(request: &TokenRequest) -> bool {
    #[cfg(feature = "chain")]
    let narrower = request.tenant().is_some() || request.claims().is_some();
    #[cfg(not(feature = "chain"))]
    let narrower = {
        let _ = request;
        false
    };
    narrower
}

/// The request with what else the other one asks for.
fn same(other: &TokenRequest, request: TokenRequest) -> TokenRequest {
    #[cfg(feature = "chain")]
    let request = match other.tenant() {
        Some(tenant) => request.with_tenant(tenant),
        None => request,
    };
    #[cfg(feature = "chain")]
    let request = match other.claims() {
        Some(claims) => request.with_claims(claims),
        None => request,
    };
    #[cfg(not(feature = "chain"))]
    let _ = other;
    request
}
