//! The dialect of Service Fabric.

use managed_identity_simulator::{AssignedIdentity, SimulatedSource, Simulator};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::support::{RESOURCE, Reply, assert_members, assert_token, get, start, with_query};

const PARAMETERS: [(&str, &str); 2] = [("api-version", "2019-07-01-preview"), ("resource", RESOURCE)];

fn ask(simulator: &Simulator, parameters: &[(&str, &str)], secret: Option<&str>) -> Reply {
    let url = with_query(&simulator.environment()["IDENTITY_ENDPOINT"], parameters);
    let headers: Vec<_> = secret.into_iter().map(|secret| ("Secret", secret)).collect();
    get(simulator, &url, &headers).unwrap()
}

#[test]
fn a_token_comes_over_https_for_both_versions_and_ignores_a_selector() {
    let simulator = start(SimulatedSource::ServiceFabric);
    assert!(simulator.base_url().starts_with("https://127.0.0.1:"));
    let secret = &simulator.environment()["IDENTITY_HEADER"];
    for version in ["2019-07-01-preview", "2020-05-01"] {
        let selector = ("client_id", AssignedIdentity::USER_CLIENT_ID);
        let document = ask(&simulator, &[("api-version", version), PARAMETERS[1], selector], Some(secret)).json();
        assert_members(&document, &["access_token", "expires_on", "resource", "token_type"]);
        assert_token(&simulator, &document, AssignedIdentity::SYSTEM_CLIENT_ID);
        assert!(document["expires_on"].is_u64());
    }
}

#[test]
fn the_thumbprint_is_that_of_the_certificate() {
    let simulator = start(SimulatedSource::ServiceFabric);
    let certificate = simulator.ca_certificate().unwrap();
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate.der());
    let digits: String = hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(simulator.environment()["IDENTITY_SERVER_THUMBPRINT"], digits);
    assert_eq!(certificate.thumbprint(), digits);
}

#[test]
fn a_client_that_does_not_trust_the_certificate_sends_no_request() {
    let simulator = start(SimulatedSource::ServiceFabric);
    let stranger = start(SimulatedSource::ServiceFabric);
    let url = simulator.environment()["IDENTITY_ENDPOINT"].clone();
    get(&stranger, &url, &[]).unwrap_err();
    assert_eq!(simulator.request_count(), 0);
}

#[test]
fn each_mistake_has_its_code() {
    let simulator = start(SimulatedSource::ServiceFabric);
    let secret = simulator.environment()["IDENTITY_HEADER"].clone();
    let code = |parameters, secret| ask(&simulator, parameters, secret).refusal();
    assert_eq!(code(&PARAMETERS, None), (404, "SecretHeaderNotFound".to_owned()));
    assert_eq!(code(&PARAMETERS, Some("wrong")), (404, "ManagedIdentityNotFound".to_owned()));
    assert_eq!(code(&PARAMETERS[..1], Some(&secret)), (400, "ArgumentNullOrEmpty".to_owned()));
    assert_eq!(code(&PARAMETERS[1..], Some(&secret)), (400, "InvalidApiVersion".to_owned()));
    let reply = ask(&simulator, &[], Some(&secret));
    assert_members(&reply.json()["error"], &["code", "correlationId", "message"]);
}
