//! The example's extension with the client plugged into it: what it does with its grants, and what it is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::LazyLock;

use http::{Method, Uri};
use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, Source, detect};
use managed_identity_simulator::{SimulatedSource, Simulator};
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::bindings::extension::ExtensionPre;
use managed_identity_wasm_tests::compose;
use managed_identity_wasm_tests::linked;
use managed_identity_wasm_tests::store::store;
use managed_identity_wasmtime::{Grants, HttpRule, PluginState};
use wasmtime::component::Component;

const SECRET: &str = "correct horse battery staple";

/// The extension with the client plugged into it.
static COMPOSED: LazyLock<ExtensionPre<PluginState>> = LazyLock::new(|| {
    let artifacts = Artifacts::of_project();
    let composed = compose::plug(artifacts.extension().unwrap(), artifacts.client("self-contained").unwrap()).unwrap();
    let engine = linked::engine().unwrap();
    let linker = linked::client_grants_and_wasi_0_3(&engine).unwrap();
    ExtensionPre::new(linker.instantiate_pre(&Component::new(&engine, composed).unwrap()).unwrap()).unwrap()
});

async fn run(grants: &Grants, vault: &str) -> Result<String, String> {
    let mut store = store(COMPOSED.engine(), grants).unwrap();
    let extension = COMPOSED.instantiate_async(&mut store).await.unwrap();
    extension.agent_extension_tool().call_run(&mut store, vault, "password").await.unwrap()
}

fn simulator(source: SimulatedSource) -> Simulator {
    Simulator::builder(source).key_vault_secret("password", SECRET).start().unwrap()
}

fn environment(simulator: &Simulator) -> Environment {
    let variables = simulator.environment();
    Environment::from_lookup(|name| variables.get(name).cloned())
}

fn source(environment: &Environment) -> Source {
    detect(environment, HostFacts::of(Platform::Linux), DetectionOptions::default()).unwrap().source
}

fn grants(environment: &Environment) -> Grants {
    Grants::for_source(&source(environment), environment).unwrap()
}

fn vault(base_url: &str) -> HttpRule {
    HttpRule::below(Method::GET, &format!("{base_url}/secrets/").parse::<Uri>().unwrap()).unwrap()
}

#[tokio::test]
async fn the_extension_reads_a_secret_with_an_identity_of_its_own() {
    for kind in [
        SimulatedSource::AppService,
        SimulatedSource::CloudShell,
        SimulatedSource::Imds,
        SimulatedSource::MachineLearning,
    ] {
        let simulator = simulator(kind);
        let grants = grants(&environment(&simulator)).request(vault(simulator.base_url()));
        let answer = run(&grants, simulator.base_url()).await.unwrap();
        assert_eq!(answer, "the secret password is there: 28 characters", "{kind}");
        assert!(!simulator.secrets().iter().any(|secret| answer.contains(secret)), "{kind}");
        assert_eq!(simulator.request_count(), 2, "{kind}");
    }
}

#[tokio::test]
async fn an_address_that_the_plug_in_may_not_call_is_refused() {
    let simulator = simulator(SimulatedSource::AppService);
    let environment = environment(&simulator);
    // Found, but not reachable: nothing but its variables is granted.
    let grants = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]
        .into_iter()
        .fold(Grants::nothing(), |grants, name| grants.variable(name, environment.var(name).unwrap()));
    let refusal = run(&grants, simulator.base_url()).await.unwrap_err();
    let expected = format!("not permitted: this extension may not call {}. ", source(&environment).endpoint());
    assert!(refusal.starts_with(&expected), "{refusal}");
    assert_eq!(simulator.request_count(), 0);
}

#[tokio::test]
async fn a_vault_that_the_plug_in_may_not_call_is_refused() {
    let simulator = simulator(SimulatedSource::AppService);
    let refusal = run(&grants(&environment(&simulator)), simulator.base_url()).await.unwrap_err();
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
async fn a_file_that_the_plug_in_may_not_read_is_refused() {
    let agent = arc_agent();
    let endpoint = format!("{agent}/metadata/identity/oauth2/token");
    let variables = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IMDS_ENDPOINT", agent.as_str())];
    let lookup = |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
    let grants = grants(&Environment::from_lookup(lookup));
    let refusal = run(&grants.clone().without_files(), "http://127.0.0.1:1").await.unwrap_err();
    let expected = "not permitted: this extension may not read /var/opt/azcmagent/tokens/1.key. ";
    assert!(refusal.starts_with(expected), "{refusal}");

    // With a folder that lacks the key it is another error.
    let folder = tempfile::tempdir().unwrap();
    let missing = run(&grants.files_from(folder.path()), "http://127.0.0.1:1").await.unwrap_err();
    assert!(missing.starts_with("no token: "), "{missing}");
}

#[tokio::test]
async fn no_identity_is_told_apart_from_no_permission() {
    // A port that was free a moment ago, so that nobody answers.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let base = format!("http://127.0.0.1:{port}");
    let lookup = |name: &str| (name == "AZURE_POD_IDENTITY_AUTHORITY_HOST").then(|| base.clone());
    let answer = run(&grants(&Environment::from_lookup(lookup)), "http://127.0.0.1:1").await.unwrap_err();
    assert!(answer.starts_with("no identity here: "), "{answer}");
}

#[test]
fn only_a_component_that_imports_tokens_can_have_the_client_plugged_in() {
    let client = Artifacts::of_project().client("self-contained").unwrap();
    assert!(compose::plug(wat::parse_str("(component)").unwrap(), client.clone()).is_err());
    assert!(compose::plug(b"\0asm\x01\0\0\0".to_vec(), client).is_err());
    assert!(compose::component(b"no component".to_vec()).is_err());
}
