//! The drivers of WASI 0.2 and 0.3 on the hostile and broken peers of the simulator, in wasmtime.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use http::{Method, Uri};
use managed_identity_simulator::driver_check::{DriverCall, DriverOutcome, DriverRow, Verdict, check};
use managed_identity_wasm_tests::artifacts::Artifacts;
use managed_identity_wasm_tests::linked;
use managed_identity_wasm_tests::store::store_with;
use managed_identity_wasmtime::{Grants, HttpRule, PluginState};
use serde_json::Value;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::p3::bindings::Command;

struct Driver {
    dialect: &'static str,
    engine: Engine,
    component: Component,
    linker: Linker<PluginState>,
    runtime: tokio::runtime::Runtime,
}

impl Driver {
    fn new(dialect: &'static str) -> Self {
        let engine = linked::engine().unwrap();
        let linker = linked::all_of_wasi(&engine).unwrap();
        let component = Component::new(&engine, Artifacts::of_project().driver().unwrap()).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { dialect, engine, component, linker, runtime }
    }

    /// Makes the call in an instance of its own, which may send this one request.
    async fn send(&self, call: &DriverCall) -> DriverOutcome {
        let address: Uri = call.url.parse().unwrap();
        let rule = HttpRule::exactly(call.method.parse::<Method>().unwrap(), &address).unwrap();
        let grants = Grants::nothing().request(rule);
        let output = MemoryOutputPipe::new(4096);
        let mut wasi = grants.wasi();
        wasi.args(&["driver", self.dialect]).stdout(output.clone()).inherit_stderr();
        wasi.stdin(MemoryInputPipe::new(serde_json::to_string(call).unwrap()));
        let mut store = store_with(&self.engine, &grants, wasi.build()).unwrap();
        let command = Command::instantiate_async(&mut store, &self.component, &self.linker).await.unwrap();
        let ended = store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await).await.unwrap();
        assert_eq!(ended.unwrap(), Ok(()));
        let said: Value = serde_json::from_slice(&output.contents()).unwrap();
        match said["error"].as_str() {
            Some(error) => DriverOutcome::Failed(error.parse().unwrap()),
            None => DriverOutcome::Answer {
                status: said["status"].as_u64().unwrap().try_into().unwrap(),
                body: said["body"].as_u64().unwrap().try_into().unwrap(),
            },
        }
    }

    /// The rows that say something else than that a promise was kept.
    fn not_kept(&self) -> Vec<String> {
        let report = check(|call| self.runtime.block_on(self.send(call))).unwrap();
        assert_eq!(report.findings.len(), DriverRow::ALL.len());
        report.findings.iter().filter(|it| it.verdict != Verdict::Kept).map(ToString::to_string).collect()
    }
}

const REFUSED: [&str; 2] = ["pinned: refused by name (certificate-pin)", "pin: refused by name (certificate-pin)"];

/// A guest sees no environment of the host, so nobody tells it of a proxy.
const NOT_PLAYED: &str = "proxy: not played: start this process with HTTP_PROXY=http://127.0.0.1:PORT";

#[test]
fn the_driver_of_wasi_0_2_keeps_every_promise_but_the_pin_which_it_refuses_by_name() {
    assert_eq!(Driver::new("p2").not_kept(), [REFUSED[0], REFUSED[1], NOT_PLAYED]);
}

#[test]
fn the_driver_of_wasi_0_3_keeps_every_promise_but_the_pin_which_it_refuses_by_name() {
    assert_eq!(Driver::new("p3").not_kept(), [REFUSED[0], REFUSED[1], NOT_PLAYED]);
}
