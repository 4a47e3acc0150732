//! One agent's tool in Rust, Python and JavaScript: with tokens that the host lends, and with the client plugged into it.
//!
//! `scripts/test-hosts.sh` builds the tools. Without it `MANAGED_IDENTITY_GUESTS` is unset and nothing is run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Method, Uri};
use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, detect};
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::{SimulatedSource, Simulator};
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::bindings::extension::Extension;
use managed_identity_wasm_tests::{compose, linked};
use managed_identity_wasmtime::{Grants, HttpRule, Lend, Limits, Loan, PluginState, Policy, add_to_linker, pooled};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use wasmtime::component::{Accessor, Component, Linker, Source, StreamConsumer, StreamResult};
use wasmtime::{Engine, Store, StoreContextMut};

use act::exports::act::tools::tool_provider::{ToolEvent, ToolResult};

const SECRET: &str = "correct horse battery staple";
const VAULT: &str = "https://vault.azure.net";
const ANSWER: &str = "the secret password is there: 28 characters";
/// Engines of Python and JavaScript want more than other tools.
const LIMITS: Limits = Limits { memory: 256 << 20, compute: Duration::from_secs(60), total: Duration::from_secs(180) };

/// The tools of the interface `agent:extension/tool`.
const LANGUAGES: [&str; 2] = ["python", "javascript"];

fn guest(name: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("MANAGED_IDENTITY_GUESTS") else {
        println!("{name}: not asked for");
        return None;
    };
    Some(std::fs::read(PathBuf::from(folder).join(format!("{name}.wasm"))).unwrap())
}

/// A machine with a vault, and what its host wrote down.
struct Machine {
    simulator: Simulator,
    environment: Environment,
    audit: Arc<Mutex<Vec<String>>>,
}

impl Machine {
    fn new() -> Self {
        let simulator =
            Simulator::builder(SimulatedSource::AppService).key_vault_secret("password", SECRET).start().unwrap();
        let variables = simulator.environment();
        let environment = Environment::from_lookup(|name| variables.get(name).cloned());
        Self { simulator, environment, audit: Arc::default() }
    }

    fn vault(&self) -> &str {
        self.simulator.base_url()
    }

    /// The vault's secrets, and nothing else.
    fn only_the_vault(&self) -> Grants {
        let secrets = format!("{}/secrets/", self.vault()).parse::<Uri>().unwrap();
        Grants::nothing().request(HttpRule::below(Method::GET, &secrets).unwrap())
    }

    /// A store whose plug-in is lent tokens by this policy.
    fn store(&self, engine: &Engine, grants: &Grants, policy: &Policy) -> Store<PluginState> {
        let facts = HostFacts::of(Platform::Linux);
        let client = ManagedIdentityClient::builder().environment(self.environment.clone(), facts).build().unwrap();
        let audit = Arc::clone(&self.audit);
        let lend = Lend::new("password-reader", client, policy)
            .with_audit(move |loan: &Loan<'_>| audit.lock().unwrap().push(loan.to_string()));
        let mut store = Store::new(engine, PluginState::new(grants, lend, &LIMITS).unwrap());
        store.set_epoch_deadline(1 << 32);
        store.limiter(PluginState::limiter);
        store
    }

    fn nothing_secret_in(&self, answer: &str) {
        let audit = self.audit.lock().unwrap().join("\n");
        for secret in self.simulator.secrets().iter().map(String::as_str).chain([SECRET]) {
            assert!(!answer.contains(secret) && !audit.contains(secret), "{answer}\n{audit}");
        }
    }
}

fn linker(engine: &Engine) -> Linker<PluginState> {
    let mut linker = linked::all_of_wasi(engine).unwrap();
    add_to_linker(&mut linker).unwrap();
    linker
}

fn lends_for_the_vault() -> Policy {
    Policy::nothing().resource(VAULT).unwrap()
}

/// In the engine that is meant for many plug-ins.
async fn run(machine: &Machine, tool: &[u8], grants: &Grants, policy: &Policy) -> Result<String, String> {
    let engine = Engine::new(&pooled(&LIMITS, 4)).unwrap();
    let component = Component::new(&engine, tool).unwrap();
    let mut store = machine.store(&engine, grants, policy);
    let tool = Extension::instantiate_async(&mut store, &component, &linker(&engine)).await.unwrap();
    tool.agent_extension_tool().call_run(&mut store, machine.vault(), "password").await.unwrap()
}

#[tokio::test]
async fn a_tool_in_each_language_reads_a_secret_with_a_token_that_is_lent() {
    for language in LANGUAGES {
        let Some(tool) = guest(language) else { return };
        let machine = Machine::new();
        let answer = run(&machine, &tool, &machine.only_the_vault(), &lends_for_the_vault()).await.unwrap();
        assert_eq!(answer, ANSWER, "{language}");
        assert_eq!(machine.audit.lock().unwrap().len(), 1, "{language}");
        machine.nothing_secret_in(&answer);
    }
}

#[tokio::test]
async fn a_tool_in_each_language_is_told_that_its_policy_has_no_such_token() {
    for language in LANGUAGES {
        let Some(tool) = guest(language) else { return };
        let machine = Machine::new();
        let elsewhere = Policy::nothing().resource("https://storage.azure.com").unwrap();
        let refusal = run(&machine, &tool, &machine.only_the_vault(), &elsewhere).await.unwrap_err();
        assert!(refusal.starts_with("no token: "), "{language}: {refusal}");
        assert!(refusal.contains(VAULT) && refusal.contains("Next step: "), "{language}: {refusal}");
        assert_eq!(machine.simulator.request_count(), 0, "{language}");
    }
}

#[tokio::test]
async fn a_tool_in_each_language_reads_a_secret_with_the_client_plugged_into_it() {
    for language in LANGUAGES {
        let Some(tool) = guest(language) else { return };
        let machine = Machine::new();
        let composed = compose::plug(tool, Artifacts::of_project().client("self-contained").unwrap()).unwrap();
        let facts = HostFacts::of(Platform::Linux);
        let source = detect(&machine.environment, facts, DetectionOptions::default()).unwrap().source;
        let secrets = format!("{}/secrets/", machine.vault()).parse::<Uri>().unwrap();
        let grants = Grants::for_source(&source, &machine.environment)
            .unwrap()
            .request(HttpRule::below(Method::GET, &secrets).unwrap());
        let answer = run(&machine, &composed, &grants, &Policy::nothing()).await.unwrap();
        assert_eq!(answer, ANSWER, "{language}");
        assert_eq!(machine.audit.lock().unwrap().len(), 0, "{language}: nothing is lent");
        machine.nothing_secret_in(&answer);
    }
}

/// The tool by `act-sdk`, which exports what hosts of ACT call.
mod act {
    wasmtime::component::bindgen!({
        path: "../../examples/agent-tool/wit",
        world: "agent:tool/component-world",
        exports: { default: async | store },
    });
}

/// What a tool says, as it comes.
struct Heard(UnboundedSender<ToolEvent>);

impl StreamConsumer<PluginState> for Heard {
    type Item = ToolEvent;

    fn poll_consume(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        store: StoreContextMut<'_, PluginState>,
        mut source: Source<'_, ToolEvent>,
        _: bool,
    ) -> Poll<wasmtime::Result<StreamResult>> {
        let mut events = Vec::with_capacity(16);
        source.read(store, &mut events)?;
        for event in events {
            let _ = self.0.send(event);
        }
        Poll::Ready(Ok(StreamResult::Completed))
    }
}

/// All that the tool says of these arguments.
async fn said(
    store: &Accessor<PluginState>,
    tool: &act::ComponentWorld,
    arguments: Vec<u8>,
) -> wasmtime::Result<Vec<ToolEvent>> {
    let provider = tool.act_tools_tool_provider();
    let stream = match provider.call_call_tool(store, "secret_length".to_owned(), arguments, Vec::new()).await? {
        ToolResult::Immediate(events) => return Ok(events),
        ToolResult::Streaming(stream) => stream,
    };
    let (heard, mut events) = unbounded_channel();
    store.with(|mut store| stream.pipe(&mut store, Heard(heard)))?;
    let mut all = Vec::new();
    while let Some(event) = events.recv().await {
        all.push(event);
    }
    Ok(all)
}

#[tokio::test]
async fn the_tool_by_act_sdk_reads_a_secret_with_a_token_that_is_lent() {
    let Some(tool) = guest("managed_identity_agent_tool_lent") else { return };
    let machine = Machine::new();
    let engine = linked::engine().unwrap();
    let component = Component::new(&engine, tool).unwrap();
    let mut store = machine.store(&engine, &machine.only_the_vault(), &lends_for_the_vault());
    let tool = act::ComponentWorld::instantiate_async(&mut store, &component, &linker(&engine)).await.unwrap();

    let mut arguments = Vec::new();
    let values = serde_json::json!({"vault": machine.vault(), "secret": "password"});
    ciborium::into_writer(&values, &mut arguments).unwrap();
    let events = store.run_concurrent(async |store| said(store, &tool, arguments).await).await.unwrap().unwrap();
    let [ToolEvent::Content(part)] = events.as_slice() else { panic!("{events:?}") };
    let answer = String::from_utf8(part.data.clone()).unwrap();
    assert_eq!(answer, "28 characters");
    assert_eq!(machine.audit.lock().unwrap().len(), 1);
    machine.nothing_secret_in(&answer);
}
