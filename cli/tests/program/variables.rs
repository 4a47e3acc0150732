//! The environment variables that stand for options.

use managed_identity_simulator::{AssignedIdentity, SimulatedSource};

use crate::support::{Outcome, RESOURCE, json, program, simulator, token};

#[test]
fn a_unit_needs_no_options() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let mut command = program(&["watch", "--rounds", "1", "--output", "json"]);
    command.envs(simulator.environment()).env("MANAGED_IDENTITY_RESOURCE", RESOURCE);
    command.env("MANAGED_IDENTITY_CLIENT_ID", AssignedIdentity::USER_CLIENT_ID);
    command.env("MANAGED_IDENTITY_VERBOSE", "yes").env("MANAGED_IDENTITY_LOG_FORMAT", "json");
    let outcome = Outcome::of(command);
    assert_eq!(json(&outcome.stdout)["state"], "ok", "{}", outcome.stderr);
    assert!(outcome.stderr.lines().count() > 0 && outcome.stderr.lines().all(|line| json(line).is_object()));
    let asked = simulator.requests().pop().unwrap();
    let client_id = asked.query.iter().find(|(name, _)| name == "client_id").map(|(_, value)| value.as_str());
    assert_eq!(client_id, Some(AssignedIdentity::USER_CLIENT_ID));
}

#[test]
fn an_option_comes_before_its_variable() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let mut command = token(&simulator, &["--source", "imds", "--errors", "text", "--output", "json"]);
    command.env("MANAGED_IDENTITY_SOURCE", "service-fabric").env("MANAGED_IDENTITY_ERRORS", "json");
    command.env("MANAGED_IDENTITY_RESOURCE", "https://storage.azure.com");
    let document = json(&Outcome::of(command).success());
    assert_eq!((&document["source"], &document["resource"]), (&"imds".into(), &RESOURCE.into()));
}

#[test]
fn a_variable_that_contradicts_an_option_is_told_and_not_passed_over() {
    let mut command = program(&["token", "--resource", RESOURCE, "--simulate", "imds", "--object-id", "o"]);
    command.env("MANAGED_IDENTITY_CLIENT_ID", "c").env("MANAGED_IDENTITY_ERRORS", "json");
    let error = Outcome::of(command).json_error(2);
    assert!(error["message"].as_str().unwrap().contains("--client-id"), "{error}");
}

#[test]
fn no_secret_is_taken_from_a_variable_or_shown_in_help() {
    let source = r#"{"source":"app-service","endpoint":"http://127.0.0.1:9/token","header":"s3cret-header"}"#;
    for (arguments, code) in [(&["token", "--resource", RESOURCE][..], 2), (&["token", "--help"], 0)] {
        let mut command = program(arguments);
        command.env("MANAGED_IDENTITY_SOURCE", source);
        let outcome = Outcome::of(command);
        assert_eq!(outcome.code, code, "{}", outcome.stderr);
        assert!(!format!("{}{}", outcome.stdout, outcome.stderr).contains("s3cret"), "{}", outcome.stdout);
    }
}
