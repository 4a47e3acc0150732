//! Guests as their authors build them, with the standard library and its target, in wasmtime against the simulator. That
//! they link is shown by `scripts/test-link.sh`, which leaves them in the target folder.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, detect};
use managed_identity_simulator::{SimulatedSource, Simulator};
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::linked;
use managed_identity_wasm_tests::store::store;
use managed_identity_wasmtime::{Grants, PluginState};
use wasmtime::Store;
use wasmtime::component::{Component, Linker};

/// Everything of WASI, and the grants of the simulator's source.
struct Run {
    store: Store<PluginState>,
    component: Component,
    linker: Linker<PluginState>,
}

impl Run {
    fn new(guest: &str, simulator: &Simulator) -> Self {
        let engine = linked::engine().unwrap();
        let linker = linked::all_of_wasi(&engine).unwrap();
        let component = Component::new(&engine, Artifacts::of_project().guest(guest).unwrap()).unwrap();

        let variables = simulator.environment();
        let environment = Environment::from_lookup(|name| variables.get(name).cloned());
        let facts = HostFacts::of(Platform::Linux);
        let source = detect(&environment, facts, DetectionOptions::default()).unwrap().source;
        let grants = Grants::for_source(&source, &environment).unwrap();
        Self { store: store(&engine, &grants).unwrap(), component, linker }
    }
}

#[tokio::test]
async fn a_program_with_the_standard_library_gets_a_token_by_wasi_0_2() {
    use wasmtime_wasi::p2::bindings::Command;

    let simulator = Simulator::builder(SimulatedSource::CloudShell).start().unwrap();
    let Run { mut store, component, linker } = Run::new("bin.wasm32-wasip2.std.nothing.p2", &simulator);
    let command = Command::instantiate_async(&mut store, &component, &linker).await.unwrap();
    assert_eq!(command.wasi_cli_run().call_run(&mut store).await.unwrap(), Ok(()));
    assert_eq!(simulator.request_count(), 1);
}

#[tokio::test]
async fn a_library_with_the_standard_library_gets_tokens_by_wasi_0_2_and_0_3() {
    use wasmtime_wasi::p3::bindings::Command;

    let simulator = Simulator::builder(SimulatedSource::CloudShell).start().unwrap();
    let Run { mut store, component, linker } = Run::new("cdylib.wasm32-wasip2.std.wasip3.p2-p3", &simulator);
    let command = Command::instantiate_async(&mut store, &component, &linker).await.unwrap();
    let outcome = store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await).await.unwrap();
    assert_eq!(outcome.unwrap(), Ok(()));
    assert_eq!(simulator.request_count(), 2);
}
