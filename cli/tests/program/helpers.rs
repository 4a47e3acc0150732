//! `helper`: the tools themselves, against an https server that wants a token, and each protocol by its specification.
//!
//! The simulator plays both the authority and, by its faults, the server: one answer for each request, in their order.
//! What comes in a header `Authorization` is recorded as `***`.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Outcome, program};

const DEVOPS: &str = "499b84ac-1321-427f-aa17-267ca6975798";
const PROGRAM: &str = env!("CARGO_BIN_EXE_managed-identity");

fn server(answers: impl IntoIterator<Item = Fault>) -> Simulator {
    let script = answers.into_iter().fold(FaultScript::new(), FaultScript::then);
    Simulator::builder(SimulatedSource::WorkloadIdentity).faults(script).start().unwrap()
}

fn unauthorized() -> Fault {
    Fault::status(401).header("www-authenticate", "Basic realm=\"here\"").body("")
}

fn host(simulator: &Simulator) -> &str {
    simulator.base_url().strip_prefix("https://").unwrap()
}

fn authority(simulator: &Simulator) -> String {
    simulator.environment()["SSL_CERT_FILE"].clone()
}

/// The `Authorization` of each request that was no request for a token.
fn authorizations(simulator: &Simulator) -> Vec<Option<String>> {
    let requests = simulator.requests();
    let others = requests.iter().filter(|it| !it.path.contains("/oauth2/"));
    others.map(|it| it.header("authorization").map(str::to_owned)).collect()
}

/// A tool in the environment of the simulator, with a home of its own.
fn tool(name: &str, simulator: &Simulator, home: &Path) -> Command {
    let mut command = Command::new(name);
    command.envs(simulator.environment()).env("HOME", home).env_remove("RUST_LOG").stdin(Stdio::null());
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command.env_remove(name);
    }
    command
}

/// Whether the tool is on this machine; its protocol is tested without it, too.
fn is_here(name: &str) -> bool {
    let is_here = Command::new(name).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !is_here {
        println!("left out: there is no {name} here");
    }
    is_here
}

fn told(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn helper(simulator: &Simulator, arguments: &[&str], input: &str) -> Outcome {
    let mut command = program(&["helper"]);
    command.args(arguments).envs(simulator.environment());
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that does not look at its input has ended, perhaps.
    let _ = running.stdin.take().unwrap().write_all(input.as_bytes());
    let output = running.wait_with_output().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Git without the settings of this machine.
fn git(simulator: &Simulator, home: &Path) -> Command {
    let mut git = tool("git", simulator, home);
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0").env("GIT_SSL_CAINFO", authority(simulator));
    git
}

fn git_at(simulator: &Simulator, folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = git(simulator, folder).arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", told(&output));
    output.stdout
}

/// A repository with one commit of one file: the name of the commit, and the pack of all that it has.
fn repository(simulator: &Simulator, folder: &Path) -> (String, Vec<u8>) {
    git_at(simulator, folder, &["init", "--initial-branch", "main"]);
    std::fs::write(folder.join("file"), "hello\n").unwrap();
    git_at(simulator, folder, &["add", "file"]);
    let author = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.com"];
    git_at(simulator, folder, &[&author[..], &["commit", "--message", "one"]].concat());
    let commit = String::from_utf8(git_at(simulator, folder, &["rev-parse", "HEAD"])).unwrap();
    (commit.trim().to_owned(), git_at(simulator, folder, &["pack-objects", "--all", "--stdout"]))
}

/// A line of git's protocol, with its length before it.
fn line(text: &str) -> String {
    format!("{:04x}{text}", text.len() + 4)
}

#[test]
fn git_clones_from_a_server_that_wants_the_token() {
    let simulator = server([]);
    let (home, original) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (commit, pack) = repository(&simulator, original.path());
    let references = [
        line("# service=git-upload-pack\n"),
        "0000".to_owned(),
        line(&format!("{commit} HEAD\0symref=HEAD:refs/heads/main agent=git/simulated\n")),
        line(&format!("{commit} refs/heads/main\n")),
        "0000".to_owned(),
    ];
    let content = [line("NAK\n").into_bytes(), pack].concat();
    let answer = |body: Vec<u8>, kind: &str| {
        Fault::status(200).body(body).header("content-type", format!("application/x-git-upload-pack-{kind}"))
    };
    let script = [
        unauthorized(),
        Fault::pass(),
        answer(references.concat().into_bytes(), "advertisement"),
        answer(content, "result"),
    ];
    simulator.set_faults(script.into_iter().fold(FaultScript::new(), FaultScript::then)).unwrap();

    let helper = format!("credential.helper=!{PROGRAM} helper git --dangerous-trust-host {}", host(&simulator));
    let mut clone = git(&simulator, home.path());
    clone.args(["-c", &helper, "clone", &format!("{}/organisation/_git/project", simulator.base_url())]);
    let output = clone.arg(home.path().join("clone")).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(std::fs::read_to_string(home.path().join("clone/file")).unwrap(), "hello\n");
    let cloned = git_at(&simulator, &home.path().join("clone"), &["rev-parse", "HEAD"]);
    assert_eq!(String::from_utf8(cloned).unwrap().trim(), commit);
    let [None, Some(first), Some(second)] = &authorizations(&simulator)[..] else {
        panic!("{:?}", simulator.requests())
    };
    // An older git sends a password.
    assert!(first == "Bearer ***" || first.starts_with("Basic "), "{first}");
    assert_eq!(first, second);
}

#[test]
fn git_is_answered_in_the_form_that_it_understands() {
    let simulator = server([]);
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

    let capability = helper(&simulator, &["git", "capability"], "").success();
    assert_eq!(capability, "version 0\ncapability authtype\n");
}

#[test]
fn git_gets_nothing_for_other_hosts_and_operations() {
    let simulator = server([]);
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
fn cargo_reads_a_registry_that_wants_the_token() {
    // The address is known only when the server is.
    let simulator = server([]);
    let base = simulator.base_url();
    let configuration = json!({ "dl": format!("{base}/dl"), "api": base, "auth-required": true }).to_string();
    let found = json!({ "crates": [], "meta": { "total": 0 } }).to_string();
    let answers =
        [unauthorized(), Fault::pass(), Fault::status(200).body(configuration), Fault::status(200).body(found)];
    simulator.set_faults(answers.into_iter().fold(FaultScript::new(), FaultScript::then)).unwrap();

    let home = TempDir::new().unwrap();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = tool(&cargo, &simulator, home.path());
    let provider = format!("{PROGRAM} helper cargo --dangerous-trust-host {}", host(&simulator));
    command.env("CARGO_HOME", home.path()).env("CARGO_HTTP_CAINFO", authority(&simulator));
    command.env("CARGO_REGISTRIES_FEED_INDEX", format!("sparse+{base}/index/"));
    command.env("CARGO_REGISTRIES_FEED_CREDENTIAL_PROVIDER", provider);
    let output = command.args(["search", "--registry", "feed", "thing"]).current_dir(home.path()).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let bearer = Some("Bearer ***".to_owned());
    assert_eq!(authorizations(&simulator), [None, bearer.clone(), bearer], "{}", told(&output));
}

#[test]
fn cargo_is_told_why_there_is_no_token() {
    let request = |kind: &str, url: &str, arguments: &[&str]| {
        json!({ "v": 1, "kind": kind, "operation": "read", "registry": { "index-url": url }, "args": arguments })
            .to_string()
    };
    let feed = "sparse+https://pkgs.dev.azure.com/o/_packaging/f/Cargo/index/";
    let simulator = server([]);
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
fn kubectl_asks_a_cluster_that_wants_the_token() {
    if !is_here("kubectl") {
        return;
    }
    // Some programs of this name ask for the server's version first, each with a token of its own.
    let simulator = server([]);
    let cluster = server([Fault::status(200).body("{}").times(99)]);
    let home = TempDir::new().unwrap();
    let user = json!({ "exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": PROGRAM, "args": ["helper", "kubectl"],
        "interactiveMode": "Never",
    }});
    let place = json!({ "server": cluster.base_url(), "certificate-authority": authority(&cluster) });
    let file = home.path().join("config");
    let content = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{ "name": "here", "cluster": place }],
        "users": [{ "name": "me", "user": user }],
        "contexts": [{ "name": "here", "context": { "cluster": "here", "user": "me" } }],
    });
    std::fs::write(&file, content.to_string()).unwrap();
    let mut kubectl = tool("kubectl", &simulator, home.path());
    let output = kubectl.arg("--kubeconfig").arg(&file).args(["get", "--raw", "/healthz"]).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(authorizations(&cluster).pop(), Some(Some("Bearer ***".to_owned())));
}

#[test]
fn a_kubernetes_client_is_answered_in_its_version() {
    let simulator = server([]);
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
fn pip_asks_an_index_that_wants_the_token() {
    if !is_here("pip") {
        return;
    }
    let page = Fault::status(200).body("<!DOCTYPE html><html><body></body></html>").header("content-type", "text/html");
    let simulator = server([unauthorized(), Fault::pass(), page]);
    let home = TempDir::new().unwrap();
    let keyring = home.path().join("keyring");
    let script = format!("#!/bin/sh\nexec {PROGRAM} helper pip --dangerous-trust-host {} \"$@\"\n", host(&simulator));
    std::fs::write(&keyring, script).unwrap();
    std::fs::set_permissions(&keyring, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::join_paths(
        std::iter::once(home.path().to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut pip = tool("pip", &simulator, home.path());
    pip.env("PATH", path.unwrap()).args(["download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]);
    pip.args(["--isolated", "--keyring-provider", "subprocess", "--cert", &authority(&simulator), "--dest"])
        .arg(home.path());
    pip.args(["--index-url", &format!("https://VssSessionToken@{}/simple/", host(&simulator)), "thing"]);
    let output = pip.output().unwrap();
    // The index is empty.
    assert!(told(&output).contains("No matching distribution"), "{}", told(&output));
    let seen = authorizations(&simulator);
    assert_eq!(seen.last(), Some(&Some("Basic ***".to_owned())), "{}", told(&output));
}

#[test]
fn keyring_s_questions_are_answered_for_known_indexes() {
    let simulator = server([]);
    let url = "https://pkgs.dev.azure.com/o/_packaging/f/pypi/simple/";
    let password = helper(&simulator, &["pip", "get", url, "VssSessionToken"], "").success();
    simulator.verify_token(password.trim_end(), DEVOPS).unwrap();
    for arguments in [["get", "https://pypi.org/simple/", "u"], ["set", url, "u"], ["del", url, "u"]] {
        let outcome = helper(&simulator, &["pip", arguments[0], arguments[1], arguments[2]], "");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{arguments:?}");
    }
}

#[test]
fn docker_gets_the_registry_s_own_token() {
    let exchanged = Fault::status(200).body(r#"{"refresh_token":"of-the-registry"}"#);
    let simulator = server([Fault::pass(), exchanged]);
    let registry = host(&simulator);
    let outcome = helper(&simulator, &["docker", "get", "--dangerous-trust-host", registry], &format!("{registry}\n"));
    let document: Value = serde_json::from_str(&outcome.success()).unwrap();
    let expected = json!({
        "ServerURL": registry, "Username": "00000000-0000-0000-0000-000000000000", "Secret": "of-the-registry",
    });
    assert_eq!(document, expected);
    let exchange = simulator.requests().pop().unwrap();
    assert_eq!((exchange.method.as_str(), exchange.path.as_str()), ("POST", "/oauth2/exchange"));
    let form = |name: &str| exchange.form.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone()).unwrap();
    assert_eq!((form("grant_type"), form("service")), ("access_token".to_owned(), registry.to_owned()));
    assert_eq!((form("tenant"), form("access_token")), (simulator.tenant_id().to_owned(), "***".to_owned()));
}

#[test]
fn docker_is_told_of_what_is_not_known_in_the_words_that_it_compares() {
    let simulator = server([]);
    let outcome = helper(&simulator, &["docker", "get"], "https://index.docker.io/v1/");
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, "credentials not found in native keychain\n"));
    assert_eq!(helper(&simulator, &["docker", "list"], "").success(), "{}\n");
    for operation in ["store", "erase"] {
        assert_eq!(helper(&simulator, &["docker", operation], "mine.azurecr.io").success(), "", "{operation}");
    }
    assert_eq!(simulator.request_count(), 0);
}

#[test]
fn a_registry_that_refuses_is_told_with_the_role() {
    let simulator = server([Fault::pass(), Fault::status(401).body("{}")]);
    let registry = host(&simulator);
    let outcome = helper(&simulator, &["docker", "get", "--dangerous-trust-host", registry], registry);
    assert_eq!(outcome.code, 5);
    assert!(outcome.stderr.contains("the role AcrPull"), "{}", outcome.stderr);
}
