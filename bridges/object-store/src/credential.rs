//! The credential.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use managed_identity_core::{AccessToken, TokenDigest, TokenProvider, TokenRequest};
use object_store::CredentialProvider;
use object_store::azure::AzureCredential;

use crate::error::NoToken;

/// The resource of Azure Storage, in every cloud.
pub const STORAGE: &str = "https://storage.azure.com";

/// A `CredentialProvider` over anything that gives out tokens.
pub struct ProviderCredential<P> {
    provider: P,
    request: TokenRequest,
    current: ArcSwapOption<Current>,
}

/// The token that was handed out last, in the form of `object_store`.
struct Current {
    token: AccessToken,
    credential: Arc<AzureCredential>,
    /// Whether it was rejected, so that it is not to be handed out again.
    is_rejected: bool,
}

impl<P: TokenProvider> ProviderCredential<P> {
    /// A credential with the provider's tokens for this request, nearly always one for [`STORAGE`]. Several may share one
    /// provider, as an `Arc` or a clone of a client.
    pub fn new(provider: P, request: TokenRequest) -> Arc<Self> {
        Arc::new(Self { provider, request, current: ArcSwapOption::empty() })
    }

    /// Replaces the token that was handed out last: for a program that got `object_store::Error::Unauthenticated`. The store
    /// itself tells a credential nothing, and would send the same token until its end.
    pub fn reject(&self) {
        if let Some(current) = &*self.current.load() {
            let Current { token, credential, .. } = &**current;
            self.keep(Current { token: token.clone(), credential: Arc::clone(credential), is_rejected: true });
        }
    }

    fn keep(&self, current: Current) {
        self.current.store(Some(Arc::new(current)));
    }

    async fn token(&self, rejected: Option<TokenDigest>) -> Result<AccessToken, NoToken> {
        let outcome = match rejected {
            None => self.provider.get_token(&self.request).await,
            Some(rejected) => self.provider.get_token(&self.request.clone().with_rejected_digest(rejected)).await,
        };
        Ok(outcome?)
    }

    /// The credential for this token: the one at hand if it is for the same.
    fn credential(&self, token: AccessToken) -> Arc<AzureCredential> {
        if let Some(current) = &*self.current.load()
            && current.token.same(&token)
        {
            return Arc::clone(&current.credential);
        }
        let credential = Arc::new(AzureCredential::BearerToken(token.secret().to_owned()));
        self.keep(Current { token, credential: Arc::clone(&credential), is_rejected: false });
        credential
    }

    /// The digest of the last token if it was rejected.
    fn rejected(&self) -> Option<TokenDigest> {
        let current = self.current.load();
        let rejected = current.as_ref().filter(|current| current.is_rejected);
        rejected.map(|current| TokenDigest::of(&current.token))
    }
}

#[async_trait]
impl<P: TokenProvider + 'static> CredentialProvider for ProviderCredential<P> {
    type Credential = AzureCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AzureCredential>> {
        let rejected = self.rejected();
        let fresh = if rejected.is_none() { self.provider.fresh_token(&self.request) } else { None };
        let token = match fresh {
            Some(token) => token,
            None => self.token(rejected).await?,
        };
        Ok(self.credential(token))
    }
}

impl<P> fmt::Debug for ProviderCredential<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderCredential").field("request", &self.request).finish_non_exhaustive()
    }
}
