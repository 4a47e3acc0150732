//! What reqsign sees of a credential, whatever its provider.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::time::Duration;

use managed_identity_core::{
    AccessToken, ConfigError, FakeTokens, SourceKind, TokenFuture, TokenProvider, TokenRequest, UnixTime,
};
use managed_identity_reqsign::{ProviderCredential, STORAGE};
use reqsign_azure_storage::Credential;
use reqsign_core::{Context, ErrorKind, ProvideCredential as _, Result};

async fn provided<P: TokenProvider + Unpin + 'static>(tokens: P) -> Result<(String, i64)> {
    let credential = ProviderCredential::new(tokens, TokenRequest::for_resource(STORAGE).unwrap());
    match credential.provide_credential(&Context::new()).await? {
        Some(Credential::BearerToken { token, expires_in: Some(end) }) => Ok((token, end.as_second())),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_keeps_its_text_and_its_end() {
    assert_eq!(provided(FakeTokens::new()).await.unwrap(), ("fake-1".to_owned(), 4_102_444_800));
}

/// Gives a token that never ends.
struct Endless;

impl TokenProvider for Endless {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        let end = UnixTime::from_duration(Duration::MAX);
        let token = AccessToken::new("endless", request.resource(), end, SourceKind::Imds);
        Box::pin(async { Ok(token) })
    }
}

#[tokio::test]
async fn a_token_without_end_has_one_that_reqsign_can_hold() {
    assert_eq!(provided(Endless).await.unwrap(), ("endless".to_owned(), 253_402_200_000));
}

#[tokio::test]
async fn an_error_says_what_to_do_and_is_not_tried_again() {
    let error = provided(FakeTokens::failing(ConfigError::EmptyResource)).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::CredentialInvalid, false));
    assert!(error.to_string().contains("Next step: "), "{error}");
    let cause = std::error::Error::source(&error).unwrap();
    assert!(cause.downcast_ref::<managed_identity_core::Error>().is_some(), "{cause:?}");
}

#[test]
fn nothing_of_a_provider_is_shown() {
    let credential = ProviderCredential::new(FakeTokens::new(), TokenRequest::for_resource(STORAGE).unwrap());
    assert!(format!("{credential:?}").starts_with("ProviderCredential { request: "), "{credential:?}");
}
