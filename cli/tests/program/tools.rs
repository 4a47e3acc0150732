//! `helper` with the tools themselves: git, cargo, kubectl, pip, docker and skopeo, against an https server that wants a token.
//!
//! A tool that is not here is left out, by its name. Not for Windows, where no variable says that the server is to be trusted.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use managed_identity_simulator::{Fault, FaultScript, SimulatedSource, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::helpers::helper;
use crate::registry::{Registry, manifest};
use crate::support::simulator;

const PROGRAM: &str = env!("CARGO_BIN_EXE_managed-identity");

/// Both the authority, over https, and by its faults a server: one answer for each request, in their order. What comes in a
/// header `Authorization` is recorded as `***`.
fn server(answers: impl IntoIterator<Item = Fault>) -> Simulator {
    let script = answers.into_iter().fold(FaultScript::new(), FaultScript::then);
    Simulator::builder(SimulatedSource::WorkloadIdentity).faults(script).start().unwrap()
}

fn host(simulator: &Simulator) -> &str {
    simulator.base_url().strip_prefix("https://").unwrap()
}

fn unauthorized() -> Fault {
    Fault::status(401).header("www-authenticate", "Basic realm=\"here\"").body("")
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

/// A tool that looks for a helper of this name in its path, and the folder that it is in.
fn with_helper(mut tool: Command, name: &str, arguments: &str, home: &Path) -> Command {
    let helper = home.join(name);
    std::fs::write(&helper, format!("#!/bin/sh\nexec {PROGRAM} helper {arguments} \"$@\"\n")).unwrap();
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let others = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths(std::iter::once(home.to_owned()).chain(std::env::split_paths(&others)));
    tool.env("PATH", path.unwrap());
    tool
}

fn told(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
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
fn pip_asks_an_index_that_wants_the_token() {
    if !is_here("pip") {
        return;
    }
    let page = Fault::status(200).body("<!DOCTYPE html><html><body></body></html>").header("content-type", "text/html");
    let simulator = server([unauthorized(), Fault::pass(), page]);
    let home = TempDir::new().unwrap();
    let helper = format!("pip --dangerous-trust-host {}", host(&simulator));
    let mut pip = with_helper(tool("pip", &simulator, home.path()), "keyring", &helper, home.path());
    pip.args(["download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]);
    pip.args(["--isolated", "--keyring-provider", "subprocess", "--cert", &authority(&simulator), "--dest"])
        .arg(home.path());
    pip.args(["--index-url", &format!("https://VssSessionToken@{}/simple/", host(&simulator)), "thing"]);
    let output = pip.output().unwrap();
    // The index is empty.
    assert!(told(&output).contains("No matching distribution"), "{}", told(&output));
    let seen = authorizations(&simulator);
    assert_eq!(seen.last(), Some(&Some("Basic ***".to_owned())), "{}", told(&output));
}

/// What the tool prints of a manifest, with our helper for the registry and without one, where it must get nothing.
fn read_from_a_registry(name: &str, arguments: impl Fn(&str) -> Vec<String>) {
    if !is_here(name) {
        return;
    }
    let simulator = Arc::new(simulator(SimulatedSource::WorkloadIdentity, []));
    let registry = Registry::start(&simulator);
    let home = TempDir::new().unwrap();
    let trusted = home.path().join("trusted.pem");
    let authority = std::fs::read_to_string(authority(&simulator)).unwrap();
    std::fs::write(&trusted, authority + &registry.certificate).unwrap();
    let configuration = home.path().join(".docker/config.json");
    std::fs::create_dir(configuration.parent().unwrap()).unwrap();
    let read = |helpers: Value| {
        std::fs::write(&configuration, json!({ "credHelpers": helpers }).to_string()).unwrap();
        let tool = tool(name, &simulator, home.path());
        let helper = format!("docker --dangerous-trust-host {}", registry.host);
        let mut tool = with_helper(tool, "docker-credential-azure", &helper, home.path());
        tool.env("SSL_CERT_FILE", &trusted).env_remove("DOCKER_CONFIG").env_remove("XDG_RUNTIME_DIR");
        tool.args(arguments(&format!("{}/thing:newest", registry.host))).output().unwrap()
    };
    let refused = read(json!({}));
    assert!(!refused.status.success(), "{}", told(&refused));
    assert_eq!(simulator.request_count(), 0);
    let output = read(json!({ registry.host.as_str(): "azure" }));
    assert!(output.status.success(), "{}", told(&output));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed, manifest());
    assert!(simulator.request_count() > 0);
}

#[test]
fn docker_reads_from_a_registry_that_wants_its_own_token() {
    read_from_a_registry("docker", |image| ["manifest", "inspect", "--insecure", image].map(str::to_owned).to_vec());
}

#[test]
fn skopeo_reads_from_a_registry_that_wants_its_own_token() {
    read_from_a_registry("skopeo", |image| vec!["inspect".to_owned(), "--raw".to_owned(), format!("docker://{image}")]);
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
fn a_registry_that_refuses_is_told_with_the_role() {
    let simulator = server([Fault::pass(), Fault::status(401).body("{}")]);
    let registry = host(&simulator);
    let outcome = helper(&simulator, &["docker", "get", "--dangerous-trust-host", registry], registry);
    assert_eq!(outcome.code, 5);
    assert!(outcome.stderr.contains("the role AcrPull"), "{}", outcome.stderr);
}
