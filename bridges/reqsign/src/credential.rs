//! The credential.

use std::fmt;

use managed_identity_core::{TokenProvider, TokenRequest, UnixTime};
use reqsign_azure_storage::Credential;
use reqsign_core::time::Timestamp;
use reqsign_core::{Context, ProvideCredential, Result};

use crate::error::no_token;

/// The resource of Azure Storage, in every cloud.
pub const STORAGE: &str = "https://storage.azure.com";

/// The last second that reqsign can hold for certain, near the end of the year 9999.
const LAST: u64 = 253_402_200_000;

/// A `ProvideCredential` over anything that gives out tokens.
///
/// It keeps no token itself, and takes nothing from the context: where tokens come from is the provider's affair.
pub struct ProviderCredential<P> {
    provider: P,
    request: TokenRequest,
}

impl<P: TokenProvider> ProviderCredential<P> {
    /// A credential with the provider's tokens for this request, nearly always one for [`STORAGE`]. Several may share one
    /// provider, as an `Arc` or a clone of a client.
    pub fn new(provider: P, request: TokenRequest) -> Self {
        Self { provider, request }
    }
}

impl<P: TokenProvider + Unpin + 'static> ProvideCredential for ProviderCredential<P> {
    type Credential = Credential;

    /// Never `None`, by which a chain would go on to what comes after, as if nothing had been said here.
    async fn provide_credential(&self, _: &Context) -> Result<Option<Credential>> {
        let token = match self.provider.fresh_token(&self.request) {
            Some(token) => token,
            None => self.provider.get_token(&self.request).await.map_err(no_token)?,
        };
        let expires_on = timestamp(token.expires_on())?;
        Ok(Some(Credential::with_bearer_token(token.secret(), Some(expires_on))))
    }
}

fn timestamp(time: UnixTime) -> Result<Timestamp> {
    Timestamp::from_second(i64::try_from(time.as_secs().min(LAST)).unwrap_or(i64::MAX))
}

impl<P> fmt::Debug for ProviderCredential<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderCredential").field("request", &self.request).finish_non_exhaustive()
    }
}
