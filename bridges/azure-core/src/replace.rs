//! What a client is told about a rejected token.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::headers::{AUTHORIZATION, WWW_AUTHENTICATE};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request, StatusCode};
use managed_identity_core::{BearerChallenge, TokenDigest, TokenProvider};

use crate::credential::ProviderCredential;
use crate::rejected::Rejected;

/// A policy that tells the credential which token a service has rejected by a claims challenge, so that the client's next
/// question for one brings another. For `ClientOptions::per_try_policies`.
///
/// The clients of Key Vault ask that question at once and repeat the request. Others, such as those of Blob Storage, hand
/// out the 401; their next request has the other token.
///
/// ```
/// use azure_core::http::ClientOptions;
/// use managed_identity_azure_core::{ProviderCredential, ReplaceRejected};
/// use managed_identity_core::FakeTokens;
///
/// let credential = ProviderCredential::new(FakeTokens::new());
/// let options = ClientOptions {
///     per_try_policies: vec![ReplaceRejected::new(&credential)],
///     ..ClientOptions::default()
/// };
/// # drop(options);
/// ```
#[derive(Debug)]
pub struct ReplaceRejected {
    rejected: Arc<Rejected>,
}

impl ReplaceRejected {
    /// For the clients that have this credential.
    #[must_use]
    #[expect(clippy::new_ret_no_self, reason = "a pipeline takes policies as trait objects, and nothing else does")]
    pub fn new<P: TokenProvider>(credential: &ProviderCredential<P>) -> Arc<dyn Policy> {
        Arc::new(Self { rejected: credential.rejected() })
    }
}

#[async_trait]
#[expect(elided_lifetimes_in_paths, reason = "with the lifetime written out, this is not the method of the trait")]
impl Policy for ReplaceRejected {
    async fn send(&self, context: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        let Some((policy, rest)) = next.split_first() else {
            let message = "a policy needs another one after it";
            return Err(azure_core::Error::with_message(azure_core::error::ErrorKind::Other, message));
        };
        let response = policy.send(context, request, rest).await?;
        if response.status() == StatusCode::Unauthorized {
            let challenge = response.headers().get_optional_str(&WWW_AUTHENTICATE).and_then(BearerChallenge::parse);
            let sent = request.headers().get_optional_str(&AUTHORIZATION).and_then(|it| it.strip_prefix("Bearer "));
            if let (Some(_), Some(sent)) = (challenge.as_ref().and_then(BearerChallenge::claims), sent) {
                self.rejected.set(TokenDigest::of_secret(sent));
            }
        }
        Ok(response)
    }
}
