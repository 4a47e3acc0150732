//! The credential.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use managed_identity_core::{AccessToken as Token, ConfigError, Error, TokenProvider, TokenRequest, UnixTime};

use crate::error::credential_error;
use crate::rejected::Rejected;

/// A [`TokenCredential`] over anything that gives out tokens.
///
/// It keeps no token itself: the provider's cache, renewal and sharing of requests are all there is.
pub struct ProviderCredential<P> {
    provider: P,
    /// The last scope with its request: nearly every client has but one.
    last: ArcSwapOption<Scope>,
    rejected: Arc<Rejected>,
}

struct Scope {
    name: String,
    request: TokenRequest,
}

impl<P: TokenProvider> ProviderCredential<P> {
    /// A credential with the provider's tokens, as the clients of the Azure SDK take it. Several may share one provider, as
    /// an `Arc` or a clone of a client.
    pub fn new(provider: P) -> Arc<Self> {
        Arc::new(Self { provider, last: ArcSwapOption::empty(), rejected: Arc::default() })
    }

    /// Where a policy leaves word of a rejected token.
    pub(crate) fn rejected(&self) -> Arc<Rejected> {
        Arc::clone(&self.rejected)
    }

    /// The token that is at hand for these scopes, if it is fresh.
    fn fresh(&self, scopes: &[&str]) -> Option<Token> {
        let last = self.last.load();
        let last = last.as_ref().filter(|last| scopes == [last.name.as_str()])?;
        if self.rejected.get().is_some() {
            return None;
        }
        self.provider.fresh_token(&last.request)
    }

    async fn get(&self, scopes: &[&str]) -> Result<Token, Error> {
        let name = match scopes {
            [] => return Err(ConfigError::EmptyResource.into()),
            [name] => name,
            _ => return Err(ConfigError::SeveralScopes.into()),
        };
        let request = TokenRequest::for_scope(name)?;
        self.last.store(Some(Arc::new(Scope { name: (*name).to_owned(), request: request.clone() })));
        match self.rejected.get() {
            Some(rejected) => self.provider.get_token(&request.with_rejected_digest(rejected)).await,
            None => self.provider.get_token(&request).await,
        }
    }
}

#[async_trait]
impl<P: TokenProvider + 'static> TokenCredential for ProviderCredential<P> {
    /// A token for exactly one scope. Of the options there is nothing that a source of tokens could use.
    async fn get_token(&self, scopes: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        let token = match self.fresh(scopes) {
            Some(token) => token,
            None => self.get(scopes).await.map_err(credential_error)?,
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
