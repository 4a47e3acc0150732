//! What the SDK sees of a credential, whatever its provider.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential as _;
use azure_core::error::ErrorKind;
use managed_identity_azure_core::ProviderCredential;
use managed_identity_core::{
    AccessToken, ConfigError, Error, FakeTokens, SourceKind, TokenFuture, TokenProvider, TokenRequest, UnixTime,
};

const SCOPE: &str = "https://vault.azure.net/.default";

#[tokio::test]
async fn a_token_keeps_its_text_and_its_end() {
    let credential = ProviderCredential::new(FakeTokens::new());
    let token = credential.get_token(&[SCOPE], None).await.unwrap();
    assert_eq!((token.token.secret(), token.expires_on.unix_timestamp()), ("fake-1", 4_102_444_800));
}

/// Gives a token with this end, and the resource for its text.
struct Ending(UnixTime);

impl TokenProvider for Ending {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        let token = AccessToken::new(request.resource(), request.resource(), self.0, SourceKind::Imds);
        Box::pin(async { Ok(token) })
    }
}

#[tokio::test]
async fn a_scope_becomes_a_resource_and_an_endless_token_lasts_as_long_as_the_sdk_can_say() {
    let credential = ProviderCredential::new(Ending(UnixTime::from_duration(Duration::MAX)));
    for (scope, resource) in [(SCOPE, "https://vault.azure.net"), ("https://x//.default", "https://x/"), ("x", "x")] {
        let token = credential.get_token(&[scope], None).await.unwrap();
        assert_eq!((token.token.secret(), token.expires_on.year()), (resource, 9999));
    }
}

#[tokio::test]
async fn none_and_several_scopes_are_refused_and_nobody_is_asked() {
    let tokens = Arc::new(FakeTokens::new());
    let credential = ProviderCredential::new(Arc::clone(&tokens));
    for scopes in [&[][..], &[SCOPE, SCOPE], &[""], &["https://a/.default https://b/.default"]] {
        let error = credential.get_token(scopes, None).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Credential), "{scopes:?}: {error:?}");
    }
    assert_eq!(tokens.calls(), 0);
}

#[tokio::test]
async fn an_error_is_of_the_kind_that_is_not_sent_again_and_says_what_to_do() {
    let tokens = FakeTokens::failing(ConfigError::EmptyResource);
    let error = ProviderCredential::new(tokens).get_token(&[SCOPE], None).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Credential), "{error:?}");
    assert!(error.to_string().contains("Next step: "), "{error}");
    let cause = std::error::Error::source(&error).unwrap();
    assert!(cause.downcast_ref::<Error>().is_some(), "the cause is the provider's own error: {cause:?}");
}

#[test]
fn nothing_of_a_provider_is_shown() {
    let credential = ProviderCredential::new(FakeTokens::new());
    assert_eq!(format!("{credential:?}"), "ProviderCredential { .. }");
}
