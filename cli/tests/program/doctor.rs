//! `doctor` on machines that are really broken: whatever the simulator does wrong, the right line says so.

use std::time::Duration;

use managed_identity_simulator::{AssignedIdentity, Fault, FaultScript, SimulatedSource, Simulator};
use serde_json::Value;

use crate::support::{Outcome, RESOURCE, json, program, simulator, trusted_sources};

/// For every request that `doctor` sends.
const EVERY: u32 = 99;

/// The findings where this simulator is the source of tokens, and the exit code.
fn findings(simulator: &Simulator, arguments: &[&str]) -> (Value, i32) {
    let mut command = program(&["doctor", "--output", "json", "--resource", RESOURCE]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    command.args(arguments).envs(simulator.environment());
    let outcome = Outcome::of(command);
    for secret in simulator.secrets() {
        assert!(!outcome.stdout.contains(&secret), "a secret shows in {}", outcome.stdout);
    }
    assert_eq!(outcome.stderr, "");
    let document = json(&outcome.stdout);
    assert_eq!(document["exit_code"], outcome.code);
    (document, outcome.code)
}

/// The checks of this verdict.
fn with_verdict<'a>(document: &'a Value, verdict: &str) -> Vec<&'a str> {
    let findings = document["findings"].as_array().unwrap().iter();
    findings.filter(|it| it["verdict"] == verdict).map(|it| it["check"].as_str().unwrap()).collect()
}

fn finding<'a>(document: &'a Value, check: &str) -> &'a Value {
    document["findings"].as_array().unwrap().iter().find(|it| it["check"] == check).unwrap()
}

#[test]
fn nothing_fails_on_any_healthy_machine() {
    for source in trusted_sources() {
        let (document, code) = findings(&simulator(source, []), &[]);
        assert_eq!(with_verdict(&document, "failed"), [""; 0], "{source}: {document}");
        assert_eq!((code, &finding(&document, "token")["verdict"]), (0, &"ok".into()), "{source}");
        assert_eq!(finding(&document, "token")["claims"]["aud"], RESOURCE, "{source}");
    }
}

#[test]
fn every_fault_has_its_line() {
    let arc = SimulatedSource::AzureArc;
    let imds = SimulatedSource::Imds;
    let far = "Mon, 01 Jan 2035 00:00:00 GMT";
    for (name, source, fault, failed, code) in [
        ("status", imds, Fault::status(503), &["endpoint", "token"][..], 5),
        ("a status of Azure Arc", arc, Fault::status(500), &["endpoint", "token"], 5),
        ("a gateway", imds, Fault::status(504), &["endpoint", "token"], 3),
        ("another program", arc, Fault::status(404), &["endpoint", "token"], 3),
        ("no identity", imds, Fault::status(400).text("Identity not found"), &["token"], 5),
        ("gone", imds, Fault::gone(), &["token"], 5),
        ("throttled", imds, Fault::throttled("300"), &["token"], 5),
        ("cut", imds, Fault::cut(), &["endpoint", "token"], 3),
        ("truncated", imds, Fault::truncated(), &["token"], 3),
        ("huge", imds, Fault::huge(9_000_000), &["endpoint", "token"], 4),
        ("endless", imds, Fault::endless(), &["endpoint", "token"], 4),
        ("a page", imds, Fault::not_json(), &["endpoint", "token"], 4),
        ("a redirect", imds, Fault::redirect("http://127.0.0.1:9/"), &["endpoint", "token"], 3),
        ("a wrong challenge", arc, Fault::challenge("Basic realm=/etc/shadow"), &["token"], 4),
        ("a key that is gone", arc, Fault::lost_key(), &["token"], 3),
        ("a clock", imds, Fault::status(400).header("date", far), &["clock", "token"], 3),
        ("no answer in time", imds, Fault::pass().delay(Duration::from_secs(30)), &["endpoint", "token"], 3),
    ] {
        let (document, found) = findings(&simulator(source, [fault.times(EVERY)]), &["--timeout", "2s"]);
        assert_eq!((with_verdict(&document, "failed"), found), (failed.to_vec(), code), "{name}: {document}");
        let first = finding(&document, failed[0]);
        assert!(first["mend"].as_str().is_some_and(|it| !it.is_empty()), "{name}: {first}");
    }
}

#[test]
fn a_key_that_is_always_refused_is_told() {
    let refused = Fault::rotated_key().times(EVERY);
    // The first request is the one without a header, the second gets the challenge.
    let script = FaultScript::new().then(Fault::pass().times(2)).then(refused);
    let simulator = Simulator::builder(SimulatedSource::AzureArc).faults(script).start().unwrap();
    let (document, code) = findings(&simulator, &[]);
    assert_eq!((with_verdict(&document, "failed"), code), (vec!["token"], 5), "{document}");
}

#[test]
fn a_token_of_another_identity_is_noticed() {
    let script = FaultScript::new().then(Fault::pass()).then(Fault::wrong_identity().times(EVERY));
    let simulator = Simulator::builder(SimulatedSource::Imds).faults(script).start().unwrap();
    let (document, _) = findings(&simulator, &["--client-id", AssignedIdentity::USER_CLIENT_ID]);
    assert_ne!(finding(&document, "token")["verdict"], "ok", "{document}");
}

/// Not on Windows, where no variable says that the simulated authority is to be trusted.
#[cfg(not(windows))]
#[test]
fn numbers_of_microsoft_entra_are_told_in_plain_words() {
    for (code, words) in
        [(700_213, "no federated credential has this subject"), (90_002, "no such tenant in this cloud")]
    {
        let simulator = simulator(SimulatedSource::WorkloadIdentity, [Fault::aadsts(code).times(EVERY)]);
        let (document, exit_code) = findings(&simulator, &["--timeout", "2s"]);
        let token = finding(&document, "token");
        assert!(token["evidence"].as_str().unwrap().contains(words), "{token}");
        assert_eq!((&token["verdict"], exit_code), (&"failed".into(), 5));
    }
}

#[test]
fn a_token_file_that_is_gone_comes_before_the_token_that_is_not_there() {
    let simulator = simulator(SimulatedSource::WorkloadIdentity, []);
    let mut command = program(&["doctor", "--output", "json"]);
    command.envs(simulator.environment()).env("AZURE_FEDERATED_TOKEN_FILE", "/nowhere/token");
    let document = json(&Outcome::of(command).stdout);
    assert_eq!(with_verdict(&document, "failed"), ["federated_token", "token"], "{document}");
}

#[test]
fn what_the_environment_says_against_it_is_told() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let doctor = |variables: &[(&str, &str)]| {
        let mut command = program(&["doctor", "--output", "json"]);
        command.envs(simulator.environment()).envs(variables.iter().copied());
        let outcome = Outcome::of(command);
        assert!(!outcome.stdout.contains("hunter2"), "{}", outcome.stdout);
        assert_eq!(outcome.code, 0, "{}", outcome.stdout);
        json(&outcome.stdout)
    };
    for (variables, warned) in [
        (&[("HTTP_PROXY", "http://user:hunter2@127.0.0.1:9"), ("NO_PROXY", ""), ("no_proxy", "")][..], "proxy"),
        (&[("IDENTITY_ENDPOINT", "http://127.0.0.1:9")], "source"),
        (&[("AZURE_CLIENT_SECRET", "hunter2")], "environment"),
        (&[("AZURE_CLIENT_ID", "11111111-1111-4111-8111-111111111111")], "environment"),
        (&[("KUBERNETES_SERVICE_HOST", "10.0.0.1")], "environment"),
    ] {
        let document = doctor(variables);
        assert_eq!(finding(&document, warned)["verdict"], "warning", "{variables:?}: {document}");
    }
    let excepted = doctor(&[("HTTP_PROXY", "http://127.0.0.1:9"), ("NO_PROXY", "localhost,127.0.0.1")]);
    assert_eq!(finding(&excepted, "proxy")["verdict"], "ok", "{excepted}");
}

#[test]
fn an_identity_that_is_not_here_is_the_caller_s_mistake() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let unknown = "99999999-9999-4999-8999-999999999999";
    let (document, code) = findings(&simulator, &["--client-id", unknown]);
    assert_eq!((with_verdict(&document, "failed"), code), (vec!["environment", "token"], 2), "{document}");
    assert!(finding(&document, "environment")["evidence"].as_str().unwrap().contains(unknown), "{document}");
}

#[test]
fn a_configuration_that_cannot_work_is_the_caller_s() {
    let mut command = program(&["doctor", "--output", "json"]);
    command.env("IDENTITY_ENDPOINT", "no address").env("IDENTITY_HEADER", "hunter2");
    let outcome = Outcome::of(command);
    let document = json(&outcome.stdout);
    assert_eq!((with_verdict(&document, "failed"), outcome.code), (vec!["source"], 2), "{document}");
    assert_eq!(finding(&document, "token")["verdict"], "not_applicable");
}

#[test]
fn a_chain_is_told_member_by_member() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let mut command = program(&["doctor", "--credential", "default", "--output", "json"]);
    command.envs(simulator.environment());
    let outcome = Outcome::of(command);
    let document = json(&outcome.stdout);
    let source = finding(&document, "source")["evidence"].as_str().unwrap();
    assert!(source.contains("environment: ") && source.contains("managed identity: to be asked"), "{source}");
}

/// Not on Windows, where no variable says that the simulated authority is to be trusted.
#[cfg(not(windows))]
#[test]
fn the_authority_is_asked_only_when_that_is_wanted() {
    let simulator = simulator(SimulatedSource::WorkloadIdentity, []);
    let (document, _) = findings(&simulator, &[]);
    assert_eq!(finding(&document, "authority")["verdict"], "not_applicable");
    let asked = simulator.request_count();
    let (document, code) = findings(&simulator, &["--network"]);
    assert_eq!((&finding(&document, "authority")["verdict"], code), (&"ok".into(), 0), "{document}");
    assert_eq!(simulator.request_count(), 2 * asked + 1);

    // Somebody in between shows a certificate of its own.
    let mut command = program(&["doctor", "--network", "--output", "json"]);
    command.envs(simulator.environment()).env_remove("SSL_CERT_FILE");
    let document = json(&Outcome::of(command).stdout);
    assert_eq!(finding(&document, "authority")["fault"], "security", "{document}");
}

#[test]
fn people_read_a_table_and_where_to_begin() {
    let simulator = simulator(SimulatedSource::Imds, [Fault::status(503).times(EVERY)]);
    let mut command = program(&["doctor"]);
    command.envs(simulator.environment());
    command.args(["--timeout", "2s"]);
    let outcome = Outcome::of(command);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (5, ""));
    for line in
        ["source           ok ", "endpoint         FAILED ", "                   mend: ", "token            FAILED "]
    {
        assert!(outcome.stdout.lines().any(|it| it.starts_with(line)), "{line} is not in\n{}", outcome.stdout);
    }
    assert!(outcome.stdout.contains("Begin with endpoint"), "{}", outcome.stdout);
    assert!(outcome.stdout.lines().all(|line| line.chars().count() <= 110 && line.is_ascii()), "{}", outcome.stdout);
}

#[test]
fn what_is_simulated_needs_no_machine() {
    for source in trusted_sources() {
        let outcome = Outcome::of(program(&["doctor", "--simulate", source.name(), "--output", "json"]));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{source}: {}", outcome.stdout);
    }
}
