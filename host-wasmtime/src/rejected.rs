//! Tokens that the host added to requests and that a service rejected.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::header::WWW_AUTHENTICATE;
use http::{Response, StatusCode};
use managed_identity_core::{BearerChallenge, TokenDigest};

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

/// Whether the service wants another token than the one it was sent. An ordinary 401 says that the token is for something
/// else, or the caller not known: another one would be no better.
pub(crate) fn is_rejection<B>(response: &Response<B>) -> bool {
    let challenges = response.headers().get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    response.status() == StatusCode::UNAUTHORIZED
        && challenges.filter_map(BearerChallenge::parse).any(|challenge| challenge.claims().is_some())
}
