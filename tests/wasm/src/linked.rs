//! What guests are linked with, in a wasmtime that runs components of WASI 0.3 too.

use anyhow::Result;
use managed_identity_wasmtime::{PluginState, add_client_grants_to_linker, add_files_to_linker, add_to_linker};
use wasmtime::component::Linker;
use wasmtime::{Config, Engine};

/// An engine for asynchronous components.
///
/// # Errors
/// When wasmtime cannot make it.
pub fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    Ok(Engine::new(&config)?)
}

/// Everything of WASI 0.2 and 0.3, for guests with the standard library; with the granted files in place of all others.
///
/// # Errors
/// When two of them are the same.
pub fn all_of_wasi(engine: &Engine) -> Result<Linker<PluginState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    linker.allow_shadowing(true);
    add_files_to_linker(&mut linker)?;
    linker.allow_shadowing(false);
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    with_wasi_0_3(linker)
}

/// What of WASI 0.2 the client needs, WASI 0.3, and the interfaces by which tokens are lent.
///
/// # Errors
/// When two of them are the same.
pub fn client_grants_and_wasi_0_3(engine: &Engine) -> Result<Linker<PluginState>> {
    let mut linker = Linker::new(engine);
    add_client_grants_to_linker(&mut linker)?;
    add_to_linker(&mut linker)?;
    with_wasi_0_3(linker)
}

fn with_wasi_0_3(mut linker: Linker<PluginState>) -> Result<Linker<PluginState>> {
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    Ok(linker)
}
