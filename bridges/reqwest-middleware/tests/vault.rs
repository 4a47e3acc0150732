//! A client with the middleware against a service that checks tokens: the simulator's Key Vault.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::sync::Arc;

use bridges_testing::client;
use managed_identity_core::{ConfigError, FakeTokens, TokenProvider, TokenRequest};
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_reqwest_middleware::{Authorize, NotAuthorized};
use managed_identity_simulator::{SimulatedSource, Simulator};
use reqwest::{Body, Method, StatusCode};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use serde_json::Value;

const VAULT: &str = "https://vault.azure.net";
const LOOPBACK: &str = "127.0.0.1";

fn vault() -> Simulator {
    Simulator::builder(SimulatedSource::Imds).key_vault_secret("greeting", "hello").start().unwrap()
}

/// An HTTP client that authorizes its requests to this host.
fn http<P: TokenProvider + 'static>(tokens: P, resource: &str, host: &str) -> ClientWithMiddleware {
    let request = TokenRequest::for_resource(resource).unwrap();
    let inner = reqwest::Client::builder().no_proxy().build().unwrap();
    ClientBuilder::new(inner).with(Authorize::new(tokens, request, host)).build()
}

fn greeting(simulator: &Simulator) -> String {
    format!("{}/secrets/greeting?api-version=7.6", simulator.base_url())
}

/// How often the vault was asked, and how often the source of tokens.
fn counts(simulator: &Simulator) -> (usize, usize) {
    let requests = simulator.requests();
    let vault = requests.iter().filter(|request| request.path.starts_with("/secrets/")).count();
    (vault, requests.len() - vault)
}

async fn warmed(simulator: &Simulator) -> (ManagedIdentityClient, ClientWithMiddleware) {
    let tokens = client(simulator).unwrap();
    let http = http(tokens.clone(), VAULT, LOOPBACK);
    assert_eq!(http.get(greeting(simulator)).send().await.unwrap().status(), StatusCode::OK);
    (tokens, http)
}

#[tokio::test]
async fn requests_are_authorized_with_one_token() {
    let simulator = vault();
    let (_, http) = warmed(&simulator).await;
    let secret: Value = http.get(greeting(&simulator)).send().await.unwrap().json().await.unwrap();
    assert_eq!(secret["value"], "hello");
    assert_eq!(counts(&simulator), (2, 1));
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once_and_the_request_repeated() {
    let simulator = vault();
    let (tokens, http) = warmed(&simulator).await;
    simulator.revoke_token(tokens.get_token(VAULT).await.unwrap().secret());
    assert_eq!(http.get(greeting(&simulator)).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(counts(&simulator), (3, 2));

    // A service that takes no token must not make the client ask for new ones without end.
    simulator.revoke_token(tokens.get_token(VAULT).await.unwrap().secret());
    let response = http.get(greeting(&simulator)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(counts(&simulator), (4, 2));
}

#[tokio::test]
async fn what_cannot_be_repeated_is_not_but_the_next_request_has_another_token() {
    let simulator = vault();
    let (tokens, http) = warmed(&simulator).await;
    simulator.revoke_token(tokens.get_token(VAULT).await.unwrap().secret());
    // A body that is read as it is sent cannot be sent a second time.
    let stream = Body::wrap(Body::from("streamed"));
    let response = http.request(Method::GET, greeting(&simulator)).body(stream).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(http.get(greeting(&simulator)).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(counts(&simulator), (3, 2));
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused_and_not_replaced() {
    let simulator = vault();
    let http = http(client(&simulator).unwrap(), "https://management.azure.com", LOOPBACK);
    assert_eq!(http.get(greeting(&simulator)).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(counts(&simulator), (1, 1));
}

#[tokio::test]
async fn no_token_goes_to_another_host_or_takes_the_place_of_another_authorization() {
    let simulator = vault();
    let tokens = Arc::new(FakeTokens::new());
    let elsewhere = http(Arc::clone(&tokens), VAULT, "vault.example");
    elsewhere.get(greeting(&simulator)).send().await.unwrap();
    let here = http(Arc::clone(&tokens), VAULT, LOOPBACK);
    here.get(greeting(&simulator)).basic_auth("me", Some("mine")).send().await.unwrap();
    assert_eq!(tokens.calls(), 0);
    let sent: Vec<_> = simulator.requests().iter().map(|request| request.header("authorization").is_some()).collect();
    assert_eq!(sent, [false, true]);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let simulator = vault();
    let http = http(FakeTokens::failing(ConfigError::EmptyResource), VAULT, LOOPBACK);
    let error = http.get(greeting(&simulator)).send().await.unwrap_err();
    let reqwest_middleware::Error::Middleware(cause) = &error else { panic!("{error:?}") };
    assert!(matches!(cause.downcast_ref(), Some(NotAuthorized::NoToken(_))), "{cause:?}");
    assert!(error.to_string().contains("Next step: "), "{error}");
    assert_eq!(simulator.request_count(), 0);
}

#[tokio::test]
async fn over_plain_http_no_token_is_sent() {
    let tokens = Arc::new(FakeTokens::new());
    let http = http(Arc::clone(&tokens), VAULT, "vault.example");
    let error = http.get("http://vault.example/").send().await.unwrap_err();
    let reqwest_middleware::Error::Middleware(cause) = error else { panic!("{error:?}") };
    assert!(matches!(cause.downcast_ref(), Some(NotAuthorized::Plain { .. })), "{cause:?}");
    assert_eq!(tokens.calls(), 0);
}
