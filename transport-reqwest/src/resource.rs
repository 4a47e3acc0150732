//! A handle bound to one resource.

use std::fmt;
use std::sync::Arc;

use managed_identity_core::{AccessToken, Error};

use crate::obtain::Shared;
use crate::slot::Slot;

/// Gets access tokens for one resource. Cheap to clone; shares everything with the client it comes from.
#[derive(Clone)]
pub struct ResourceClient {
    shared: Arc<Shared>,
    slot: Arc<Slot>,
}

impl ResourceClient {
    pub(crate) fn new(shared: Arc<Shared>, slot: Arc<Slot>) -> Self {
        Self { shared, slot }
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
            None => self.shared.usable(&self.slot).await,
        }
    }

    /// The token at hand if it is fresh, without waiting for anything.
    #[must_use]
    pub fn fresh_token(&self) -> Option<AccessToken> {
        self.shared.fresh(&self.slot)
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
        self.shared.renewed(&self.slot, self.slot.request.clone()).await
    }

    /// A token after a resource answered with a claims challenge (`error="insufficient_claims"` and a `claims` directive
    /// in `WWW-Authenticate`). The cache is bypassed unless `claims` is empty.
    ///
    /// No managed-identity endpoint accepts the claims themselves. Service Fabric is told which token was rejected, by
    /// its SHA-256 digest, so that it does not hand out the same one again.
    ///
    /// # Errors
    /// Any [`Error`]; the old token is no substitute here.
    pub async fn get_token_with_claims(&self, claims: &str) -> Result<AccessToken, Error> {
        if claims.is_empty() {
            return self.get_token().await;
        }
        match self.shared.held(&self.slot) {
            Some(rejected) => self.replace_token(&rejected).await,
            // Nothing is cached that could be bypassed.
            None => self.get_token().await,
        }
    }

    /// A token in place of one that a resource rejected, which is never handed out again. Service Fabric is told which
    /// one that is, by its SHA-256 digest.
    ///
    /// A caller who comes late, when the rejected token has been replaced already, gets the replacement.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn replace_token(&self, rejected: &AccessToken) -> Result<AccessToken, Error> {
        let request = self.slot.request.clone().with_rejected_token(rejected);
        self.shared.replaced(&self.slot, rejected, request).await
    }
}

impl fmt::Debug for ResourceClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceClient").field("resource", &self.resource()).finish_non_exhaustive()
    }
}
