//! The Key Vault beside the identity endpoint.

use std::time::Duration;

use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};

use crate::support::{RESOURCE, Reply, get, start, with_query};

fn vault() -> Simulator {
    let builder = Simulator::builder(SimulatedSource::Imds).key_vault_secret("database", "not a password");
    builder.start().unwrap()
}

fn token(simulator: &Simulator, resource: &str) -> String {
    let url = format!("{}/metadata/identity/oauth2/token", simulator.base_url());
    let url = with_query(&url, &[("api-version", "2018-02-01"), ("resource", resource)]);
    let document = get(simulator, &url, &[("Metadata", "true")]).unwrap().json();
    document["access_token"].as_str().unwrap().to_owned()
}

fn read(simulator: &Simulator, path: &str, authorization: &str) -> Reply {
    let url = format!("{}{path}", simulator.base_url());
    get(simulator, &url, &[("Authorization", authorization)]).unwrap()
}

#[test]
fn a_token_for_the_vault_reads_a_secret() {
    let simulator = vault();
    let bearer = format!("Bearer {}", token(&simulator, RESOURCE));
    let reply = read(&simulator, "/secrets/database?api-version=7.4", &bearer);
    assert_eq!((reply.status, &reply.json()["value"]), (200, &"not a password".into()));

    let id = reply.json()["id"].as_str().unwrap().to_owned();
    let path = id.strip_prefix(simulator.base_url()).unwrap();
    assert_eq!(read(&simulator, &format!("{path}?api-version=7.6"), &bearer).json()["id"], id.as_str());
    assert!(simulator.secrets().contains(&"not a password".to_owned()));
    assert!(!simulator.requests().iter().any(|record| format!("{record:?}").contains("eyJ")));
}

#[test]
fn what_is_not_there_is_told_as_the_service_tells_it() {
    let simulator = vault();
    let bearer = format!("Bearer {}", token(&simulator, RESOURCE));
    for (path, refusal) in [
        ("/secrets/other?api-version=7.4", (404, "SecretNotFound")),
        ("/secrets/database/0123?api-version=7.4", (404, "SecretNotFound")),
        ("/secrets/database", (400, "BadParameter")),
        ("/secrets/database?api-version=2016-10-01", (400, "BadParameter")),
    ] {
        let (status, code) = read(&simulator, path, &bearer).refusal();
        assert_eq!((status, code.as_str()), refusal, "{path}");
    }
}

#[test]
fn nobody_reads_a_secret_without_a_valid_token() {
    let simulator = vault();
    let valid = token(&simulator, RESOURCE);
    let other_audience = token(&simulator, "https://management.azure.com");
    let forged = format!("{}AAAA", &valid[..valid.len() - 4]);
    for (authorization, reason) in [
        ("Basic abc".to_owned(), "AKV10000"),
        ("Bearer".to_owned(), "AKV10000"),
        (format!("Bearer {other_audience}"), "AKV10022"),
        (format!("Bearer {forged}"), "not signed"),
    ] {
        let reply = read(&simulator, "/secrets/database?api-version=7.4", &authorization);
        assert_eq!(reply.refusal(), (401, "Unauthorized".to_owned()), "{reason}");
        assert!(reply.body.contains(reason), "{reason}: {}", reply.body);
        let authority = format!("{}/{}", simulator.base_url(), simulator.tenant_id());
        let challenge = format!(r#"Bearer authorization="{authority}", resource="{RESOURCE}""#);
        assert_eq!(reply.header("www-authenticate"), challenge);
    }
}

#[test]
fn a_token_that_has_expired_reads_nothing() {
    let builder = Simulator::builder(SimulatedSource::Imds).key_vault_secret("database", "not a password");
    let simulator = builder.token_lifetime(Duration::ZERO).start().unwrap();
    let bearer = format!("Bearer {}", token(&simulator, RESOURCE));
    let reply = read(&simulator, "/secrets/database?api-version=7.4", &bearer);
    assert_eq!(reply.status, 401);
    assert!(reply.body.contains("expired"), "{}", reply.body);
}

#[test]
fn faults_are_for_the_identity_endpoint() {
    let simulator = vault();
    let bearer = format!("Bearer {}", token(&simulator, RESOURCE));
    simulator.set_faults(FaultScript::new().then(Fault::cut())).unwrap();
    assert_eq!(read(&simulator, "/secrets/database?api-version=7.4", &bearer).status, 200);
}

#[test]
fn its_address_is_told_by_a_variable() {
    let simulator = vault();
    assert_eq!(simulator.environment()["AZURE_KEYVAULT_URL"], simulator.base_url());
    assert!(!start(SimulatedSource::Imds).environment().contains_key("AZURE_KEYVAULT_URL"));
}

#[test]
fn there_is_no_vault_unless_asked_for() {
    let simulator = start(SimulatedSource::Imds);
    assert_eq!(read(&simulator, "/secrets/database?api-version=7.4", "Bearer x").refusal().1, "not_found");
}
