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
        ("/secrets/no_name?api-version=7.4", (400, "BadParameter")),
        ("/secrets/database/versions/more?api-version=7.4", (400, "BadParameter")),
        ("/secrets/other/versions?api-version=7.4", (404, "SecretNotFound")),
        ("/secrets?api-version=7.4&maxresults=0", (400, "BadParameter")),
        ("/secrets?api-version=7.4&maxresults=26", (400, "BadParameter")),
        ("/secrets?api-version=7.4&$skiptoken=x", (400, "BadParameter")),
    ] {
        let (status, code) = read(&simulator, path, &bearer).refusal();
        assert_eq!((status, code.as_str()), refusal, "{path}");
    }
}

/// The last parts of the ids in a list, from the page at `path` on, and how many pages there were.
fn listed(simulator: &Simulator, path: &str, bearer: &str) -> (Vec<String>, usize) {
    let (mut names, mut pages, mut next) = (Vec::new(), 0, Some(path.to_owned()));
    while let Some(path) = next {
        let page = read(simulator, &path, bearer).json();
        let items = page["value"].as_array().unwrap();
        assert!(items.iter().all(|item| item.get("value").is_none()), "a list has no values");
        names.extend(items.iter().map(|item| item["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()));
        let link = page["nextLink"].as_str();
        next = link.map(|link| link.strip_prefix(simulator.base_url()).unwrap().to_owned());
        pages += 1;
    }
    (names, pages)
}

#[test]
fn secrets_are_listed_page_by_page() {
    let all: Vec<String> = (10..40).map(|number| format!("secret-{number}")).collect();
    let builder = Simulator::builder(SimulatedSource::Imds);
    let builder = all.iter().fold(builder, |builder, name| builder.key_vault_secret(name, "not a password"));
    let simulator = builder.start().unwrap();
    let bearer = format!("Bearer {}", token(&simulator, RESOURCE));
    assert_eq!(listed(&simulator, "/secrets?api-version=2025-07-01", &bearer), (all.clone(), 2));
    assert_eq!(listed(&simulator, "/secrets/?api-version=7.4&maxresults=10", &bearer), (all, 3));
}

#[test]
fn a_secret_that_is_named_again_has_another_version() {
    let builder = Simulator::builder(SimulatedSource::Imds).key_vault_secret("database", "old");
    let simulator = builder.key_vault_secret("database", "new").start().unwrap();
    let bearer = format!("Bearer {}", token(&simulator, RESOURCE));
    let value = |path: &str| read(&simulator, &format!("{path}?api-version=7.4"), &bearer).json()["value"].clone();
    assert_eq!((value("/secrets/database"), value("/secrets/database/")), ("new".into(), "new".into()));

    let (versions, pages) = listed(&simulator, "/secrets/database/versions?api-version=7.4&maxresults=1", &bearer);
    let values: Vec<_> = versions.iter().map(|version| value(&format!("/secrets/database/{version}"))).collect();
    assert_eq!((values, pages), (vec!["old".into(), "new".into()], 2));
}

#[test]
fn a_token_that_is_taken_back_meets_a_claims_challenge() {
    let simulator = vault();
    let [taken, kept] = [token(&simulator, RESOURCE), token(&simulator, RESOURCE)];
    simulator.revoke_token(&taken);
    let reply = read(&simulator, "/secrets/database?api-version=7.4", &format!("Bearer {taken}"));
    assert_eq!(reply.refusal(), (401, "Unauthorized".to_owned()));
    let challenge = reply.header("www-authenticate");
    assert!(
        challenge.contains(r#"resource="https://vault.azure.net", error="insufficient_claims", claims=""#),
        "{challenge}"
    );
    assert_eq!(read(&simulator, "/secrets/database?api-version=7.4", &format!("Bearer {kept}")).status, 200);
}

#[test]
fn a_challenge_can_name_a_scope() {
    let builder = Simulator::builder(SimulatedSource::Imds).key_vault_secret("database", "not a password");
    let simulator = builder.key_vault_names_scope().start().unwrap();
    let reply = read(&simulator, "/secrets/database?api-version=7.4", "Basic abc");
    let challenge = reply.header("www-authenticate");
    assert!(challenge.ends_with(r#", scope="https://vault.azure.net/.default""#), "{challenge}");
}

#[test]
fn the_vault_has_an_https_address_on_demand() {
    let builder = Simulator::builder(SimulatedSource::Imds).key_vault_secret("database", "not a password");
    let simulator = builder.services_https().start().unwrap();
    let bearer = format!("Bearer {}", token(&simulator, RESOURCE));
    let (environment, url) = (simulator.environment(), simulator.key_vault_url().unwrap());
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    assert_eq!(environment["AZURE_KEYVAULT_URL"], url);
    let certificate = simulator.ca_certificate().unwrap();
    assert_eq!(environment["SSL_CERT_FILE"], certificate.pem_path().display().to_string());

    let secret = format!("{url}/secrets/database?api-version=7.4");
    let reply = get(&simulator, &secret, &[("Authorization", &bearer)]).unwrap();
    assert!(reply.json()["id"].as_str().unwrap().starts_with(url), "{}", reply.body);
    // Who does not trust the CA does not come in.
    let untrusting = ureq::Agent::new_with_defaults();
    assert!(untrusting.get(&secret).call().is_err());
}

#[test]
fn a_vault_beside_a_source_with_https_needs_no_other_address() {
    let builder = Simulator::builder(SimulatedSource::WorkloadIdentity).key_vault_secret("database", "not a password");
    let simulator = builder.services_https().start().unwrap();
    assert_eq!(simulator.key_vault_url(), Some(simulator.base_url()));
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
