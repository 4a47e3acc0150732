//! What `object_store` sees of a credential, whatever its provider.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::error::Error as _;
use std::sync::Arc;

use bridges_testing::client;
use managed_identity_core::{ConfigError, Error, FakeTokens, TokenProvider, TokenRequest};
use managed_identity_object_store::{ProviderCredential, STORAGE};
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::{SimulatedSource, Simulator};
use object_store::CredentialProvider as _;
use object_store::azure::AzureCredential;

fn credential<P: TokenProvider>(tokens: P) -> Arc<ProviderCredential<P>> {
    ProviderCredential::new(tokens, TokenRequest::for_resource(STORAGE).unwrap())
}

fn imds() -> (Simulator, ManagedIdentityClient) {
    let simulator = Simulator::builder(SimulatedSource::Imds).start().unwrap();
    let tokens = client(&simulator).unwrap();
    (simulator, tokens)
}

fn text(credential: &AzureCredential) -> &str {
    let AzureCredential::BearerToken(token) = credential else { panic!("{credential:?}") };
    token
}

#[tokio::test]
async fn one_credential_stands_for_one_token() {
    let (simulator, tokens) = imds();
    let credential = credential(tokens);
    let first = credential.get_credential().await.unwrap();
    let second = credential.get_credential().await.unwrap();
    assert!(Arc::ptr_eq(&first, &second), "nothing is made anew");
    assert!(simulator.is_valid_token(text(&first), STORAGE));
    assert_eq!(simulator.request_count(), 1);
}

#[tokio::test]
async fn another_token_is_another_credential() {
    let credential = credential(FakeTokens::new());
    for expected in ["fake-1", "fake-2"] {
        assert_eq!(text(&credential.get_credential().await.unwrap()), expected);
    }
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once() {
    let (simulator, tokens) = imds();
    let credential = credential(tokens);
    // Nothing was handed out yet that could be rejected.
    credential.reject();
    let first = credential.get_credential().await.unwrap();
    credential.reject();
    let second = credential.get_credential().await.unwrap();
    let third = credential.get_credential().await.unwrap();
    assert_ne!(text(&first), text(&second));
    assert!(Arc::ptr_eq(&second, &third));
    assert_eq!(simulator.request_count(), 2);
}

#[tokio::test]
async fn an_error_says_what_to_do_and_has_the_providers_own_for_its_source() {
    let error = credential(FakeTokens::failing(ConfigError::EmptyResource)).get_credential().await.unwrap_err();
    assert!(matches!(error, object_store::Error::Generic { store: "MicrosoftAzure", .. }), "{error:?}");
    assert!(error.to_string().contains("Next step: "), "{error}");
    let cause = error.source().unwrap().source().unwrap();
    assert!(matches!(cause.downcast_ref(), Some(Error::Configuration { .. })), "{cause:?}");
}

#[tokio::test]
async fn no_token_is_shown() {
    let credential = credential(FakeTokens::new());
    credential.get_credential().await.unwrap();
    let shown = format!("{credential:?}");
    assert!(shown.contains(STORAGE) && !shown.contains("fake-1"), "{shown}");
}
