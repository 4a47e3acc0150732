//! The client over WASI 0.3, in wasmtime against the simulator.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::sync::Arc;

use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, detect};
use managed_identity_plugin_host::{Artifacts, Gate, NoTokens, PluginState, Policy, WasmtimeSender};
use managed_identity_simulator::{SimulatedSource, Simulator};
use managed_identity_wasm_tests::linked;
use wasmtime::component::Component;
use wasmtime::{Store, StoreLimits};
use wasmtime_wasi::p3::bindings::Command;

/// Runs the command, which gets the same token twice.
async fn run(policy: Policy) -> Result<(), ()> {
    let engine = linked::engine().unwrap();
    let linker = linked::plugin_host_and_wasi_0_3(&engine).unwrap();
    let component = Component::new(&engine, Artifacts::of_project().module("examples/p3_token").unwrap()).unwrap();

    let wasi = policy.wasi().unwrap().build();
    let gate = Gate::new(policy, Arc::new(WasmtimeSender));
    let state = PluginState::new(wasi, gate, Arc::new(NoTokens), StoreLimits::default());
    let mut store = Store::new(&engine, state);
    let command = Command::instantiate_async(&mut store, &component, &linker).await.unwrap();
    store.run_concurrent(async move |store| command.wasi_cli_run().call_run(store).await).await.unwrap().unwrap()
}

fn policy(simulator: &Simulator) -> Policy {
    let variables = simulator.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    let facts = HostFacts::of(Platform::Linux);
    let source = detect(&environment, facts, DetectionOptions::default()).unwrap().source;
    Policy::for_source(&source, &environment).unwrap()
}

#[tokio::test]
async fn the_client_over_wasi_0_3_gets_a_token_and_keeps_it() {
    for source in [
        SimulatedSource::AppService,
        SimulatedSource::CloudShell,
        SimulatedSource::Imds,
        SimulatedSource::MachineLearning,
    ] {
        let simulator = Simulator::builder(source).start().unwrap();
        assert_eq!(run(policy(&simulator)).await, Ok(()), "{source}");
        assert_eq!(simulator.request_count(), 1, "{source}");
    }
}

#[tokio::test]
async fn the_client_over_wasi_0_3_is_held_by_the_policy() {
    let simulator = Simulator::builder(SimulatedSource::AppService).start().unwrap();
    let variables = simulator.environment();
    let policy = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]
        .into_iter()
        .fold(Policy::nothing(), |policy, name| policy.with_variable(name, &variables[name]));
    assert_eq!(run(policy).await, Err(()));
    assert_eq!(simulator.request_count(), 0);
}
