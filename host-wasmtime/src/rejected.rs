//! Tokens that the host added to requests and that a service rejected.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use managed_identity_core::TokenDigest;

/// The rejected token of each resource, until the next request asks for another one. A plug-in cannot say it, since it never
/// saw the token. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Rejected(Arc<Mutex<BTreeMap<String, TokenDigest>>>);

impl Rejected {
    pub(crate) fn note(&self, resource: String, token: TokenDigest) {
        self.tokens().insert(resource, token);
    }

    pub(crate) fn take(&self, resource: &str) -> Option<TokenDigest> {
        self.tokens().remove(resource)
    }

    fn tokens(&self) -> MutexGuard<'_, BTreeMap<String, TokenDigest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
