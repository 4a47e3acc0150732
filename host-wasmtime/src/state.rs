//! A store's data for hosts that have none of their own.

use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, StoreLimits};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::files::{FilesView, GrantedFiles};
use crate::gate::Gate;
use crate::grants::Grants;
use crate::lend::Lend;
use crate::limits::Limits;
use crate::policy::PolicyError;
use crate::tokens::LendView;

/// A store's data for hosts that have none of their own: what a plug-in is granted, and what is lent to it.
///
/// A host that has its own implements [`LendView`] for it, and [`FilesView`] and the traits of WASI as far as it needs
/// them.
pub struct PluginState {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    gate: Gate,
    files: GrantedFiles,
    lend: Lend,
    limits: StoreLimits,
}

impl PluginState {
    /// The data of one store.
    ///
    /// # Errors
    /// [`PolicyError::Folder`] when the folder of a granted file cannot be opened.
    pub fn new(grants: &Grants, lend: Lend, limits: &Limits) -> Result<Self, PolicyError> {
        let gate = Gate::new(grants.requests()).with_tokens(lend.clone());
        Ok(Self {
            wasi: grants.wasi().build(),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            gate,
            files: grants.open_files()?,
            lend,
            limits: limits.store_limits(),
        })
    }

    /// The same with another WASI, which can have standard streams, arguments and folders.
    #[must_use]
    pub fn with_wasi(mut self, wasi: WasiCtx) -> Self {
        self.wasi = wasi;
        self
    }

    /// The same with another gate.
    #[must_use]
    pub fn with_gate(mut self, gate: Gate) -> Self {
        self.gate = gate;
        self
    }

    /// For [`Store::limiter`](wasmtime::Store::limiter): `store.limiter(PluginState::limiter)`.
    pub fn limiter(&mut self) -> &mut dyn ResourceLimiter {
        &mut self.limits
    }
}

impl WasiView for PluginState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for PluginState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.gate }
    }
}

impl FilesView for PluginState {
    fn granted_files(&self) -> &GrantedFiles {
        &self.files
    }
}

impl LendView for PluginState {
    fn lend(&self) -> &Lend {
        &self.lend
    }
}
