//! A tool for agents: it reads a secret of a Key Vault, and tells how long it is.
//!
//! Neither a token nor a secret is ever part of its answer: what a tool returns goes to a language model.

#![cfg(target_arch = "wasm32")]

#[cfg(feature = "lent")]
#[path = "lent.rs"]
mod tokens;
#[cfg(not(feature = "lent"))]
mod tokens;
mod vault;

use act_sdk::prelude::*;

/// What whoever runs the tool says of the machine, as metadata: agent hosts pass no environment.
#[derive(Default, serde::Deserialize)]
struct Machine {
    /// The source of tokens; whichever applies, unless it is named.
    #[serde(default)]
    identity: managed_identity_wasi::SourceSettings,
}

#[act_component]
mod component {
    use super::*;

    /// The model chooses vault and secret; it cannot choose where tokens come from.
    #[act_tool(description = "How long a secret of a Key Vault is", read_only)]
    async fn secret_length(vault: String, secret: String, context: &mut ActContext<Machine>) -> ActResult<String> {
        let token = tokens::of_vault(&context.metadata().identity).await?;
        let secret = vault::read(&vault, &secret, &token).await?;
        Ok(format!("{} characters", secret.chars().count()))
    }
}
