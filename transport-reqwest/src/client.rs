//! The client.

use std::fmt;
use std::sync::Arc;

use managed_identity_core::{AccessToken, Error, Identity, Source, TokenFuture, TokenProvider, TokenRequest};

use crate::effects::AsyncEffects;
use crate::metrics::Metrics;
use crate::origin::Origin;
use crate::resource::ResourceClient;
use crate::settings::Settings;
use crate::tokens::Tokens;

/// Gets access tokens of a managed identity. Cheap to clone; clones share the cache and the connections.
///
/// The flows that fetch tokens belong to the client, not to the calls that wait for them: a call that is dropped or times
/// out stops waiting and nothing else, and whoever comes next joins the same flow. They run as tokio tasks and end with
/// the last clone of the client.
#[derive(Clone)]
pub struct ManagedIdentityClient {
    source: Arc<Source>,
    tokens: Tokens,
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
        let source = Arc::new(source);
        let tokens = Tokens::new(Origin::Source(Arc::clone(&source)), identity, settings, effects);
        Ok(Self { source, tokens })
    }

    /// Where tokens come from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The identity whose tokens this client gets.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        self.tokens.identity()
    }

    /// A client for another identity, over the same cache and the same connections.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the source does not know this kind of identity.
    pub fn for_identity(&self, identity: Identity) -> Result<Self, Error> {
        self.source.check(&identity)?;
        Ok(Self { source: Arc::clone(&self.source), tokens: self.tokens.for_identity(identity) })
    }

    /// A token for a resource such as `https://vault.azure.net`, or for a scope such as
    /// `https://vault.azure.net/.default`.
    ///
    /// # Errors
    /// Any [`Error`]; [`next_step`](Error::next_step) says what to do about it.
    pub async fn get_token(&self, resource: &str) -> Result<AccessToken, Error> {
        self.tokens.get(resource).await
    }

    /// The token of a resource that was asked for before, if it is at hand and fresh: without waiting, without a lock and
    /// without an allocation.
    #[must_use]
    pub fn fresh_token(&self, resource: &str) -> Option<AccessToken> {
        self.tokens.fresh(resource)
    }

    /// A handle bound to one resource, for the shortest path to its token, and for renewing and replacing it.
    ///
    /// # Errors
    /// [`Error::Configuration`] when the resource is empty.
    pub fn resource(&self, resource: &str) -> Result<ResourceClient, Error> {
        self.tokens.resource(resource)
    }

    /// What this client and its clones have done so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.tokens.metrics()
    }
}

/// Requests for the system-assigned identity, which is what a request asks for unless told otherwise, are requests for the
/// client's identity. A request for another one is served as by [`ManagedIdentityClient::for_identity`].
impl TokenProvider for ManagedIdentityClient {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async {
            if *request.identity() != Identity::SystemAssigned {
                self.source.check(request.identity())?;
            }
            self.tokens.provide(request).await
        })
    }

    fn fresh_token(&self, request: &TokenRequest) -> Option<AccessToken> {
        self.tokens.fresh_for(request)
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
