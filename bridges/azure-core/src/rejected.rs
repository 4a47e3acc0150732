//! Tokens that a resource rejected.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use managed_identity_core::TokenDigest;

/// The token that was rejected last. One is enough: a client asks anew right after a rejection, and what takes the token's
/// place is remembered where the tokens come from.
#[derive(Debug, Default)]
pub(crate) struct Rejected(ArcSwapOption<TokenDigest>);

impl Rejected {
    pub(crate) fn set(&self, rejected: TokenDigest) {
        self.0.store(Some(Arc::new(rejected)));
    }

    pub(crate) fn get(&self) -> Option<TokenDigest> {
        self.0.load().as_ref().map(|rejected| **rejected)
    }
}
