//! A plug-in: compiled once, run for each call in a store of its own.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use wasmtime::{Store, StoreLimitsBuilder, UpdateDeadline};

use crate::bindings::PluginPre;
use crate::gate::{Gate, Sender, WasmtimeSender};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::state::{NoTokens, PluginState, Tokens};

/// What a plug-in is given for one call.
#[derive(Clone)]
pub struct Grant {
    /// What it may do.
    pub policy: Policy,
    /// Where its tokens come from, unless the client is plugged into it.
    pub tokens: Arc<dyn Tokens>,
    /// How its requests are sent.
    pub sender: Arc<dyn Sender>,
}

impl Grant {
    /// The policy alone: no tokens from the host, requests sent as wasmtime does.
    #[must_use]
    pub fn of(policy: Policy) -> Self {
        Self { policy, tokens: Arc::new(NoTokens), sender: Arc::new(WasmtimeSender) }
    }

    /// Gives tokens too.
    #[must_use]
    pub fn with_tokens(mut self, tokens: impl Tokens + 'static) -> Self {
        self.tokens = Arc::new(tokens);
        self
    }
}

/// A plug-in that is ready to run.
#[derive(Clone)]
pub struct Plugin {
    pre: PluginPre<PluginState>,
    limits: Limits,
}

impl Plugin {
    pub(crate) fn new(pre: PluginPre<PluginState>, limits: Limits) -> Self {
        Self { pre, limits }
    }

    /// Calls the tool. The inner result is the plug-in's own.
    ///
    /// # Errors
    /// When a folder of the policy cannot be granted, and when the plug-in traps or passes a limit.
    pub async fn run(&self, grant: Grant, vault_url: &str, secret_name: &str) -> Result<Result<String, String>> {
        let mut store = self.store(grant)?;
        let call = async {
            let plugin = self.pre.instantiate_async(&mut store).await?;
            plugin.agent_extension_tool().call_run(&mut store, vault_url, secret_name).await
        };
        let answer = tokio::time::timeout(self.limits.total, call).await;
        let answer = answer.map_err(|_| anyhow!("the plug-in did not answer within {:?}", self.limits.total))?;
        answer.map_err(anyhow::Error::from).context("the plug-in was stopped")
    }

    fn store(&self, grant: Grant) -> Result<Store<PluginState>> {
        let wasi = grant.policy.wasi()?.build();
        let gate = Gate::new(grant.policy, grant.sender);
        let limits = StoreLimitsBuilder::new().memory_size(self.limits.memory).memories(4).instances(16).tables(16);
        let state = PluginState::new(wasi, gate, grant.tokens, limits.build());
        let mut store = Store::new(self.pre.engine(), state);
        store.limiter(|state| &mut state.limits);
        // A look that finds the plug-in computing costs it one tick; while it waits, none is counted.
        let mut left = self.limits.ticks();
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            left = left.checked_sub(1).ok_or_else(|| wasmtime::Error::msg("it computed for too long"))?;
            Ok(UpdateDeadline::Yield(1))
        });
        Ok(store)
    }
}
