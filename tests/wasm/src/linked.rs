//! What guests are linked with, in a wasmtime that runs components of WASI 0.3 too.

use anyhow::Result;
use managed_identity_plugin_host::{PluginState, link};
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

/// Everything of WASI 0.2 and 0.3, for guests with the standard library.
///
/// # Errors
/// When two of them are the same.
pub fn all_of_wasi(engine: &Engine) -> Result<Linker<PluginState>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    with_wasi_0_3(linker)
}

/// What the plug-in host links, and WASI 0.3.
///
/// # Errors
/// When two of them are the same.
pub fn plugin_host_and_wasi_0_3(engine: &Engine) -> Result<Linker<PluginState>> {
    let mut linker = Linker::new(engine);
    link(&mut linker)?;
    with_wasi_0_3(linker)
}

fn with_wasi_0_3(mut linker: Linker<PluginState>) -> Result<Linker<PluginState>> {
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    Ok(linker)
}
