//! The client over WASI 0.3, in wasmtime against the simulator.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, detect};
use managed_identity_simulator::{SimulatedSource, Simulator};
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::linked;
use managed_identity_wasm_tests::store::store;
use managed_identity_wasmtime::Grants;
use wasmtime::component::Component;
use wasmtime_wasi::p3::bindings::Command;

/// Runs the command, which gets the same token twice.
async fn run(grants: Grants) -> Result<(), ()> {
    let engine = linked::engine().unwrap();
    let linker = linked::client_grants_and_wasi_0_3(&engine).unwrap();
    let component = Component::new(&engine, Artifacts::of_project().module("examples/p3_token").unwrap()).unwrap();

    let mut store = store(&engine, &grants).unwrap();
    let command = Command::instantiate_async(&mut store, &component, &linker).await.unwrap();
    store.run_concurrent(async move |store| command.wasi_cli_run().call_run(store).await).await.unwrap().unwrap()
}

fn grants(simulator: &Simulator) -> Grants {
    let variables = simulator.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    let facts = HostFacts::of(Platform::Linux);
    let source = detect(&environment, facts, DetectionOptions::default()).unwrap().source;
    Grants::for_source(&source, &environment).unwrap()
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
        assert_eq!(run(grants(&simulator)).await, Ok(()), "{source}");
        assert_eq!(simulator.request_count(), 1, "{source}");
    }
}

#[tokio::test]
async fn the_client_over_wasi_0_3_is_held_by_its_grants() {
    let simulator = Simulator::builder(SimulatedSource::AppService).start().unwrap();
    let variables = simulator.environment();
    let grants = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]
        .into_iter()
        .fold(Grants::nothing(), |grants, name| grants.variable(name, &variables[name]));
    assert_eq!(run(grants).await, Err(()));
    assert_eq!(simulator.request_count(), 0);
}
