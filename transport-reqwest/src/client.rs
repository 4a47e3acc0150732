//! The client.

use std::fmt;
use std::sync::Arc;

use managed_identity_core::{AccessToken, Error, Identity, Source, TokenFuture, TokenProvider, TokenRequest, Wish};

use crate::drive::Driver;
use crate::effects::AsyncEffects;
use crate::flight::Flights;
use crate::metrics::{Counters, Metrics};
use crate::names::Names;
use crate::resource::ResourceClient;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::slot::Slot;

/// Gets access tokens of a managed identity. Cheap to clone; clones share the cache and the connections.
///
/// The flows that fetch tokens belong to the client, not to the calls that wait for them: a call that is dropped or times
/// out stops waiting and nothing else, and whoever comes next joins the same flow. They run as tokio tasks and end with
/// the last clone of the client.
#[derive(Clone)]
pub struct ManagedIdentityClient {
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

impl ManagedIdentityClient {
    pub(crate) fn new(
        source: Source,
        identity: Identity,
        settings: Settings,
        effects: Arc<dyn AsyncEffects>,
    ) -> Result<Self, Error> {
        // Whether the source knows this kind of identity does not depend on the resource, so it is said at once.
        source.check(&identity)?;
        // A resource and its scope are two names of one token.
        let most_names = settings.refresh.max_entries.saturating_mul(2);
        let driver = Driver { source: Arc::new(source), settings, effects, counters: Counters::default() };
        let flights = Arc::new(Flights::new(Shared::new(driver)));
        Ok(Self { flights, view: View::new(identity, most_names) })
    }

    /// Where tokens come from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.flights.shared.driver.source
    }

    /// The identity whose tokens this client gets.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.view.identity
    }

    /// A client for another identity, over the same cache and the same connections.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the source does not know this kind of identity.
    pub fn for_identity(&self, identity: Identity) -> Result<Self, Error> {
        self.source().check(&identity)?;
        Ok(Self { flights: Arc::clone(&self.flights), view: View::new(identity, self.view.names.most()) })
    }

    /// A token for a resource such as `https://vault.azure.net`, or for a scope such as
    /// `https://vault.azure.net/.default`.
    ///
    /// # Errors
    /// Any [`Error`]; [`next_step`](Error::next_step) says what to do about it.
    pub async fn get_token(&self, resource: &str) -> Result<AccessToken, Error> {
        match self.fresh_token(resource) {
            Some(token) => Ok(token),
            None => self.resource(resource)?.get_token().await,
        }
    }

    /// The token of a resource that was asked for before, if it is at hand and fresh: without waiting, without a lock and
    /// without an allocation.
    #[must_use]
    pub fn fresh_token(&self, resource: &str) -> Option<AccessToken> {
        self.view.names.look(resource, |slot| self.flights.fresh(slot))?
    }

    /// A handle bound to one resource, for the shortest path to its token, and for renewing and replacing it.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the resource is empty.
    pub fn resource(&self, resource: &str) -> Result<ResourceClient, Error> {
        let slot = match self.view.names.look(resource, Arc::clone) {
            Some(slot) => slot,
            None => self.add(resource)?,
        };
        Ok(ResourceClient::new(Arc::clone(&self.flights), slot))
    }

    /// What this client and its clones have done so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
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

/// Requests for the system-assigned identity, which is what a request asks for unless told otherwise, are requests for the
/// client's identity. A request for another one is served as by [`ManagedIdentityClient::for_identity`].
impl TokenProvider for ManagedIdentityClient {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async {
            let slot = match request.identity() {
                Identity::SystemAssigned => self.resource(request.resource())?.into_slot(),
                other => {
                    self.source().check(other)?;
                    self.slot(TokenRequest::for_resource(request.resource())?.with_identity(other.clone()))
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
        })
    }

    fn fresh_token(&self, request: &TokenRequest) -> Option<AccessToken> {
        if request.rejected().is_some() || *request.identity() != Identity::SystemAssigned {
            return None;
        }
        Self::fresh_token(self, request.resource())
    }
}

impl fmt::Debug for ManagedIdentityClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentityClient")
            .field("source", self.source())
            .field("identity", self.identity())
            .finish_non_exhaustive()
    }
}
