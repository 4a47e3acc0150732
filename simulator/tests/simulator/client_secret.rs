//! The secret of a service principal, at the authority.

use managed_identity_simulator::{AssignedIdentity, SimulatedSource, Simulator};

use crate::support::{RESOURCE, Reply, assert_members, assert_token, post, start};

/// Posts a right form, except that the field `name` is `value` (or not there).
fn ask_with(simulator: &Simulator, name: &str, value: Option<&str>) -> Reply {
    let environment = simulator.environment();
    let scope = format!("{RESOURCE}/.default");
    let mut form = vec![
        ("client_id", environment["AZURE_CLIENT_ID"].as_str()),
        ("grant_type", "client_credentials"),
        ("client_secret", environment["AZURE_CLIENT_SECRET"].as_str()),
        ("scope", &scope),
    ];
    form.retain(|(field, _)| *field != name);
    form.extend(value.map(|value| (name, value)));
    let url = format!("{}{}/oauth2/v2.0/token", environment["AZURE_AUTHORITY_HOST"], environment["AZURE_TENANT_ID"]);
    post(simulator, &url, &[], &form).unwrap()
}

#[test]
fn the_secret_buys_a_token() {
    let simulator = start(SimulatedSource::ClientSecret);
    let document = ask_with(&simulator, "unused", None).json();
    assert_members(&document, &["access_token", "expires_in", "ext_expires_in", "token_type"]);
    assert_token(&simulator, &document, AssignedIdentity::SYSTEM_CLIENT_ID);
}

#[test]
fn a_wrong_form_is_refused_as_the_service_does() {
    let simulator = start(SimulatedSource::ClientSecret);
    for (name, value, status, code) in [
        ("client_secret", None, 401, "AADSTS7000218"),
        ("client_secret", Some("wrong"), 401, "AADSTS7000215"),
        ("client_id", Some(AssignedIdentity::USER_CLIENT_ID), 401, "AADSTS7000215"),
        ("client_id", Some("nobody"), 400, "AADSTS700016"),
        ("client_id", None, 400, "AADSTS900144"),
        ("grant_type", Some("password"), 400, "AADSTS70003"),
        ("scope", Some(RESOURCE), 400, "AADSTS1002012"),
    ] {
        let reply = ask_with(&simulator, name, value);
        assert_eq!(reply.status, status, "{name} {value:?}");
        let description = reply.json()["error_description"].as_str().unwrap().to_owned();
        assert!(description.starts_with(code), "{name} {value:?}: {description}");
    }
}

#[test]
fn the_secret_is_in_no_record() {
    let simulator = start(SimulatedSource::ClientSecret);
    ask_with(&simulator, "unused", None);
    let secret = &simulator.environment()["AZURE_CLIENT_SECRET"];
    assert!(simulator.secrets().contains(secret));
    assert!(!format!("{:?}", simulator.requests()).contains(secret.as_str()));
}
