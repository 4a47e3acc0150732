//! The SDK's client of Key Vault against the simulator's vault, over https as the SDK insists.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::sync::Arc;

use azure_core::error::ErrorKind;
use azure_core::http::{ClientOptions, StatusCode, Transport};
use azure_security_keyvault_secrets::models::SecretClientGetSecretOptions;
use azure_security_keyvault_secrets::{ResourceExt as _, SecretClient, SecretClientOptions};
use bridges_testing::client;
use futures::TryStreamExt as _;
use managed_identity_azure_core::{ProviderCredential, ReplaceRejected};
use managed_identity_core::{TokenFuture, TokenProvider, TokenRequest};
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator, SimulatorBuilder};

fn vault() -> SimulatorBuilder {
    Simulator::builder(SimulatedSource::Imds).services_https()
}

fn greeting() -> Simulator {
    vault().key_vault_secret("greeting", "hello from the vault").start().unwrap()
}

/// The SDK's client of that vault, which trusts its certificate.
fn secrets<P: TokenProvider + 'static>(simulator: &Simulator, tokens: P) -> SecretClient {
    let root = reqwest::Certificate::from_der(simulator.ca_certificate().unwrap().der()).unwrap();
    let http = reqwest::Client::builder().tls_certs_only([root]).no_proxy().build().unwrap();
    let credential = ProviderCredential::new(tokens);
    let client_options = ClientOptions {
        transport: Some(Transport::new(Arc::new(http))),
        per_try_policies: vec![ReplaceRejected::new(&credential)],
        ..ClientOptions::default()
    };
    // The simulator's address is no name under the domain of Key Vault.
    let options = SecretClientOptions { client_options, verify_challenge_resource: Some(false), ..Default::default() };
    SecretClient::new(simulator.key_vault_url().unwrap(), credential, Some(options)).unwrap()
}

async fn greeting_of(secrets: &SecretClient) -> azure_core::Result<Option<String>> {
    Ok(secrets.get_secret("greeting", None).await?.into_model()?.value)
}

/// The resources for which tokens were asked for.
fn asked(simulator: &Simulator) -> Vec<String> {
    let requests = simulator.requests();
    requests.iter().filter_map(|request| request.query_value("resource").map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_secret_is_read_with_one_token() {
    let simulator = greeting();
    let secrets = secrets(&simulator, client(&simulator).unwrap());
    for _ in 0..3 {
        assert_eq!(greeting_of(&secrets).await.unwrap().as_deref(), Some("hello from the vault"));
    }
    assert_eq!(asked(&simulator), ["https://vault.azure.net"]);
}

#[tokio::test]
async fn a_challenge_that_names_a_scope_is_as_good() {
    let simulator = vault().key_vault_names_scope().key_vault_secret("greeting", "hello").start().unwrap();
    let secrets = secrets(&simulator, client(&simulator).unwrap());
    assert_eq!(greeting_of(&secrets).await.unwrap().as_deref(), Some("hello"));
    assert_eq!(asked(&simulator), ["https://vault.azure.net"]);
}

#[tokio::test]
async fn secrets_and_versions_are_listed_over_several_pages() {
    let all: Vec<String> = (10..40).map(|number| format!("secret-{number}")).collect();
    let builder = all.iter().fold(vault(), |builder, name| builder.key_vault_secret(name, "old"));
    let simulator = builder.key_vault_secret("secret-10", "new").start().unwrap();
    let secrets = secrets(&simulator, client(&simulator).unwrap());

    let listed: Vec<_> = secrets.list_secret_properties(None).unwrap().try_collect().await.unwrap();
    let names: Vec<_> = listed.iter().map(|secret| secret.resource_id().unwrap().name).collect();
    assert_eq!(names, all);

    let pager = secrets.list_secret_properties_versions("secret-10", None).unwrap();
    let versions: Vec<_> = pager.try_collect().await.unwrap();
    let mut values = Vec::new();
    for version in versions {
        let secret_version = version.resource_id().unwrap().version;
        let options = SecretClientGetSecretOptions { secret_version, ..Default::default() };
        let secret = secrets.get_secret("secret-10", Some(options)).await.unwrap();
        values.push(secret.into_model().unwrap().value.unwrap());
    }
    assert_eq!(values, ["old", "new"]);
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once() {
    let simulator = greeting();
    let tokens = client(&simulator).unwrap();
    let secrets = secrets(&simulator, tokens.clone());
    greeting_of(&secrets).await.unwrap();

    let first = tokens.get_token("https://vault.azure.net").await.unwrap();
    simulator.revoke_token(first.secret());
    assert_eq!(greeting_of(&secrets).await.unwrap().as_deref(), Some("hello from the vault"));
    assert_eq!(asked(&simulator).len(), 2);
    let second = tokens.get_token("https://vault.azure.net").await.unwrap();
    assert_ne!(first.secret(), second.secret());

    // A service that takes no token must not make the client ask for new ones without end.
    simulator.revoke_token(second.secret());
    let error = greeting_of(&secrets).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Credential), "{error:?}");
    assert_eq!(asked(&simulator).len(), 2);
}

/// Gives tokens for another resource than it is asked for.
struct Astray(ManagedIdentityClient, TokenRequest);

impl TokenProvider for Astray {
    fn get_token<'a>(&'a self, _: &'a TokenRequest) -> TokenFuture<'a> {
        TokenProvider::get_token(&self.0, &self.1)
    }
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    let simulator = greeting();
    let request = TokenRequest::for_resource("https://management.azure.com").unwrap();
    let secrets = secrets(&simulator, Astray(client(&simulator).unwrap(), request));
    let error = greeting_of(&secrets).await.unwrap_err();
    assert_eq!(error.http_status(), Some(StatusCode::Unauthorized), "{error:?}");
}

#[tokio::test]
async fn a_missing_secret_is_told_by_its_code() {
    let simulator = greeting();
    let secrets = secrets(&simulator, client(&simulator).unwrap());
    let error = secrets.get_secret("other", None).await.unwrap_err();
    let ErrorKind::HttpResponse { error_code: Some(code), .. } = error.kind() else { panic!("{error:?}") };
    assert_eq!(code, "SecretNotFound");
}

#[tokio::test]
async fn a_source_that_refuses_is_asked_no_more_than_the_client_itself_asks() {
    let simulator = greeting();
    simulator.set_faults(FaultScript::new().then(Fault::status(400).times(9))).unwrap();
    let secrets = secrets(&simulator, client(&simulator).unwrap());
    let error = greeting_of(&secrets).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Credential), "{error:?}");
    assert_eq!(asked(&simulator).len(), 1, "the SDK's retries multiply nothing");
}
