//! What is linked, beside what an embedder links, and what is not.

#![allow(clippy::unwrap_used, reason = "in a test, a failed step is a failed test")]

use managed_identity_wasmtime::{PluginState, add_client_grants_to_linker, add_files_to_linker, add_to_linker};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

#[test]
fn a_plug_in_that_asks_for_more_is_not_instantiated() {
    let engine = Engine::default();
    let mut linker = Linker::<PluginState>::new(&engine);
    add_client_grants_to_linker(&mut linker).unwrap();
    add_to_linker(&mut linker).unwrap();
    for import in ["wasi:cli/stdout@0.2.0", "wasi:sockets/tcp-create-socket@0.2.0", "wasi:cli/exit@0.2.0"] {
        let component = wat::parse_str(format!(r#"(component (import "{import}" (instance (export "f" (func)))))"#));
        let component = Component::new(&engine, component.unwrap()).unwrap();
        let Err(error) = linker.instantiate_pre(&component) else { panic!("{import} was linked") };
        assert!(format!("{error:#}").contains(import), "{error:#}");
    }
}

#[test]
fn the_interfaces_go_beside_all_of_wasi() {
    let mut linker = Linker::<PluginState>::new(&Engine::default());
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();
    add_to_linker(&mut linker).unwrap();
    assert!(add_files_to_linker(&mut linker).is_err(), "files are there already");
    linker.allow_shadowing(true);
    add_files_to_linker(&mut linker).unwrap();
}
