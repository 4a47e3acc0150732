//! `helper`: each tool's protocol by its specification. What the tools themselves make of it is in `tools`.

use std::io::Write as _;
use std::process::Stdio;

use managed_identity_simulator::{SimulatedSource, Simulator};
use serde_json::{Value, json};

use crate::support::{Outcome, program, simulator};

const DEVOPS: &str = "499b84ac-1321-427f-aa17-267ca6975798";

pub(crate) fn helper(simulator: &Simulator, arguments: &[&str], input: &str) -> Outcome {
    fed(simulator, arguments, input.as_bytes())
}

fn fed(simulator: &Simulator, arguments: &[&str], input: &[u8]) -> Outcome {
    let mut command = program(&["helper"]);
    command.args(arguments).envs(simulator.environment());
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that does not look at its input has ended, perhaps.
    let _ = running.stdin.take().unwrap().write_all(input);
    let output = running.wait_with_output().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn git_is_answered_in_the_form_that_it_understands() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let asked = "protocol=https\nhost=dev.azure.com\n";
    let password = helper(&simulator, &["git", "get"], &format!("{asked}\n")).success();
    let value = |text: &str, key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("no {key} in {text}")).to_owned()
    };
    let claims = simulator.verify_token(&value(&password, "password"), DEVOPS).unwrap();
    assert_eq!(value(&password, "password_expiry_utc"), claims.exp.to_string());
    assert!(!value(&password, "username").is_empty());

    let bearer = helper(&simulator, &["git", "get"], &format!("capability[]=authtype\n{asked}\n")).success();
    assert_eq!(value(&bearer, "authtype"), "Bearer");
    simulator.verify_token(&value(&bearer, "credential"), DEVOPS).unwrap();
    assert!(bearer.starts_with("capability[]=authtype\n"), "{bearer}");

    let of_latin_1 = [asked.as_bytes(), b"path=o/caf\xe9\n\n"].concat();
    let of_latin_1 = fed(&simulator, &["git", "get"], &of_latin_1).success();
    simulator.verify_token(&value(&of_latin_1, "password"), DEVOPS).unwrap();

    let capability = helper(&simulator, &["git", "capability"], "").success();
    assert_eq!(capability, "version 0\ncapability authtype\n");
}

#[test]
fn git_gets_nothing_for_other_hosts_and_operations() {
    let simulator = simulator(SimulatedSource::Imds, []);
    for (operation, input) in [
        ("get", "protocol=https\nhost=github.com\n\n"),
        ("get", "protocol=http\nhost=dev.azure.com\n\n"),
        ("get", "protocol=ssh\nhost=dev.azure.com\n\n"),
        ("get", ""),
        ("store", "protocol=https\nhost=dev.azure.com\npassword=p\n\n"),
        ("erase", ""),
        ("something-new", ""),
    ] {
        assert_eq!(helper(&simulator, &["git", operation], input).success(), "", "{operation} {input}");
    }
    assert_eq!(simulator.request_count(), 0);
}

#[test]
fn cargo_is_told_why_there_is_no_token() {
    let request = |kind: &str, url: &str, arguments: &[&str]| {
        json!({ "v": 1, "kind": kind, "operation": "read", "registry": { "index-url": url }, "args": arguments })
            .to_string()
    };
    let feed = "sparse+https://pkgs.dev.azure.com/o/_packaging/f/Cargo/index/";
    let simulator = simulator(SimulatedSource::Imds, []);
    for (line, expected) in [
        (request("get", "https://index.crates.io/", &["helper", "cargo"]), "url-not-supported"),
        (request("get", "sparse+http://pkgs.dev.azure.com/", &["helper", "cargo"]), "url-not-supported"),
        (request("login", feed, &["helper", "cargo"]), "operation-not-supported"),
        (request("get", feed, &["helper", "git", "get"]), "other"),
        (request("get", feed, &["nonsense"]), "other"),
        (request("get", feed, &["helper", "cargo", "--client-id", "a", "--object-id", "b"]), "other"),
        ("no json".to_owned(), "other"),
    ] {
        let mut command = program(&["--cargo-plugin"]);
        let mut running =
            command.envs(simulator.environment()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        writeln!(running.stdin.take().unwrap(), "{line}").unwrap();
        let output = running.wait_with_output().unwrap();
        let lines: Vec<Value> =
            String::from_utf8(output.stdout).unwrap().lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        assert_eq!(lines[0], json!({ "v": [1] }));
        assert_eq!((lines.len(), &lines[1]["Err"]["kind"]), (2, &expected.into()), "{line}: {lines:?}");
    }
    assert_eq!(simulator.request_count(), 0);
    assert_eq!(Outcome::of(program(&["helper", "cargo"])).code, 2);
}

#[test]
fn a_kubernetes_client_is_answered_in_its_version() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let asked = |information: &str| {
        let mut command = program(&["helper", "kubectl"]);
        command.envs(simulator.environment()).env("KUBERNETES_EXEC_INFO", information);
        Outcome::of(command)
    };
    let text = asked(r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{}}"#).success();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["apiVersion"], "client.authentication.k8s.io/v1");
    assert_eq!(document["kind"], "ExecCredential");
    let token = document["status"]["token"].as_str().unwrap();
    simulator.verify_token(token, "6dae42f8-4368-4678-94ff-3960e28e3630").unwrap();
    let until = document["status"]["expirationTimestamp"].as_str().unwrap();
    assert!(until.ends_with('Z') && until.contains('T'), "{until}");
    assert_eq!(asked(r#"{"apiVersion":"client.authentication.k8s.io/v2"}"#).code, 2);
}

#[test]
fn keyring_s_questions_are_answered_for_known_indexes() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let url = "https://pkgs.dev.azure.com/o/_packaging/f/pypi/simple/";
    let password = helper(&simulator, &["pip", "get", url, "VssSessionToken"], "").success();
    simulator.verify_token(password.trim_end(), DEVOPS).unwrap();
    for arguments in [["get", "https://pypi.org/simple/", "u"], ["set", url, "u"], ["del", url, "u"]] {
        let outcome = helper(&simulator, &["pip", arguments[0], arguments[1], arguments[2]], "");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{arguments:?}");
    }
}

#[test]
fn docker_is_told_of_what_is_not_known_in_the_words_that_it_compares() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let outcome = helper(&simulator, &["docker", "get"], "https://index.docker.io/v1/");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, "credentials not found in native keychain\n"));
    assert_eq!(helper(&simulator, &["docker", "list"], "").success(), "{}\n");
    for operation in ["store", "erase"] {
        assert_eq!(helper(&simulator, &["docker", operation], "mine.azurecr.io").success(), "", "{operation}");
    }
    assert_eq!(simulator.request_count(), 0);
}

#[test]
fn docker_s_user_is_told_why_the_registry_gave_no_answer() {
    let simulator = simulator(SimulatedSource::Imds, []);
    let mut command = program(&["helper", "docker", "get"]);
    // A proxy that nobody listens at, so that nobody is asked.
    for name in ["HTTPS_PROXY", "https_proxy"] {
        command.env(name, "http://127.0.0.1:9");
    }
    for name in ["NO_PROXY", "no_proxy"] {
        command.env_remove(name);
    }
    let mut running = command
        .envs(simulator.environment())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    running.stdin.take().unwrap().write_all(b"mine.azurecr.io").unwrap();
    let output = running.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("no answer from the registry mine.azurecr.io: ") && said.contains("refused"), "{said}");
}
