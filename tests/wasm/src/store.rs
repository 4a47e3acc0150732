//! Stores for guests.

use managed_identity_wasmtime::{Gate, Grants, Lend, Limits, PluginState, PolicyError};
use wasmtime::{Engine, Store};
use wasmtime_wasi::WasiCtx;

/// A store for a guest that is granted this and lent nothing.
///
/// # Errors
/// When a granted file's folder cannot be opened.
pub fn store(engine: &Engine, grants: &Grants) -> Result<Store<PluginState>, PolicyError> {
    store_with(engine, grants, grants.wasi().build())
}

/// The same with a WASI of one's own.
///
/// # Errors
/// When a granted file's folder cannot be opened.
pub fn store_with(engine: &Engine, grants: &Grants, wasi: WasiCtx) -> Result<Store<PluginState>, PolicyError> {
    let state = PluginState::new(grants, Lend::nothing("test"), &Limits::default())?.with_wasi(wasi);
    Ok(Store::new(engine, state.with_gate(Gate::new(grants.requests()))))
}
