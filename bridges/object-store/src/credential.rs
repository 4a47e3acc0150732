//! The credential.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use managed_identity_core::{AccessToken, Error, TokenProvider, TokenRequest};
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

    /// The credential for the token that is at hand and fresh: the same one as long as the token is the same.
    fn fresh(&self) -> Option<Arc<AzureCredential>> {
        let current = self.current.load();
        if current.as_ref().is_some_and(|current| current.is_rejected) {
            return None;
        }
        let token = self.provider.fresh_token(&self.request)?;
        match &*current {
            Some(current) if current.token.same(&token) => Some(Arc::clone(&current.credential)),
            _ => Some(self.change_to(token)),
        }
    }

    async fn get(&self) -> Result<Arc<AzureCredential>, Error> {
        let current = self.current.load_full();
        let token = match &current {
            Some(current) if current.is_rejected => {
                let request = self.request.clone().with_rejected_token(&current.token);
                self.provider.get_token(&request).await?
            }
            _ => self.provider.get_token(&self.request).await?,
        };
        Ok(match current {
            Some(current) if current.token.same(&token) => Arc::clone(&current.credential),
            _ => self.change_to(token),
        })
    }

    fn change_to(&self, token: AccessToken) -> Arc<AzureCredential> {
        let credential = Arc::new(AzureCredential::BearerToken(token.secret().to_owned()));
        self.keep(Current { token, credential: Arc::clone(&credential), is_rejected: false });
        credential
    }

    fn keep(&self, current: Current) {
        self.current.store(Some(Arc::new(current)));
    }
}

#[async_trait]
impl<P: TokenProvider + 'static> CredentialProvider for ProviderCredential<P> {
    type Credential = AzureCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AzureCredential>> {
        match self.fresh() {
            Some(credential) => Ok(credential),
            None => Ok(self.get().await.map_err(NoToken::from)?),
        }
    }
}

impl<P> fmt::Debug for ProviderCredential<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderCredential").field("request", &self.request).finish_non_exhaustive()
    }
}
