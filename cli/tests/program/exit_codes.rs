//! Failures: the exit code by who can mend it, and what is told on standard error.

use std::time::{Duration, Instant};

use managed_identity_simulator::{AssignedIdentity, Fault, SimulatedSource, Simulator};

use crate::support::{Outcome, RESOURCE, program, shell, simulator, token};

fn token_error(simulator: &Simulator, code: i32) -> serde_json::Value {
    let outcome = Outcome::of(token(simulator, &["--output", "json", "--timeout", "20"]));
    for secret in simulator.secrets() {
        assert!(!outcome.stderr.contains(&secret), "a secret shows in {}", outcome.stderr);
    }
    outcome.json_error(code)
}

#[test]
fn two_for_arguments_that_cannot_be_understood() {
    for arguments in [
        &["token"][..],
        &["token", "--resource", RESOURCE, "--scope", RESOURCE],
        &["token", "--resource", RESOURCE, "--client-id", "a", "--object-id", "b"],
        &["token", "--resource", RESOURCE, "--identity", r#"{"ManagedIdentityIdType":"ClientId"}"#],
        &["token", "--resource", RESOURCE, "--identity", r#"{"ManagedIdentityIdType":"clientid","Id":"a"}"#],
        &["token", "--resource", RESOURCE, "--client-id", "a", "--identity-from-env"],
        &["token", "--resource", RESOURCE, "--timeout", "0"],
        &["token", "--resource", RESOURCE, "--timeout", "soon"],
        &["token", "--resource", RESOURCE, "--connect-timeout", "0s"],
        &["token", "--resource", RESOURCE, "--source", "somewhere"],
        &["token", "--resource", RESOURCE, "--simulate", "imds", "--source", "imds"],
        &["token", "--resource", RESOURCE, "--simulate", "azure-arc", "--dangerous-allow-remote-arc-endpoint"],
        &["token", "--resource", RESOURCE, "--simulate", "somewhere"],
        &["token", "--resource", RESOURCE, "--simulate", "azure-arc", "--key-directory", "/keys"],
    ] {
        let mut command = program(arguments);
        command.args(["--output", "json"]);
        let error = Outcome::of(command).json_error(2);
        assert_eq!((&error["kind"], &error["fault"]), (&"usage".into(), &"caller".into()), "{arguments:?}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{arguments:?}");
    }
    let outcome = Outcome::of(program(&["token"]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.starts_with("error: "), "{}", outcome.stderr);
}

#[test]
fn two_for_a_request_that_cannot_work() {
    let cloud_shell = simulator(SimulatedSource::CloudShell, []);
    for (arguments, kind) in [
        (&["--resource", RESOURCE, "--client-id", "a"][..], "configuration"),
        (&["--resource", ""], "configuration"),
        (&["--scope", "https://a/.default https://b/.default"], "configuration"),
        (&["--resource", RESOURCE, "--key-directory", "/keys"], "usage"),
    ] {
        let mut command = program(&["token", "--output", "json"]);
        command.args(arguments).envs(cloud_shell.environment());
        let error = Outcome::of(command).json_error(2);
        assert_eq!((&error["kind"], &error["fault"]), (&kind.into(), &"caller".into()), "{arguments:?}");
        assert!(error["next_step"].is_string() && error["attempts"].is_null(), "{error}");
    }
    assert_eq!(cloud_shell.request_count(), 0);
}

#[cfg(feature = "azure")]
#[test]
fn a_vault_that_is_none_is_the_caller_s_failure() {
    for vault in ["http://127.0.0.1:9", "a b", "https://"] {
        let outcome = Outcome::of(program(&["secret", "list", "--output", "json", "--vault", vault]));
        assert_eq!(outcome.json_error(2)["kind"], "usage", "{vault}");
    }
    let outcome = Outcome::of(program(&[
        "secret",
        "list",
        "--output",
        "json",
        "--vault",
        "https://127.0.0.1:9",
        "--simulate",
        "imds",
        "--timeout",
        "2s",
    ]));
    assert_eq!(outcome.json_error(3)["kind"], "service");
}

#[test]
fn two_for_a_host_that_gets_no_token() {
    let simulator = simulator(SimulatedSource::Imds, []);
    for arguments in [
        &["https://vault.azure.net.example.com/secrets"][..],
        &["https://example.com/", "--resource", RESOURCE],
        &["https://example.com/", "--resource", RESOURCE, "--dangerous-trust-host", "example.org"],
        &["http://management.azure.com/subscriptions"],
        &["https://user:word@management.azure.com/"],
        &["management.azure.com"],
    ] {
        let mut command = program(&["request", "GET"]);
        command.args(arguments).envs(simulator.environment());
        let outcome = Outcome::of(command);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}: {}", outcome.stderr);
    }
    assert_eq!(simulator.request_count(), 0);
}

#[test]
fn three_when_nobody_listens() {
    let arguments = ["token", "--resource", RESOURCE, "--output", "json", "--fail-fast"];
    let error = Outcome::of(program(&arguments)).json_error(3);
    assert_eq!(
        (&error["kind"], &error["fault"], &error["source"]),
        (&"transport".into(), &"host".into(), &"imds".into())
    );
    assert_eq!((&error["attempts"], &error["transient"]), (&2.into(), &true.into()));
}

/// The environment says where it is, so that it is waited for.
#[test]
fn three_when_nobody_listens_for_as_long_as_one_may_wait() {
    let arguments = ["token", "--resource", RESOURCE, "--output", "json", "--timeout", "3s"];
    let error = Outcome::of(program(&arguments)).json_error(3);
    assert!(error["attempts"].as_u64().unwrap() > 2, "{error}");
    assert!(error["message"].as_str().unwrap().contains("time budget"), "{error}");
}

#[test]
fn three_when_the_time_is_over() {
    let simulator = simulator(SimulatedSource::AppService, [Fault::pass().delay(Duration::from_secs(30)).times(9)]);
    let start = Instant::now();
    let error = Outcome::of(token(&simulator, &["--output", "json", "--timeout", "1"])).json_error(3);
    assert!(start.elapsed() < Duration::from_secs(10), "{error}");
    assert_eq!((&error["kind"], &error["attempts"]), (&"transport".into(), &1.into()));
}

#[test]
fn three_for_a_key_file_that_is_gone() {
    let simulator = simulator(SimulatedSource::AzureArc, []);
    let missing = simulator.key_folder().unwrap().join("missing.key");
    simulator
        .set_faults(
            managed_identity_simulator::FaultScript::new()
                .then(Fault::challenge(format!("Basic realm={}", missing.display())).times(2)),
        )
        .unwrap();
    let error = token_error(&simulator, 3);
    assert_eq!((&error["kind"], &error["fault"]), (&"credential_file".into(), &"host".into()));
    assert!(error["message"].as_str().unwrap().contains("missing.key"), "{error}");
}

#[test]
fn four_for_an_endpoint_that_must_not_be_trusted() {
    let hostile = simulator(SimulatedSource::AzureArc, [Fault::challenge("Basic realm=/etc/shadow")]);
    let error = token_error(&hostile, 4);
    assert_eq!((&error["kind"], &error["fault"]), (&"challenge".into(), &"security".into()));

    let fabric = simulator(SimulatedSource::ServiceFabric, []);
    let mut command = token(&fabric, &["--output", "json"]);
    command.env("IDENTITY_SERVER_THUMBPRINT", "00".repeat(20));
    let error = Outcome::of(command).json_error(4);
    assert_eq!((&error["kind"], &error["attempts"]), (&"transport".into(), &1.into()));
    assert_eq!(fabric.request_count(), 0, "the request was sent to a certificate that was not the pinned one");
}

#[test]
fn five_when_the_service_gives_no_token() {
    let body = r#"{"error":"invalid_resource","error_description":"no such resource","correlation_id":"c-1"}"#;
    let simulator = simulator(
        SimulatedSource::Imds,
        [Fault::status(400).body(body).header("content-type", "application/json"), Fault::not_json()],
    );
    let error = token_error(&simulator, 5);
    for (member, expected) in [
        ("kind", "endpoint".into()),
        ("fault", "service".into()),
        ("source", "imds".into()),
        ("status", 400.into()),
        ("code", "invalid_resource".into()),
        ("description", "no such resource".into()),
        ("correlation_id", "c-1".into()),
        ("attempts", 1.into()),
        ("transient", false.into()),
        ("retry_after", serde_json::Value::Null),
    ] {
        assert_eq!(error[member], expected, "{member}");
    }
    assert_eq!(error["request_id"].as_str().map(str::len), Some(36));
    assert!(!error["message"].as_str().unwrap().contains(error["next_step"].as_str().unwrap()), "{error}");

    let error = token_error(&simulator, 5);
    assert_eq!(error["kind"], "invalid_response");
}

#[test]
fn a_wait_that_the_service_asks_for_is_told() {
    let simulator = simulator(SimulatedSource::Imds, [Fault::throttled("300")]);
    let error = token_error(&simulator, 5);
    assert_eq!(
        (&error["status"], &error["retry_after"], &error["transient"]),
        (&429.into(), &300.into(), &true.into())
    );
}

#[test]
fn errors_have_the_same_members_whatever_their_kind() {
    let simulator = simulator(SimulatedSource::Imds, [Fault::status(400)]);
    let of_service = token_error(&simulator, 5);
    let of_usage = Outcome::of(program(&["token", "--output", "json"])).json_error(2);
    let members = |error: &serde_json::Value| error.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&of_service), members(&of_usage));
}

#[test]
fn people_read_the_error_and_the_next_step() {
    let simulator = simulator(SimulatedSource::Imds, [Fault::status(400)]);
    let outcome = Outcome::of(token(&simulator, &["--client-id", AssignedIdentity::USER_CLIENT_ID]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (5, ""));
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", outcome.stderr);
    assert!(lines[0].starts_with("error: the VM metadata service (IMDS) answered 400"), "{}", lines[0]);
    assert!(lines[1].starts_with("next step: check that the identity is assigned"), "{}", lines[1]);
}

#[test]
fn the_simulator_s_failures_have_codes_too() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let outcome = Outcome::of(program(&["simulate", "serve", "imds", "--port", &port]));
    assert_eq!(outcome.code, 3);
    assert!(outcome.stderr.starts_with("error: cannot listen on 127.0.0.1:"), "{}", outcome.stderr);

    let command = shell("exit 42", "exit 42");
    let outcome = Outcome::of(program(&[&["simulate", "run", "imds", "--"][..], &command].concat()));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (42, ""));
}

#[test]
fn errors_are_told_as_is_wanted_whatever_the_output_is() {
    for (arguments, is_json) in [
        (&["token", "--resource", "", "--errors", "json"][..], true),
        (&["token", "--resource", "", "--output", "token", "--errors=json"], true),
        (&["--errors", "json", "serve"], true),
        (&["token", "--resource", "", "--output", "json", "--errors", "text"], false),
        (&["token", "--output", "json", "--errors=text"], false),
    ] {
        let outcome = Outcome::of(program(arguments));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&outcome.stderr).is_ok(), is_json, "{}", outcome.stderr);
    }
}

/// Nobody is told, and nobody is misled.
#[cfg(target_os = "linux")]
#[test]
fn the_code_stays_where_nothing_can_be_told() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for (arguments, code) in [
        (&["token", "--resource", RESOURCE, "--simulate", "imds", "--client-id", "unknown"][..], 5),
        (&["token", "--resource", ""], 2),
        (&["token"], 2),
        (&["doctor", "--no-such-option"], 2),
    ] {
        for is_json in [false, true] {
            let mut command = program(arguments);
            if is_json {
                command.args(["--output", "json"]);
            }
            assert_eq!(command.stdout(full()).stderr(full()).status().unwrap().code(), Some(code), "{arguments:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn three_when_nobody_reads_the_output() {
    let mut command = program(&["completions", "bash"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output =
        command.stdout(writer).stderr(std::process::Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: cannot write to standard output"));
}

#[cfg(target_os = "linux")]
#[test]
fn three_when_the_output_goes_nowhere() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = program(&["token", "--resource", RESOURCE, "--simulate", "imds"]);
    command.stdout(full);
    let child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: cannot write to standard output"));
}
