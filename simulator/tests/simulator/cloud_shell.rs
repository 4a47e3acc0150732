//! The dialect of Cloud Shell.

use managed_identity_simulator::{AssignedIdentity, SimulatedSource};

use crate::support::{RESOURCE, assert_token, get, post, start};

const METADATA: (&str, &str) = ("Metadata", "true");

#[test]
fn a_posted_form_gets_a_token() {
    let simulator = start(SimulatedSource::CloudShell);
    let url = simulator.environment()["MSI_ENDPOINT"].clone();
    let document = post(&simulator, &url, &[METADATA], &[("resource", RESOURCE)]).unwrap().json();
    assert_token(&simulator, &document, AssignedIdentity::SYSTEM_CLIENT_ID);
    assert_eq!(document["expires_in"], "86400");
    assert!(document["expires_on"].is_string());
}

#[test]
fn method_header_form_and_resource_are_checked() {
    let simulator = start(SimulatedSource::CloudShell);
    let url = simulator.environment()["MSI_ENDPOINT"].clone();
    let form = [("resource", RESOURCE)];
    let posted = |headers: &[_], form: &[_]| post(&simulator, &url, headers, form).unwrap().refusal();
    assert_eq!(get(&simulator, &url, &[METADATA]).unwrap().status, 405);
    assert_eq!(posted(&[], &form), (400, "bad_request_102".to_owned()));
    assert_eq!(posted(&[METADATA], &[]), (400, "invalid_request".to_owned()));
    assert_eq!(posted(&[METADATA, ("content-type", "text/plain")], &form), (400, "invalid_request".to_owned()));
    assert_eq!(posted(&[METADATA, ("X-Forwarded-For", "10.0.0.1")], &form), (400, "invalid_request".to_owned()));
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let simulator = start(SimulatedSource::CloudShell);
    let url = simulator.environment()["MSI_ENDPOINT"].clone();
    let resource = "a".repeat(70_000);
    assert_eq!(post(&simulator, &url, &[METADATA], &[("resource", &resource)]).unwrap().status, 413);
}
