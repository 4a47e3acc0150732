//! The dialect of Machine Learning.

use managed_identity_simulator::{AssignedIdentity, SimulatedSource, Simulator};

use crate::support::{RESOURCE, Reply, assert_token, get, start, with_query};

const PARAMETERS: [(&str, &str); 2] = [("api-version", "2017-09-01"), ("resource", RESOURCE)];

fn ask(simulator: &Simulator, parameters: &[(&str, &str)]) -> Reply {
    let environment = simulator.environment();
    let url = with_query(&environment["MSI_ENDPOINT"], parameters);
    get(simulator, &url, &[("secret", &environment["MSI_SECRET"])]).unwrap()
}

#[test]
fn the_default_identity_may_be_named_or_not() {
    let simulator = start(SimulatedSource::MachineLearning);
    let default = &simulator.environment()["DEFAULT_IDENTITY_CLIENT_ID"];
    assert_eq!(default, AssignedIdentity::SYSTEM_CLIENT_ID);
    for selector in [&[][..], &[("clientid", "")], &[("clientid", default)]] {
        let document = ask(&simulator, &[&PARAMETERS[..], selector].concat()).json();
        assert_token(&simulator, &document, AssignedIdentity::SYSTEM_CLIENT_ID);
        assert!(document["expires_on"].is_string());
    }
}

#[test]
fn a_user_assigned_identity_is_selected_by_client_id_only() {
    let simulator = start(SimulatedSource::MachineLearning);
    let with = |name, id| ask(&simulator, &[PARAMETERS[0], PARAMETERS[1], (name, id)]);
    let document = with("clientid", AssignedIdentity::USER_CLIENT_ID).json();
    assert_token(&simulator, &document, AssignedIdentity::USER_CLIENT_ID);
    for (name, id) in [
        ("clientid", "nobody"),
        ("client_id", AssignedIdentity::USER_CLIENT_ID),
        ("object_id", AssignedIdentity::USER_OBJECT_ID),
        ("msi_res_id", AssignedIdentity::USER_RESOURCE_ID),
        ("mi_res_id", AssignedIdentity::USER_RESOURCE_ID),
    ] {
        assert_eq!(with(name, id).refusal(), (400, "invalid_request".to_owned()), "{name}");
    }
}

#[test]
fn secret_version_and_resource_are_checked() {
    let simulator = start(SimulatedSource::MachineLearning);
    let url = with_query(&simulator.environment()["MSI_ENDPOINT"], &PARAMETERS);
    for headers in [&[][..], &[("secret", "wrong")]] {
        assert_eq!(get(&simulator, &url, headers).unwrap().refusal(), (401, "unauthorized".to_owned()));
    }
    for parameters in [&PARAMETERS[..1], &PARAMETERS[1..], &[("api-version", "2019-08-01"), PARAMETERS[1]]] {
        assert_eq!(ask(&simulator, parameters).refusal(), (400, "invalid_request".to_owned()));
    }
}
