//! Every source, simulated in the program, in this process, and in a process of its own.

use std::time::{SystemTime, UNIX_EPOCH};

use managed_identity_simulator::{AssignedIdentity, SimulatedSource};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Outcome, RESOURCE, ServingProcess, json, program, simulator, token, trusted_sources};

/// The members of the one JSON object, and what can be said of them without knowing the simulator.
fn check_document(text: &str, source: SimulatedSource) -> Value {
    let document = json(text);
    let members = document.as_object().unwrap().keys().map(String::as_str);
    let (ids, members): (Vec<_>, Vec<_>) = members.partition(|name| name.ends_with("_id"));
    let expected_ids: &[&str] = match source {
        SimulatedSource::AppService | SimulatedSource::Imds | SimulatedSource::MachineLearning => &["client_id"],
        _ => &[],
    };
    assert_eq!(ids, expected_ids, "{source:?}");
    assert_eq!(members, ["access_token", "expires_in", "expires_on", "resource", "source", "token_type"]);
    assert_eq!(text.lines().count(), 1);
    assert_eq!(document["token_type"], "Bearer");
    assert_eq!(document["resource"], RESOURCE);
    assert_eq!(document["source"], source.name());
    assert_eq!(document["access_token"].as_str().unwrap().split('.').count(), 3);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (until, left) = (document["expires_on"].as_u64().unwrap(), document["expires_in"].as_u64().unwrap());
    assert!((now + left).abs_diff(until) < 60, "{now} + {left} is not {until}");
    document
}

#[test]
fn every_source_is_simulated_within_the_command() {
    for source in trusted_sources() {
        let arguments = ["token", "--resource", RESOURCE, "--simulate", source.name(), "--output", "json"];
        check_document(&Outcome::of(program(&arguments)).success(), source);
    }
}

/// Whoever simulates it can tell what to trust, on every system.
#[test]
fn an_authority_is_simulated_within_the_command() {
    let arguments = ["token", "--resource", RESOURCE, "--simulate", "workload-identity", "--output", "json"];
    check_document(&Outcome::of(program(&arguments)).success(), SimulatedSource::WorkloadIdentity);
}

#[test]
fn every_source_of_a_machine_gives_a_token_that_verifies() {
    for source in trusted_sources() {
        let simulator = simulator(source, []);
        let document = check_document(&Outcome::of(token(&simulator, &[])).success(), source);
        simulator.verify_token(document["access_token"].as_str().unwrap(), RESOURCE).unwrap();
    }
}

#[test]
fn every_source_works_from_another_process() {
    for source in trusted_sources() {
        let folder = TempDir::new().unwrap();
        let process = ServingProcess::start(source, folder.path());
        let mut command = program(&["token", "--resource", RESOURCE]);
        command.envs(&process.environment);
        if source == SimulatedSource::AzureArc {
            command.arg("--key-directory").arg(folder.path());
        }
        check_document(&Outcome::of(command).success(), source);
    }
}

#[test]
fn a_command_runs_with_the_environment_of_a_source() {
    let inner = [env!("CARGO_BIN_EXE_managed-identity"), "token", "--resource", RESOURCE];
    for source in trusted_sources() {
        let mut command = program(&["simulate", "run", source.name(), "--"]);
        command.args(inner);
        check_document(&Outcome::of(command).success(), source);
    }
}

#[test]
fn each_way_to_name_an_identity_gets_a_token_of_it() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let client_id = AssignedIdentity::USER_CLIENT_ID;
    let in_json = format!(r#"{{"ManagedIdentityIdType":"ClientId","Id":"{client_id}"}}"#);
    for (arguments, object_id) in [
        (vec![], AssignedIdentity::SYSTEM_OBJECT_ID),
        (vec!["--client-id", client_id], AssignedIdentity::USER_OBJECT_ID),
        (vec!["--object-id", AssignedIdentity::USER_OBJECT_ID], AssignedIdentity::USER_OBJECT_ID),
        (vec!["--resource-id", AssignedIdentity::USER_RESOURCE_ID], AssignedIdentity::USER_OBJECT_ID),
        (vec!["--identity", &in_json], AssignedIdentity::USER_OBJECT_ID),
        (vec!["--identity", r#"{"ManagedIdentityIdType":"SystemAssigned"}"#], AssignedIdentity::SYSTEM_OBJECT_ID),
    ] {
        let document = json(&Outcome::of(token(&simulator, &arguments)).success());
        let claims = simulator.verify_token(document["access_token"].as_str().unwrap(), RESOURCE).unwrap();
        assert_eq!(claims.oid, object_id, "{arguments:?}");
    }
}

#[test]
fn the_identity_in_the_environment_is_used_by_choice() {
    let simulator = simulator(SimulatedSource::AppService, []);
    for (arguments, object_id) in
        [(&[][..], AssignedIdentity::SYSTEM_OBJECT_ID), (&["--identity-from-env"], AssignedIdentity::USER_OBJECT_ID)]
    {
        let mut command = token(&simulator, arguments);
        command.env("AZURE_CLIENT_ID", AssignedIdentity::USER_CLIENT_ID);
        let document = json(&Outcome::of(command).success());
        let claims = simulator.verify_token(document["access_token"].as_str().unwrap(), RESOURCE).unwrap();
        assert_eq!(claims.oid, object_id, "{arguments:?}");
    }
}

#[test]
fn a_source_is_chosen_by_name_whatever_else_is_there() {
    let (imds, app_service) = (simulator(SimulatedSource::Imds, []), simulator(SimulatedSource::AppService, []));
    for name in ["app-service", "imds"] {
        let mut command = token(&app_service, &["--source", name]);
        command.envs(imds.environment());
        assert_eq!(json(&Outcome::of(command).success())["source"], name);
    }
    let mut command = token(&imds, &["--source", "machine-learning", "--output", "json"]);
    command.env("MSI_ENDPOINT", "http://127.0.0.1:9/token");
    let error = Outcome::of(command).json_error(2);
    assert_eq!((&error["kind"], &error["source"]), (&"configuration".into(), &"machine-learning".into()));
    assert!(error["message"].as_str().unwrap().contains("needs MSI_SECRET"), "{error}");
}

#[test]
fn a_source_is_configured_by_one_value_without_any_variable() {
    let (imds, app_service) = (simulator(SimulatedSource::Imds, []), simulator(SimulatedSource::AppService, []));
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("source.json");
    let variables = app_service.environment();
    let secret = &variables["IDENTITY_HEADER"];
    let members = serde_json::json!({
        "source": "app-service", "endpoint": variables["IDENTITY_ENDPOINT"], "header": secret,
    });
    std::fs::write(&file, format!("{members}\n")).unwrap();
    let from_file = format!("@{}", file.display());
    let base = imds.environment()["AZURE_POD_IDENTITY_AUTHORITY_HOST"].clone();
    let imds = serde_json::json!({"source": "imds", "base": base}).to_string();

    let asked = |source: &str| program(&["token", "--resource", RESOURCE, "--source", source]);
    for (source, name) in [(&from_file, "app-service"), (&imds, "imds")] {
        assert_eq!(json(&Outcome::of(asked(source)).success())["source"], name);
    }

    // A secret on a command line is refused, and not repeated; so is what no source has.
    for (source, told) in [
        (members.to_string(), "everybody on this machine sees the secret of a command line"),
        (r#"{"source":"imds","header":"h"}"#.to_owned(), "imds has no header; it has base"),
        (r#"{"base":"http://127.0.0.1:1"}"#.to_owned(), "missing field `source`"),
        (
            r#"{"source":"imds","base":"http://127.0.0.1:1","base":"http://127.0.0.1:2"}"#.to_owned(),
            "base is given twice",
        ),
        ("vm".to_owned(), "unknown source; use one of app-service, "),
        (format!("@{}", folder.path().join("none").display()), "cannot be read"),
    ] {
        let outcome = Outcome::of(asked(&source));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{source}");
        assert!(outcome.stderr.contains(told), "{source}: {}", outcome.stderr);
        assert!(!outcome.stderr.contains(secret.as_str()), "{}", outcome.stderr);
    }
}

#[test]
fn the_key_folder_is_seen_where_the_environment_says() {
    let simulator = simulator(SimulatedSource::AzureArc, []);
    let mut command = program(&["token", "--resource", RESOURCE]);
    command.envs(simulator.environment()).env("MANAGED_IDENTITY_KEY_DIRECTORY", simulator.key_folder().unwrap());
    check_document(&Outcome::of(command).success(), SimulatedSource::AzureArc);
}

#[test]
fn a_scope_names_the_same_resource() {
    let scope = format!("{RESOURCE}/.default");
    let output = Outcome::of(program(&["token", "--scope", &scope, "--simulate", "imds"])).success();
    check_document(&output, SimulatedSource::Imds);
}

#[test]
fn key_files_are_read_from_the_given_folder_only() {
    let simulator = simulator(SimulatedSource::AzureArc, []);
    let elsewhere = TempDir::new().unwrap();
    let mut command = program(&["token", "--resource", RESOURCE, "--output", "json"]);
    command.envs(simulator.environment()).arg("--key-directory").arg(elsewhere.path());
    let error = Outcome::of(command).json_error(4);
    assert_eq!((&error["kind"], &error["source"]), (&"challenge".into(), &"azure-arc".into()));
}
