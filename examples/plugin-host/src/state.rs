//! What the host keeps for each running plug-in.

use std::pin::Pin;
use std::sync::Arc;

use wasmtime::StoreLimits;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::bindings::managed_identity::client::tokens::Host;
use crate::bindings::managed_identity::client::types::{self, Error, Token, TokenRequest};
use crate::denial::denied;
use crate::gate::Gate;

/// The outcome of asking for a token.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<Token, Error>> + Send + 'a>>;

/// Where a plug-in's tokens come from when the host provides them.
pub trait Tokens: Send + Sync {
    /// A token, or the reason why there is none.
    fn get_token(&self, request: TokenRequest) -> TokenFuture<'_>;
}

/// Refuses every token: for plug-ins that bring the client along, and for those that should have none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTokens;

impl Tokens for NoTokens {
    fn get_token(&self, _request: TokenRequest) -> TokenFuture<'_> {
        let denial = types::Denial::Other("this host gives tokens to no plug-in".to_owned());
        Box::pin(std::future::ready(Err(denied(denial, "ask for the plug-in to be given an identity"))))
    }
}

/// The state of one running plug-in.
pub struct PluginState {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    gate: Gate,
    tokens: Arc<dyn Tokens>,
    pub(crate) limits: StoreLimits,
}

impl PluginState {
    /// What `wasi` and `gate` let a plug-in do, with tokens from `tokens`.
    #[must_use]
    pub fn new(wasi: WasiCtx, gate: Gate, tokens: Arc<dyn Tokens>, limits: StoreLimits) -> Self {
        Self { wasi, http: WasiHttpCtx::new(), table: ResourceTable::new(), gate, tokens, limits }
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

impl types::Host for PluginState {}

impl Host for PluginState {
    async fn get_token(&mut self, request: TokenRequest) -> Result<Token, Error> {
        let tokens = Arc::clone(&self.tokens);
        tokens.get_token(request).await
    }
}
