//! A handle bound to one resource.

use std::fmt;
use std::sync::Arc;

use managed_identity_core::{AccessToken, Error, TokenDigest, Wish};

use crate::flight::Flights;
use crate::keep_fresh::KeepFresh;
use crate::slot::Slot;

/// Gets access tokens for one resource. Cheap to clone; shares everything with the client it comes from.
#[derive(Clone)]
pub struct ResourceClient {
    flights: Arc<Flights>,
    slot: Arc<Slot>,
}

impl ResourceClient {
    pub(crate) const fn new(flights: Arc<Flights>, slot: Arc<Slot>) -> Self {
        Self { flights, slot }
    }

    pub(crate) fn into_slot(self) -> Arc<Slot> {
        self.slot
    }

    /// The resource, without `/.default`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.slot.request.resource()
    }

    /// A token. A fresh one costs a look at the clock and a clone of a shared pointer.
    ///
    /// # Errors
    /// Any [`Error`]; its text names the next step to take.
    pub async fn get_token(&self) -> Result<AccessToken, Error> {
        match self.fresh_token() {
            Some(token) => Ok(token),
            None => self.flights.obtain(&self.slot, Wish::default()).await,
        }
    }

    /// The token at hand if it is fresh, without waiting for anything.
    #[must_use]
    pub fn fresh_token(&self) -> Option<AccessToken> {
        self.flights.fresh(&self.slot)
    }

    /// A token that is asked for now, whatever the cache holds: after a change of role assignments, say, where the old
    /// token is still valid but knows too little. A request that is on its way already is not taken for it, since it may
    /// have been answered before the change; all who force one meanwhile share the next request.
    ///
    /// The old token stays at hand for other callers until the new one is there.
    ///
    /// # Errors
    /// Any [`Error`]; the old token is no substitute here.
    pub async fn force_refresh(&self) -> Result<AccessToken, Error> {
        let wish = self.flights.shared.cache().renewed();
        self.flights.obtain(&self.slot, wish).await
    }

    /// A token in place of one that a resource rejected, by 401 or by a claims challenge (`error="insufficient_claims"` and
    /// a `claims` directive in `WWW-Authenticate`).
    ///
    /// The rejected token is remembered by its SHA-256 digest and not handed out again to who rejected it; other callers
    /// keep it until another one is there. Service Fabric is told which one it is. However many callers reject the same
    /// token, one request is made; one who comes late, when it has been replaced already, gets the replacement. A source
    /// that gives the same token again ends in [`Error::Unusable`], as does a token that is rejected within ten seconds
    /// after it has replaced another one.
    ///
    /// No managed-identity endpoint accepts the claims themselves, so they are not asked for here.
    ///
    /// # Errors
    /// Any [`Error`]; the old token is no substitute here.
    pub async fn replace_token(&self, rejected: &AccessToken) -> Result<AccessToken, Error> {
        let shared = &self.flights.shared;
        let now = shared.now();
        let wish = shared.cache().reject(&self.slot.key, TokenDigest::of(rejected), now);
        self.flights.obtain(&self.slot, wish).await
    }

    /// Keeps the token of this resource fresh without readers: it is renewed when it is due, until the guard is dropped.
    /// Waits for the first token.
    ///
    /// # Errors
    /// When there is no first token. Later failures are logged, and tried again when the failure allows.
    pub async fn keep_fresh(&self) -> Result<KeepFresh, Error> {
        self.get_token().await?;
        let (flights, slot) = (Arc::clone(&self.flights), Arc::clone(&self.slot));
        Ok(KeepFresh::new(flights, slot))
    }
}

impl fmt::Debug for ResourceClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceClient")
            .field("resource", &self.resource())
            .field("identity", self.slot.key.identity())
            .finish_non_exhaustive()
    }
}
