//! The client for programs without an async runtime, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::thread;

use managed_identity_reqwest::blocking::ManagedIdentityClient;
use managed_identity_simulator::{SimulatedSource, Simulator};

const RESOURCE: &str = "https://vault.azure.net";

fn client(simulator: &Simulator) -> ManagedIdentityClient {
    ManagedIdentityClient::new(support::client(simulator).build().unwrap()).unwrap()
}

#[test]
fn threads_without_a_runtime_share_one_request() {
    let simulator = Simulator::builder(SimulatedSource::AzureArc).start().unwrap();
    let client = client(&simulator);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let token = client.get_token(RESOURCE).unwrap();
                simulator.verify_token(token.secret(), RESOURCE).unwrap();
            });
        }
    });
    // Azure Arc's challenge and its answer.
    assert_eq!(client.metrics().requests, 2);
}

#[tokio::test]
async fn it_may_be_used_and_dropped_inside_a_runtime() {
    let simulator = Simulator::builder(SimulatedSource::Imds).start().unwrap();
    let client = client(&simulator);
    let token = client.get_token(RESOURCE).unwrap();
    let replaced = client.replace_token(RESOURCE, &token).unwrap();
    assert_ne!(token.secret(), replaced.secret());
    drop(client);
}

#[test]
fn an_error_says_what_to_do() {
    let simulator = Simulator::builder(SimulatedSource::AppService).start().unwrap();
    let error = client(&simulator).get_token("").unwrap_err();
    assert!(error.next_step().contains("name the resource"), "{}", error.explain());
}
