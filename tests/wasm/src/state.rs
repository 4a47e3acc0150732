//! What the host keeps for a component that plays a vector.

use std::sync::Arc;

use managed_identity_wasmtime::{FilesView, Gate, GrantedFiles, Grants, PolicyError};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::script::Script;
use crate::send::ScriptSender;
use crate::wall_clock::WallClock;

/// A store's data: WASI by grants, with the vector's time and the vector's answers.
pub(crate) struct ScriptState {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    gate: Gate,
    files: GrantedFiles,
    script: Arc<Script>,
}

impl ScriptState {
    pub(crate) fn new(grants: &Grants, script: Arc<Script>) -> Result<Self, PolicyError> {
        let wasi = grants.wasi().wall_clock(WallClock(Arc::clone(&script))).build();
        let gate = Gate::new(grants.requests()).with_sender(ScriptSender(Arc::clone(&script)));
        let files = grants.open_files()?;
        Ok(Self { wasi, http: WasiHttpCtx::new(), table: ResourceTable::new(), gate, files, script })
    }

    pub(crate) fn script_and_table(&mut self) -> (&Arc<Script>, &mut ResourceTable) {
        (&self.script, &mut self.table)
    }
}

impl WasiView for ScriptState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for ScriptState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.gate }
    }
}

impl FilesView for ScriptState {
    fn granted_files(&self) -> &GrantedFiles {
        &self.files
    }
}
