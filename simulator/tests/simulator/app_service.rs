//! The dialect of App Service.

use managed_identity_simulator::{AssignedIdentity, SimulatedSource, Simulator};

use crate::support::{RESOURCE, Reply, assert_members, assert_token, get, start, with_query};

const PARAMETERS: [(&str, &str); 2] = [("api-version", "2019-08-01"), ("resource", RESOURCE)];

fn ask(simulator: &Simulator, parameters: &[(&str, &str)]) -> Reply {
    let environment = simulator.environment();
    let url = with_query(&environment["IDENTITY_ENDPOINT"], parameters);
    get(simulator, &url, &[("X-IDENTITY-HEADER", &environment["IDENTITY_HEADER"])]).unwrap()
}

#[test]
fn a_token_comes_with_expires_on_and_no_expires_in() {
    let simulator = start(SimulatedSource::AppService);
    let document = ask(&simulator, &PARAMETERS).json();
    assert_members(&document, &["access_token", "client_id", "expires_on", "not_before", "resource", "token_type"]);
    assert_token(&simulator, &document, AssignedIdentity::SYSTEM_CLIENT_ID);
    assert!(document["expires_on"].is_string());
}

#[test]
fn a_selector_finds_the_identity_by_each_of_its_ids() {
    let simulator = start(SimulatedSource::AppService);
    for (name, id) in [
        ("client_id", AssignedIdentity::USER_CLIENT_ID),
        ("object_id", AssignedIdentity::USER_OBJECT_ID),
        ("principal_id", AssignedIdentity::USER_OBJECT_ID),
        ("mi_res_id", AssignedIdentity::USER_RESOURCE_ID),
    ] {
        let reply = ask(&simulator, &[&PARAMETERS[..], &[(name, id)]].concat());
        assert_token(&simulator, &reply.json(), AssignedIdentity::USER_CLIENT_ID);
    }
}

#[test]
fn the_identity_header_must_have_the_value_of_the_variable() {
    let simulator = start(SimulatedSource::AppService);
    let url = with_query(&simulator.environment()["IDENTITY_ENDPOINT"], &PARAMETERS);
    for headers in [&[][..], &[("X-IDENTITY-HEADER", "wrong")]] {
        let reply = get(&simulator, &url, headers).unwrap();
        assert_eq!(reply.status, 401);
        assert_eq!(reply.json()["statusCode"], 401);
        assert_members(&reply.json(), &["message", "statusCode"]);
    }
}

#[test]
fn version_resource_and_identity_are_checked() {
    let simulator = start(SimulatedSource::AppService);
    for parameters in [
        &[("resource", RESOURCE)][..],
        &[("api-version", "2017-09-01"), ("resource", RESOURCE)],
        &[("api-version", "2019-08-01")],
        &[PARAMETERS[0], PARAMETERS[1], ("client_id", "nobody")],
    ] {
        let reply = ask(&simulator, parameters);
        assert_eq!((reply.status, reply.json()["statusCode"].as_u64()), (400, Some(400)), "{parameters:?}");
    }
}

#[test]
fn a_forwarded_request_is_refused() {
    let simulator = start(SimulatedSource::AppService);
    let environment = simulator.environment();
    let headers = [("X-IDENTITY-HEADER", &*environment["IDENTITY_HEADER"]), ("X-Forwarded-For", "10.0.0.1")];
    let url = with_query(&environment["IDENTITY_ENDPOINT"], &PARAMETERS);
    assert_eq!(get(&simulator, &url, &headers).unwrap().status, 400);
}
