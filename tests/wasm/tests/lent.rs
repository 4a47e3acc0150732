//! Tokens that a host lends to components of WASI 0.2 and 0.3.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::sync::Arc;

use http::Method;
use managed_identity_core::{AccessToken, SourceKind, TokenFuture, TokenProvider, TokenRequest, UnixTime};
use managed_identity_simulator::{SimulatedSource, Simulator};
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::bindings::extension::ExtensionPre;
use managed_identity_wasm_tests::bindings::p3_guest::P3GuestPre;
use managed_identity_wasm_tests::linked;
use managed_identity_wasmtime::{Grants, HttpRule, Lend, Limits, PluginState, Policy};
use tokio::sync::Barrier;
use wasmtime::component::{Component, InstancePre};
use wasmtime::{Engine, Store};

const VAULT: &str = "https://vault.azure.net";

fn pre(component: &[u8]) -> InstancePre<PluginState> {
    let engine = linked::engine().unwrap();
    let linker = linked::client_grants_and_wasi_0_3(&engine).unwrap();
    linker.instantiate_pre(&Component::new(&engine, component).unwrap()).unwrap()
}

fn store(engine: &Engine, policy: &Policy, provider: impl TokenProvider + 'static) -> Store<PluginState> {
    let grants = policy.requests.iter().cloned().fold(Grants::nothing(), Grants::request);
    Store::new(engine, PluginState::new(&grants, Lend::new("p", provider, policy), &Limits::default()).unwrap())
}

fn token(request: &TokenRequest) -> AccessToken {
    AccessToken::new("t", request.resource(), UnixTime::from_secs(4_102_444_800), SourceKind::Imds)
}

/// Has tokens when two are asked for.
struct Both(Arc<Barrier>);

impl TokenProvider for Both {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(async {
            self.0.wait().await;
            Ok(token(request))
        })
    }
}

#[tokio::test]
async fn a_component_of_wasi_0_3_waits_for_several_tokens_at_once() {
    let pre = P3GuestPre::new(pre(&Artifacts::of_project().module("managed_identity_p3_guest").unwrap())).unwrap();
    let policy = Policy::nothing().resource(VAULT).unwrap();
    for (resource, expected) in [(VAULT, Ok(())), ("https://graph.microsoft.com", Err(()))] {
        let mut store = store(pre.engine(), &policy, Both(Arc::new(Barrier::new(2))));
        let guest = pre.instantiate_async(&mut store).await.unwrap();
        let lent = store
            .run_concurrent(async |store| guest.call_lent_at_once(store, resource.to_owned()).await)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(lent.map_err(drop), expected, "{resource}");
    }
}

/// Gives tokens that the simulated vault does not know.
struct Foreign;

impl TokenProvider for Foreign {
    fn get_token<'a>(&'a self, request: &'a TokenRequest) -> TokenFuture<'a> {
        Box::pin(std::future::ready(Ok(token(request))))
    }
}

#[tokio::test]
async fn the_extension_is_told_what_its_policy_lacks() {
    let simulator = Simulator::builder(SimulatedSource::Imds).key_vault_secret("password", "x").start().unwrap();
    let pre = ExtensionPre::new(pre(&Artifacts::of_project().extension().unwrap())).unwrap();
    let vault = format!("{}/secrets/", simulator.base_url()).parse().unwrap();
    let sends = Policy::nothing().request(HttpRule::below(Method::GET, &vault).unwrap());
    for (policy, expected) in [
        (sends.clone(), "not permitted: this extension gets no token for https://vault.azure.net. "),
        (Policy::nothing().resource(VAULT).unwrap(), "not permitted: this extension may not call the vault at "),
        (sends.resource(VAULT).unwrap(), "the vault answered 401"),
    ] {
        let mut store = store(pre.engine(), &policy, Foreign);
        let extension = pre.instantiate_async(&mut store).await.unwrap();
        let called = extension.agent_extension_tool().call_run(&mut store, simulator.base_url(), "password").await;
        let refusal = called.unwrap().unwrap_err();
        assert!(refusal.starts_with(expected), "{refusal}");
    }
}
