//! The credential.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use managed_identity_core::{ConfigError, TokenProvider, TokenRequest, UnixTime};

use crate::error::credential_error;
use crate::rejected::Rejected;

/// A [`TokenCredential`] over anything that gives out tokens.
///
/// It keeps no token itself: the provider's cache, renewal and sharing of requests are all there is.
pub struct ProviderCredential<P> {
    provider: P,
    rejected: Arc<Rejected>,
}

impl<P: TokenProvider> ProviderCredential<P> {
    /// A credential with the provider's tokens, as the clients of the Azure SDK take it. Several may share one provider, as
    /// an `Arc` or a clone of a client.
    pub fn new(provider: P) -> Arc<Self> {
        Arc::new(Self { provider, rejected: Arc::default() })
    }

    /// Where a policy leaves word of a rejected token.
    pub(crate) fn rejected(&self) -> Arc<Rejected> {
        Arc::clone(&self.rejected)
    }

    fn request(&self, scopes: &[&str]) -> Result<TokenRequest, ConfigError> {
        let scope = match scopes {
            [] => return Err(ConfigError::EmptyResource),
            [scope] => scope,
            _ => return Err(ConfigError::SeveralScopes),
        };
        let request = TokenRequest::for_scope(scope)?;
        Ok(match self.rejected.get() {
            Some(rejected) => request.with_rejected_digest(rejected),
            None => request,
        })
    }
}

#[async_trait]
impl<P: TokenProvider + 'static> TokenCredential for ProviderCredential<P> {
    /// A token for exactly one scope. Of the options there is nothing that a source of tokens could use.
    async fn get_token(&self, scopes: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        let request = self.request(scopes).map_err(|error| credential_error(error.into()))?;
        let token = match self.provider.fresh_token(&request) {
            Some(token) => token,
            None => self.provider.get_token(&request).await.map_err(credential_error)?,
        };
        Ok(AccessToken::new(token.secret().to_owned(), date(token.expires_on())))
    }
}

/// The last second that the SDK can hold, the end of the year 9999.
const LAST: u64 = 253_402_300_799;

fn date(time: UnixTime) -> OffsetDateTime {
    let seconds = i64::try_from(time.as_secs().min(LAST)).ok();
    let date = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    // Whatever the SDK could not hold, it would ask about again at once.
    date.unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

impl<P> fmt::Debug for ProviderCredential<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderCredential").finish_non_exhaustive()
    }
}
