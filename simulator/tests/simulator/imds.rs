//! The dialect of the instance metadata service.

use managed_identity_simulator::{AssignedIdentity, SimulatedSource, Simulator};

use crate::support::{RESOURCE, Reply, assert_members, assert_token, get, start, with_query};

const METADATA: (&str, &str) = ("Metadata", "true");
const VERSION: (&str, &str) = ("api-version", "2018-02-01");
const FOR_RESOURCE: (&str, &str) = ("resource", RESOURCE);

fn ask(simulator: &Simulator, parameters: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    let host = &simulator.environment()["AZURE_POD_IDENTITY_AUTHORITY_HOST"];
    get(simulator, &with_query(&format!("{host}/metadata/identity/oauth2/token"), parameters), headers).unwrap()
}

fn refused(simulator: &Simulator, parameters: &[(&str, &str)], headers: &[(&str, &str)]) -> (u16, String) {
    ask(simulator, parameters, headers).refusal()
}

#[test]
fn a_token_comes_with_every_number_as_text() {
    let simulator = start(SimulatedSource::Imds);
    let reply = ask(&simulator, &[VERSION, FOR_RESOURCE], &[METADATA]);
    assert_eq!(reply.status, 200);
    let document = reply.json();
    assert_members(
        &document,
        &[
            "access_token",
            "client_id",
            "expires_in",
            "expires_on",
            "ext_expires_in",
            "not_before",
            "refresh_token",
            "resource",
            "token_type",
        ],
    );
    assert_token(&simulator, &document, AssignedIdentity::SYSTEM_CLIENT_ID);
    assert_eq!(document["expires_in"], "86400");
    assert_eq!(document["resource"], RESOURCE);
    assert_eq!(document["refresh_token"], "");
    let number = |name: &str| document[name].as_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(number("expires_on") - number("not_before"), 86_400);
}

#[test]
fn a_selector_finds_the_identity_by_each_of_its_ids() {
    let simulator = start(SimulatedSource::Imds);
    for (version, name, id) in [
        ("2018-02-01", "client_id", AssignedIdentity::USER_CLIENT_ID),
        ("2018-02-01", "object_id", AssignedIdentity::USER_OBJECT_ID),
        ("2018-02-01", "msi_res_id", AssignedIdentity::USER_RESOURCE_ID),
        ("2019-08-01", "mi_res_id", AssignedIdentity::USER_RESOURCE_ID),
    ] {
        let reply = ask(&simulator, &[("api-version", version), FOR_RESOURCE, (name, id)], &[METADATA]);
        assert_token(&simulator, &reply.json(), AssignedIdentity::USER_CLIENT_ID);
    }
}

#[test]
fn the_newer_selector_name_means_nothing_to_an_older_version() {
    let simulator = start(SimulatedSource::Imds);
    let selector = ("mi_res_id", AssignedIdentity::USER_RESOURCE_ID);
    let reply = ask(&simulator, &[VERSION, FOR_RESOURCE, selector], &[METADATA]);
    assert_token(&simulator, &reply.json(), AssignedIdentity::SYSTEM_CLIENT_ID);
}

#[test]
fn an_unknown_identity_is_not_found() {
    let simulator = start(SimulatedSource::Imds);
    let reply = ask(&simulator, &[VERSION, FOR_RESOURCE, ("client_id", "nobody")], &[METADATA]);
    assert_eq!(reply.refusal(), (400, "invalid_request".to_owned()));
    assert_eq!(reply.json()["error_description"], "Identity not found");
}

#[test]
fn two_selectors_are_refused() {
    let simulator = start(SimulatedSource::Imds);
    let selectors = [("client_id", AssignedIdentity::USER_CLIENT_ID), ("object_id", AssignedIdentity::USER_OBJECT_ID)];
    let parameters = [&[VERSION, FOR_RESOURCE], &selectors[..]].concat();
    assert_eq!(refused(&simulator, &parameters, &[METADATA]), (400, "invalid_request".to_owned()));
}

#[test]
fn the_metadata_header_must_be_exactly_true() {
    let simulator = start(SimulatedSource::Imds);
    for headers in [&[][..], &[("Metadata", "True")], &[("Metadata", "1")]] {
        let refusal = refused(&simulator, &[VERSION, FOR_RESOURCE], headers);
        assert_eq!(refusal, (400, "bad_request_102".to_owned()));
    }
}

#[test]
fn a_forwarded_request_is_refused() {
    let simulator = start(SimulatedSource::Imds);
    let headers = [METADATA, ("X-Forwarded-For", "10.0.0.1")];
    assert_eq!(refused(&simulator, &[VERSION, FOR_RESOURCE], &headers), (400, "invalid_request".to_owned()));
}

#[test]
fn the_version_must_be_a_date_that_is_not_too_early() {
    let simulator = start(SimulatedSource::Imds);
    for version in ["", "2017-09-01", "latest-one", "9"] {
        let refusal = refused(&simulator, &[("api-version", version), FOR_RESOURCE], &[METADATA]);
        assert_eq!(refusal, (400, "invalid_request".to_owned()), "{version}");
    }
    assert_eq!(ask(&simulator, &[("api-version", "2025-04-07"), FOR_RESOURCE], &[METADATA]).status, 200);
}

#[test]
fn the_resource_is_required() {
    let simulator = start(SimulatedSource::Imds);
    for parameters in [&[VERSION][..], &[VERSION, ("resource", "")]] {
        assert_eq!(refused(&simulator, parameters, &[METADATA]), (400, "invalid_request".to_owned()));
    }
}

#[test]
fn other_paths_and_methods_are_refused_and_a_slash_at_the_end_is_not() {
    let simulator = start(SimulatedSource::Imds);
    let url = |path: &str| with_query(&format!("{}{path}", simulator.base_url()), &[VERSION, FOR_RESOURCE]);
    assert_eq!(get(&simulator, &url("/metadata/instance"), &[METADATA]).unwrap().status, 404);
    let token = url("/metadata/identity/oauth2/token");
    assert_eq!(crate::support::post(&simulator, &token, &[METADATA], &[]).unwrap().status, 405);
    assert_eq!(get(&simulator, &url("/metadata/identity/oauth2/token/"), &[METADATA]).unwrap().status, 200);
}

#[test]
fn without_a_system_assigned_identity_the_only_one_is_taken_and_among_several_one_must_be_named() {
    let one = AssignedIdentity::user_assigned("client-1", "object-1", "/resource/1");
    let two = AssignedIdentity::user_assigned("client-2", "object-2", "/resource/2");
    let with = |identities| Simulator::builder(SimulatedSource::Imds).identities(identities).start().unwrap();

    let simulator = with(vec![one.clone()]);
    assert_token(&simulator, &ask(&simulator, &[VERSION, FOR_RESOURCE], &[METADATA]).json(), "client-1");

    let simulator = with(vec![one, two]);
    assert_eq!(refused(&simulator, &[VERSION, FOR_RESOURCE], &[METADATA]), (400, "invalid_request".to_owned()));
    let reply = ask(&simulator, &[VERSION, FOR_RESOURCE, ("object_id", "OBJECT-2")], &[METADATA]);
    assert_token(&simulator, &reply.json(), "client-2");
}
