//! `detect`.

use managed_identity_simulator::SimulatedSource;

use crate::support::{Outcome, json, program, simulator};

#[test]
fn every_source_is_named_with_its_evidence_and_asked_nothing() {
    for source in SimulatedSource::ALL {
        let simulator = simulator(source, []);
        let mut command = program(&["detect", "--output", "json"]);
        command.envs(simulator.environment());
        let document = json(&Outcome::of(command).success());
        assert_eq!(document["source"], source.name());
        assert!(document["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{document}");
        assert!(document["endpoint"].as_str().unwrap().starts_with(simulator.base_url()), "{document}");
        assert_eq!(simulator.request_count(), 0);
    }
}

#[test]
fn what_was_ruled_out_is_told_with_reasons_and_without_secrets() {
    let mut command = program(&["detect", "--output", "json"]);
    command
        .env("MSI_ENDPOINT", "http://127.0.0.1:9/token")
        .env("MSI_SECRET", "s3cret")
        .env("IDENTITY_HEADER", "s3cret");
    let output = Outcome::of(command).success();
    assert!(!output.contains("s3cret"), "{output}");
    let document = json(&output);
    assert_eq!(document["source"], "machine-learning");
    let expected = serde_json::json!([
        { "source": "service-fabric", "reason": "IDENTITY_ENDPOINT, IDENTITY_SERVER_THUMBPRINT are not set" },
        { "source": "app-service", "reason": "IDENTITY_ENDPOINT is not set" },
    ]);
    assert_eq!(document["ruled_out"], expected);
}

#[test]
fn people_read_the_same() {
    let mut command = program(&["detect"]);
    command.env("IDENTITY_ENDPOINT", "http://127.0.0.1:9/token").env("IMDS_ENDPOINT", "http://127.0.0.1:9");
    command.env("ProgramData", r"C:\ProgramData");
    let output = Outcome::of(command).success();
    for line in [
        "Azure Arc (azure-arc)",
        "  because     IDENTITY_ENDPOINT and IMDS_ENDPOINT are set",
        "  endpoint    http://127.0.0.1:9/token",
        if cfg!(windows) {
            r"  key folder  C:\ProgramData\AzureConnectedMachineAgent\Tokens"
        } else {
            "  key folder  /var/opt/azcmagent/tokens"
        },
        "Ruled out",
        "  App Service: IDENTITY_HEADER is not set",
        "No request was sent.",
    ] {
        assert!(output.lines().any(|it| it == line), "{line} is not in\n{output}");
    }
}

#[test]
fn each_source_is_ruled_out_once_and_never_the_one_that_was_found() {
    let mut command = program(&["detect", "--output", "json"]);
    command.env("AZURE_TENANT_ID", "t-1").env("AZURE_CLIENT_ID", "c-1");
    let document = json(&Outcome::of(command).success());
    let ruled_out: Vec<&str> =
        document["ruled_out"].as_array().unwrap().iter().map(|it| it["source"].as_str().unwrap()).collect();
    let earlier =
        ["service-fabric", "app-service", "machine-learning", "azure-arc", "cloud-shell", "workload-identity"];
    assert_eq!(ruled_out, earlier);
    let notes = document["notes"].as_array().unwrap();
    assert!(notes.iter().any(|it| it.as_str().unwrap().contains("AZURE_FEDERATED_TOKEN_FILE")), "{document}");
    assert!(notes.iter().any(|it| it.as_str().unwrap().contains("--identity-from-env")), "{document}");
}

#[test]
fn another_source_than_the_expected_one_is_an_error() {
    assert!(Outcome::of(program(&["detect", "--expect", "imds"])).success().starts_with("the VM metadata service"));
    let outcome = Outcome::of(program(&["detect", "--expect", "app-service"]));
    assert_eq!(outcome.code, 2);
    assert!(outcome.stdout.starts_with("the VM metadata service"), "{}", outcome.stdout);
    for words in ["App Service was expected", "IDENTITY_ENDPOINT, IDENTITY_HEADER are not set"] {
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut command = program(&["detect", "--output", "json"]);
    command.env("IDENTITY_ENDPOINT", "http://127.0.0.1:9/token");
    command.env("IDENTITY_HEADER", std::ffi::OsStr::from_bytes(b"\xff"));
    let error = Outcome::of(command).json_error(2);
    assert_eq!(error["kind"], "configuration");
    assert!(error["message"].as_str().unwrap().starts_with("IDENTITY_HEADER is set"), "{error}");
}

#[test]
fn a_remote_agent_is_asked_only_where_the_danger_is_named() {
    let detect = |arguments: &[&str]| {
        let mut command = program(&["detect", "--output", "json"]);
        command.args(arguments).env("IDENTITY_ENDPOINT", "http://172.17.0.1:40342/token");
        command.env("IMDS_ENDPOINT", "http://172.17.0.1:40342");
        Outcome::of(command)
    };
    let error = detect(&[]).json_error(2);
    assert_eq!(error["source"], "azure-arc");
    assert!(error["next_step"].as_str().unwrap().contains("--dangerous-allow-remote-arc-endpoint"), "{error}");
    assert_eq!(json(&detect(&["--dangerous-allow-remote-arc-endpoint"]).success())["source"], "azure-arc");
}

#[test]
fn an_environment_that_cannot_work_is_an_error_of_the_caller() {
    let mut command = program(&["detect", "--output", "json"]);
    command.env("IDENTITY_ENDPOINT", "nowhere").env("IDENTITY_HEADER", "h");
    let error = Outcome::of(command).json_error(2);
    assert_eq!(error["kind"], "configuration");
    assert!(error["message"].as_str().unwrap().contains("IDENTITY_ENDPOINT"), "{error}");
    assert_eq!(error["source"], "app-service");
}
