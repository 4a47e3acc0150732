//! The example's plug-in in the example's host: where its tokens come from, and what it is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use http::{Method, Uri};
use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, Source, detect};
use managed_identity_plugin_host::bindings::managed_identity::client::types::{
    Denial, ErrorReason, Identity, Target, TokenOptions, TokenRequest,
};
use managed_identity_plugin_host::{
    Artifacts, Grant, HostIdentity, HttpRule, Limits, Plugin, PluginHost, Policy, Tokens as _, compose,
};
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::{SimulatedSource, Simulator};

const SECRET: &str = "correct horse battery staple";
const LINUX: HostFacts = HostFacts::of(Platform::Linux);

fn simulator(source: SimulatedSource) -> Simulator {
    Simulator::builder(source).key_vault_secret("password", SECRET).start().unwrap()
}

fn environment(simulator: &Simulator) -> Environment {
    let variables = simulator.environment();
    Environment::from_lookup(|name| variables.get(name).cloned())
}

fn source(environment: &Environment) -> Source {
    detect(environment, LINUX, DetectionOptions::default()).unwrap().source
}

fn vault(base_url: &str) -> HttpRule {
    HttpRule::below(Method::GET, &format!("{base_url}/secrets/").parse::<Uri>().unwrap()).unwrap()
}

/// The extension as its author built it.
fn extension() -> Plugin {
    PluginHost::new(Limits::default()).unwrap().load(&Artifacts::of_project().extension().unwrap()).unwrap()
}

/// The extension with the client plugged into it.
fn composed() -> Plugin {
    let artifacts = Artifacts::of_project();
    let composed = compose::plug(artifacts.extension().unwrap(), artifacts.client("self-contained").unwrap()).unwrap();
    PluginHost::new(Limits::default()).unwrap().load(&composed).unwrap()
}

fn host_identity(simulator: &Simulator, resources: &[&str]) -> HostIdentity {
    let client = ManagedIdentityClient::builder().environment(environment(simulator), LINUX).build().unwrap();
    HostIdentity::new(client, resources.iter().copied())
}

#[tokio::test]
async fn the_extension_reads_a_secret_with_an_identity_of_its_own() {
    let plugin = composed();
    for kind in [
        SimulatedSource::AppService,
        SimulatedSource::CloudShell,
        SimulatedSource::Imds,
        SimulatedSource::MachineLearning,
    ] {
        let simulator = simulator(kind);
        let environment = environment(&simulator);
        let policy =
            Policy::for_source(&source(&environment), &environment).unwrap().allow(vault(simulator.base_url()));
        let answer = plugin.run(Grant::of(policy), simulator.base_url(), "password").await.unwrap().unwrap();
        assert_eq!(answer, "the secret password is there: 28 characters", "{kind}");
        assert!(!simulator.secrets().iter().any(|secret| answer.contains(secret)), "{kind}");
        assert_eq!(simulator.request_count(), 2, "{kind}");
    }
}

#[tokio::test]
async fn the_extension_reads_a_secret_with_the_host_s_identity() {
    let simulator = simulator(SimulatedSource::Imds);
    let plugin = extension();
    let policy = Policy::nothing().allow(vault(simulator.base_url()));
    let grant = Grant::of(policy).with_tokens(host_identity(&simulator, &["https://vault.azure.net"]));
    for _ in 0..3 {
        let answer = plugin.run(grant.clone(), simulator.base_url(), "password").await.unwrap().unwrap();
        assert_eq!(answer, "the secret password is there: 28 characters");
    }
    // One request for the token, which the host caches for its plug-ins.
    assert_eq!(simulator.request_count(), 4);
    let missing = plugin.run(grant, simulator.base_url(), "other").await.unwrap();
    assert_eq!(missing.unwrap_err(), "the vault answered 404 SecretNotFound");
}

#[tokio::test]
async fn a_resource_that_the_plug_in_may_not_have_is_refused() {
    let simulator = simulator(SimulatedSource::Imds);
    let policy = Policy::nothing().allow(vault(simulator.base_url()));
    let grant = Grant::of(policy.clone()).with_tokens(host_identity(&simulator, &["https://management.azure.com"]));
    let plugin = extension();
    let refusal = plugin.run(grant, simulator.base_url(), "password").await.unwrap().unwrap_err();
    let expected = "not permitted: this extension gets no token for https://vault.azure.net. ";
    assert!(refusal.starts_with(expected), "{refusal}");

    let without = plugin.run(Grant::of(policy), simulator.base_url(), "password").await.unwrap().unwrap_err();
    assert!(without.starts_with("not permitted: this host gives tokens to no plug-in. "), "{without}");
    assert_eq!(simulator.request_count(), 0);
}

#[tokio::test]
async fn an_address_that_the_plug_in_may_not_call_is_refused() {
    let simulator = simulator(SimulatedSource::AppService);
    let environment = environment(&simulator);
    let source = source(&environment);
    // Found, but not reachable: the endpoint of another port.
    let policy = Policy::for_source(&Source::imds("http://127.0.0.1:1").unwrap(), &environment).unwrap();
    let policy = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]
        .into_iter()
        .fold(policy, |policy, name| policy.with_variable(name, environment.var(name).unwrap()));
    let refusal = composed().run(Grant::of(policy), simulator.base_url(), "password").await.unwrap().unwrap_err();
    let expected = format!("not permitted: this extension may not call {}. ", source.endpoint());
    assert!(refusal.starts_with(&expected), "{refusal}");
    assert_eq!(simulator.request_count(), 0);
}

#[tokio::test]
async fn a_vault_that_the_plug_in_may_not_call_is_refused() {
    let simulator = simulator(SimulatedSource::AppService);
    let environment = environment(&simulator);
    let policy = Policy::for_source(&source(&environment), &environment).unwrap();
    let refusal = composed().run(Grant::of(policy), simulator.base_url(), "password").await.unwrap().unwrap_err();
    assert!(refusal.starts_with("not permitted: this extension may not call the vault at 127.0.0.1"), "{refusal}");
    assert_eq!(simulator.request_count(), 1);
}

/// Answers as the Azure Arc agent does at first, as often as it is asked.
fn arc_agent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(4) {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let challenge = "Basic realm=/var/opt/azcmagent/tokens/1.key";
            let head = format!("HTTP/1.1 401 Unauthorized\r\nwww-authenticate: {challenge}\r\n");
            let _ = stream.write_all(format!("{head}content-length: 0\r\nconnection: close\r\n\r\n").as_bytes());
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_folder_that_the_plug_in_may_not_read_is_refused() {
    let agent = arc_agent();
    let endpoint = format!("{agent}/metadata/identity/oauth2/token");
    let variables = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IMDS_ENDPOINT", agent.as_str())];
    let lookup = |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
    let environment = Environment::from_lookup(lookup);
    let policy = Policy::for_source(&source(&environment), &environment).unwrap();
    let plugin = composed();
    let grant = Grant::of(policy.clone().without_folders());
    let refusal = plugin.run(grant, "http://127.0.0.1:1", "password").await.unwrap().unwrap_err();
    let expected = "not permitted: this extension may not read /var/opt/azcmagent/tokens/1.key. ";
    assert!(refusal.starts_with(expected), "{refusal}");

    // With a folder that lacks the key it is another error.
    let folder = tempfile::tempdir().unwrap();
    let grant = Grant::of(policy.with_folders_from(folder.path()));
    let missing = plugin.run(grant, "http://127.0.0.1:1", "password").await.unwrap().unwrap_err();
    assert!(missing.starts_with("no token: "), "{missing}");
}

#[tokio::test]
async fn no_identity_is_told_apart_from_no_permission() {
    // A port that was free a moment ago, so that nobody answers.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = format!("http://127.0.0.1:{port}");
    let lookup = |name: &str| (name == "AZURE_POD_IDENTITY_AUTHORITY_HOST").then(|| base.clone());
    let environment = Environment::from_lookup(lookup);
    let policy = Policy::for_source(&source(&environment), &environment).unwrap();
    let answer = composed().run(Grant::of(policy), "http://127.0.0.1:1", "password").await.unwrap().unwrap_err();
    assert!(answer.starts_with("no identity here: "), "{answer}");
}

#[tokio::test]
async fn the_host_decides_the_identity_and_the_resource() {
    let simulator = simulator(SimulatedSource::Imds);
    let identity = host_identity(&simulator, &["https://vault.azure.net"]);
    let request = |target, identity| TokenRequest { target, identity, options: None };
    let scope = Target::Scope("https://vault.azure.net/.default".to_owned());
    let token = identity.get_token(request(scope.clone(), Identity::SystemAssigned)).await.unwrap();
    assert!(simulator.is_valid_token(&token.access_token, "https://vault.azure.net"));

    let user_assigned = identity.get_token(request(scope.clone(), Identity::ClientId("x".to_owned()))).await;
    assert!(matches!(user_assigned.unwrap_err().reason, ErrorReason::Denied(Denial::Other(_))));
    for target in [
        Target::Resource("https://vault.azure.net/".to_owned()),
        Target::Scope("https://vault.azure.net https://graph.microsoft.com".to_owned()),
        Target::Other("https://vault.azure.net!".to_owned()),
    ] {
        let refused = identity.get_token(request(target, Identity::SystemAssigned)).await.unwrap_err();
        assert!(matches!(refused.reason, ErrorReason::Denied(Denial::Resource(_))), "{refused:?}");
    }
    assert_eq!(simulator.request_count(), 1);

    let options = TokenOptions {
        client_capabilities: Vec::new(),
        rejected_token: Some(token.access_token.clone()),
        force_refresh: false,
        time_budget: None,
        retries: true,
        client_headers: true,
    };
    let replaced = TokenRequest { target: scope, identity: Identity::SystemAssigned, options: Some(options) };
    let replaced = identity.get_token(replaced).await.unwrap();
    assert_ne!(replaced.access_token, token.access_token);
}

/// A plug-in whose `run` has this body.
fn plugin_that(body: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
            (core module $m
                (memory (export "memory") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
                (func (export "run") (param i32 i32 i32 i32) (result i32) {body} unreachable))
            (core instance $i (instantiate $m))
            (func $run (param "vault-url" string) (param "secret-name" string)
                (result (result string (error string)))
                (canon lift (core func $i "run") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
            (instance (export "agent:extension/tool@0.1.0") (export "run" (func $run))))"#
    );
    wat::parse_str(text).unwrap()
}

#[tokio::test]
async fn a_plug_in_cannot_compute_for_ever() {
    let limits = Limits { compute: Duration::from_millis(100), ..Limits::default() };
    let plugin = PluginHost::new(limits).unwrap().load(&plugin_that("(loop br 0)")).unwrap();
    let error = plugin.run(Grant::of(Policy::nothing()), "", "").await.unwrap_err();
    assert!(format!("{error:#}").contains("computed for too long"), "{error:#}");
}

#[tokio::test]
async fn a_plug_in_cannot_take_more_memory_than_it_is_given() {
    // Ends normally, with an empty text, if memory can grow by so much.
    let grow = |pages: u32| {
        format!("(if (i32.ne (memory.grow (i32.const {pages})) (i32.const -1)) (then (return (i32.const 0))))")
    };
    let host = PluginHost::new(Limits::default()).unwrap();
    let small = host.load(&plugin_that(&grow(16))).unwrap().run(Grant::of(Policy::nothing()), "", "").await;
    assert_eq!(small.unwrap().unwrap(), "");
    let large = host.load(&plugin_that(&grow(512))).unwrap().run(Grant::of(Policy::nothing()), "", "").await;
    assert!(large.is_err());
}

#[test]
fn a_plug_in_that_asks_for_more_is_not_loaded() {
    let host = PluginHost::new(Limits::default()).unwrap();
    for import in ["wasi:cli/stdout@0.2.0", "wasi:sockets/tcp-create-socket@0.2.0", "wasi:cli/exit@0.2.0"] {
        let component = format!(r#"(component (import "{import}" (instance (export "f" (func)))))"#);
        let Err(error) = host.load(&wat::parse_str(component).unwrap()) else { panic!("{import} was granted") };
        let error = format!("{error:#}");
        assert!(error.contains("more than any policy grants") && error.contains(import), "{error}");
    }
}

#[test]
fn only_a_component_that_imports_tokens_can_have_the_client_plugged_in() {
    let client = Artifacts::of_project().client("self-contained").unwrap();
    assert!(compose::plug(plugin_that("unreachable"), client.clone()).is_err());
    assert!(compose::plug(b"\0asm\x01\0\0\0".to_vec(), client).is_err());
    assert!(compose::component(b"no component".to_vec()).is_err());
}
