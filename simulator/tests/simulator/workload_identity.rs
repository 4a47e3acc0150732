//! The token endpoint of the authority.

use std::fs;

use managed_identity_simulator::{AssignedIdentity, SimulatedSource, Simulator};

use crate::support::{RESOURCE, Reply, assert_members, assert_token, get, post, start};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn token_url(simulator: &Simulator, tenant: &str) -> String {
    format!("{}{tenant}/oauth2/v2.0/token", simulator.environment()["AZURE_AUTHORITY_HOST"])
}

/// Posts a right form, except that the field `name` is `value` (or not there).
fn ask_with(simulator: &Simulator, name: &str, value: Option<&str>) -> Reply {
    let environment = simulator.environment();
    let assertion = fs::read_to_string(&environment["AZURE_FEDERATED_TOKEN_FILE"]).unwrap();
    let scope = format!("{RESOURCE}/.default");
    let mut form = vec![
        ("client_id", environment["AZURE_CLIENT_ID"].as_str()),
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &assertion),
        ("scope", &scope),
    ];
    form.retain(|(field, _)| *field != name);
    form.extend(value.map(|value| (name, value)));
    post(simulator, &token_url(simulator, &environment["AZURE_TENANT_ID"]), &[], &form).unwrap()
}

#[test]
fn the_federated_token_buys_a_token() {
    let simulator = start(SimulatedSource::WorkloadIdentity);
    let document = ask_with(&simulator, "unused", None).json();
    assert_members(&document, &["access_token", "expires_in", "ext_expires_in", "token_type"]);
    assert_token(&simulator, &document, AssignedIdentity::USER_CLIENT_ID);
    assert_eq!(document["expires_in"], 86_400);
}

#[test]
fn any_assigned_identity_may_be_named() {
    let simulator = start(SimulatedSource::WorkloadIdentity);
    let reply = ask_with(&simulator, "client_id", Some(AssignedIdentity::SYSTEM_CLIENT_ID));
    assert_token(&simulator, &reply.json(), AssignedIdentity::SYSTEM_CLIENT_ID);
}

#[test]
fn only_one_slash_and_default_are_taken_off_the_scope() {
    let simulator = start(SimulatedSource::WorkloadIdentity);
    let reply = ask_with(&simulator, "scope", Some("https://vault.azure.net//.default"));
    let document = reply.json();
    assert!(simulator.is_valid_token(document["access_token"].as_str().unwrap(), "https://vault.azure.net/"));
}

#[test]
fn each_mistake_has_its_number() {
    let simulator = start(SimulatedSource::WorkloadIdentity);
    for (name, value, status, error, number) in [
        ("grant_type", Some("password"), 400, "unsupported_grant_type", 70_003),
        ("grant_type", None, 400, "invalid_request", 900_144),
        ("client_id", None, 400, "invalid_request", 900_144),
        ("client_id", Some("nobody"), 400, "unauthorized_client", 700_016),
        ("client_assertion", None, 401, "invalid_client", 7_000_218),
        ("client_assertion", Some("e30.e30.AA"), 401, "invalid_client", 700_027),
        ("client_assertion_type", Some("other"), 401, "invalid_client", 7_000_218),
        ("scope", None, 400, "invalid_request", 900_144),
        ("scope", Some(RESOURCE), 400, "invalid_scope", 1_002_012),
        ("scope", Some("/.default"), 400, "invalid_scope", 1_002_012),
        ("scope", Some("https://a/.default https://b/.default"), 400, "invalid_scope", 1_002_012),
    ] {
        let reply = ask_with(&simulator, name, value);
        assert_eq!(reply.refusal(), (status, error.to_owned()), "{name} {value:?}");
        let document = reply.json();
        assert_eq!(document["error_codes"], serde_json::json!([number]));
        assert!(document["error_description"].as_str().unwrap().starts_with(&format!("AADSTS{number}:")));
        assert_members(
            &document,
            &["correlation_id", "error", "error_codes", "error_description", "timestamp", "trace_id"],
        );
    }
}

#[test]
fn tenant_path_and_method_are_checked() {
    let simulator = start(SimulatedSource::WorkloadIdentity);
    let reply = post(&simulator, &token_url(&simulator, "other"), &[], &[]).unwrap();
    assert_eq!(reply.json()["error_codes"], serde_json::json!([90_002]));
    let url = token_url(&simulator, simulator.tenant_id());
    assert_eq!(get(&simulator, &url, &[]).unwrap().status, 405);
    assert_eq!(post(&simulator, simulator.base_url(), &[], &[]).unwrap().status, 404);
}

#[test]
fn the_files_are_private_and_go_with_the_simulator() {
    let simulator = start(SimulatedSource::WorkloadIdentity);
    let environment = simulator.environment();
    let token = environment["AZURE_FEDERATED_TOKEN_FILE"].clone();
    assert_eq!(environment["SSL_CERT_FILE"], simulator.ca_certificate().unwrap().pem_path().to_str().unwrap());
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&token).unwrap().permissions()) & 0o777, 0o600);
    drop(simulator);
    assert!(fs::metadata(token).is_err() && fs::metadata(&environment["SSL_CERT_FILE"]).is_err());
}
