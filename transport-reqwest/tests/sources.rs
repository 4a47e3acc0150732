//! A token from every source, over real sockets, real files and real TLS.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use managed_identity_reqwest::core::{Identity, SourceKind};
use managed_identity_simulator::{SimulatedSource, Simulator};
use support::client;

const RESOURCE: &str = "https://vault.azure.net";

#[tokio::test]
async fn every_source_gives_a_token_of_the_system_assigned_identity() {
    for (simulated, kind) in [
        (SimulatedSource::AppService, SourceKind::AppService),
        (SimulatedSource::AzureArc, SourceKind::AzureArc),
        (SimulatedSource::CloudShell, SourceKind::CloudShell),
        (SimulatedSource::Imds, SourceKind::Imds),
        (SimulatedSource::MachineLearning, SourceKind::MachineLearning),
        (SimulatedSource::ServiceFabric, SourceKind::ServiceFabric),
    ] {
        assert_gives_a_token(simulated, kind).await;
    }
}

#[tokio::test]
async fn an_authority_of_a_certificate_that_is_given_gives_a_token() {
    assert_gives_a_token(SimulatedSource::WorkloadIdentity, SourceKind::WorkloadIdentity).await;
}

async fn assert_gives_a_token(simulated: SimulatedSource, kind: SourceKind) {
    let simulator = Simulator::builder(simulated).start().unwrap();
    let client = client(&simulator).build().unwrap();
    assert_eq!(client.source().kind(), kind);
    let token = client.get_token(RESOURCE).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
    let claims = simulator.verify_token(token.secret(), RESOURCE).unwrap();
    assert_eq!(claims.aud, RESOURCE, "{kind}");
    assert_eq!(token.source(), kind);
    assert_eq!(token.token_type(), "Bearer");
}

#[tokio::test]
async fn sources_that_can_name_identities_give_the_token_of_the_one_named() {
    for simulated in [SimulatedSource::AppService, SimulatedSource::AzureArc, SimulatedSource::Imds] {
        let simulator = Simulator::builder(simulated).start().unwrap();
        let assigned = simulator.identities().last().unwrap().clone();
        for identity in [
            Identity::ClientId(assigned.client_id().to_owned()),
            Identity::ObjectId(assigned.object_id().to_owned()),
            Identity::ResourceId(assigned.resource_id().unwrap().to_owned()),
        ] {
            let client = client(&simulator).identity(identity.clone()).build().unwrap();
            let token = client.get_token(RESOURCE).await.unwrap_or_else(|error| panic!("{identity:?}: {error}"));
            let claims = simulator.verify_token(token.secret(), RESOURCE).unwrap();
            assert_eq!(claims.appid, assigned.client_id(), "{simulated} {identity:?}");
        }
    }
}
