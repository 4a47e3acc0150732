//! `request`: REST calls, against a service that the simulator plays by its faults and by its vault.

use std::io::Write as _;
use std::process::{Command, Stdio};

use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};

use crate::support::{Outcome, RESOURCE, json, program};

/// A vault with a secret, at an address of this machine that has to be trusted by name.
fn vault() -> Simulator {
    let names = (10..60).map(|number| format!("secret-{number}"));
    let builder = Simulator::builder(SimulatedSource::Imds).services_https();
    names.fold(builder, |builder, name| builder.key_vault_secret(name, "hello")).start().unwrap()
}

fn request(simulator: &Simulator, arguments: &[&str]) -> Command {
    let mut command = program(&["request"]);
    command.args(arguments).envs(simulator.environment());
    command.args(["--resource", RESOURCE, "--dangerous-trust-host", "127.0.0.1"]);
    command
}

#[test]
fn an_answer_is_printed_as_it_came() {
    let simulator = vault();
    let url = format!("{}/secrets/secret-10?api-version=7.5", simulator.key_vault_url().unwrap());
    let document = json(&Outcome::of(request(&simulator, &["get", &url])).success());
    assert_eq!(document["value"], "hello");
}

#[test]
fn pages_are_followed_when_that_is_wanted() {
    let simulator = vault();
    let url = format!("{}/secrets?api-version=7.5", simulator.key_vault_url().unwrap());
    let one = Outcome::of(request(&simulator, &["GET", &url])).success();
    let all = Outcome::of(request(&simulator, &["GET", &url, "--pages"])).success();
    let count = |line: &str| json(line)["value"].as_array().unwrap().len();
    assert!(count(&one) < 50);
    assert_eq!(all.lines().map(count).sum::<usize>(), 50);
}

#[test]
fn a_page_elsewhere_gets_no_token() {
    let script = FaultScript::new().then(Fault::pass());
    let page = Fault::status(200).body(r#"{"value":[],"nextLink":"https://example.com/next"}"#);
    let simulator = Simulator::builder(SimulatedSource::WorkloadIdentity).faults(script.then(page)).start().unwrap();
    let url = format!("{}/things", simulator.base_url());
    let outcome = Outcome::of(request(&simulator, &["GET", &url, "--pages"]));
    assert_eq!(outcome.code, 4, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("the next page is not at"), "{}", outcome.stderr);
}

#[test]
fn a_page_with_a_user_in_its_address_is_not_asked_for() {
    let script = FaultScript::new().then(Fault::pass());
    let simulator = Simulator::builder(SimulatedSource::WorkloadIdentity).start().unwrap();
    let next = simulator.base_url().replace("https://", "https://user:word@");
    let page = Fault::status(200).body(format!(r#"{{"value":[],"nextLink":"{next}/next"}}"#));
    simulator.set_faults(script.then(page)).unwrap();
    let url = format!("{}/things", simulator.base_url());
    let outcome = Outcome::of(request(&simulator, &["GET", &url, "--pages"]));
    assert_eq!(outcome.code, 4, "{}", outcome.stderr);
}

#[test]
fn a_header_that_is_given_is_sent_once() {
    let sent = |resource: &str, header: Option<&str>| {
        let script = FaultScript::new().then(Fault::pass()).then(Fault::status(200).body("{}"));
        let simulator = Simulator::builder(SimulatedSource::WorkloadIdentity).faults(script).start().unwrap();
        let url = format!("{}/things", simulator.base_url());
        let mut command = program(&["request", "GET", &url, "--resource", resource]);
        // The host may be named with its port.
        command.args(["--dangerous-trust-host", simulator.base_url().trim_start_matches("https://")]);
        command.args(header.iter().flat_map(|it| ["--header", it])).envs(simulator.environment());
        Outcome::of(command).success();
        let sent = simulator.requests().pop().unwrap();
        let versions = sent.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-ms-version"));
        versions.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    for storage in ["https://storage.azure.com", "https://storage.azure.com/"] {
        assert_eq!(sent(storage, None), ["2023-11-03"], "{storage}");
        assert_eq!(sent(storage, Some("X-Ms-Version: 2025-01-05")), ["2025-01-05"], "{storage}");
    }
    assert_eq!(sent(RESOURCE, None), [""; 0]);
    let arguments = ["request", "GET", "https://v.vault.azure.net/", "--header", "authorization: Bearer mine"];
    assert_eq!(Outcome::of(program(&arguments)).code, 2);
}

#[test]
fn a_body_comes_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("body.json");
    std::fs::write(&file, r#"{"a":1}"#).unwrap();
    for from in [file.to_str().unwrap(), "-"] {
        let script = FaultScript::new().then(Fault::pass()).then(Fault::status(201).body("made"));
        let simulator = Simulator::builder(SimulatedSource::WorkloadIdentity).faults(script).start().unwrap();
        let url = format!("{}/things", simulator.base_url());
        let mut command = request(&simulator, &["POST", &url, "--body", from, "--header", "x-ms-test: yes"]);
        let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        running.stdin.take().unwrap().write_all(br#"{"a":1}"#).unwrap();
        let output = running.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "made", "{}", String::from_utf8_lossy(&output.stderr));
        let sent = simulator.requests().pop().unwrap();
        assert_eq!((sent.method.as_str(), sent.header("x-ms-test")), ("POST", Some("yes")));
        assert_eq!((sent.header("content-type"), sent.header("content-length")), (Some("application/json"), Some("7")));
    }
}

#[test]
fn a_refusal_is_the_service_s_and_what_it_said_is_printed() {
    let script = FaultScript::new().then(Fault::pass()).then(Fault::status(403).body("no"));
    let simulator = Simulator::builder(SimulatedSource::WorkloadIdentity).faults(script).start().unwrap();
    let url = format!("{}/things", simulator.base_url());
    let outcome = Outcome::of(request(&simulator, &["GET", &url]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (5, "no"));
    assert!(outcome.stderr.contains("answered 403") && outcome.stderr.contains("next step: give the identity a role"));
}
