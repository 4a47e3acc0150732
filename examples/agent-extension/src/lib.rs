//! An agent's tool, as a WebAssembly component: it reads one secret from a Key Vault and tells how long it is.
//!
//! It knows nothing of managed identities but the interface `managed-identity:client/tokens`. Whoever runs it decides
//! where tokens come from: from a host that holds the identity, from the client plugged into it, or from a fake.
//!
//! ```console
//! $ cargo build -p managed-identity-agent-extension --target wasm32-unknown-unknown --profile component
//! ```

#![cfg(target_arch = "wasm32")]

mod bindings;
mod vault;

use bindings::exports::agent::extension::tool::Guest;
use bindings::managed_identity::client::tokens::get_token;
use bindings::managed_identity::client::types::{
    Denial, Error, ErrorReason, Identity, Target, TokenOptions, TokenRequest,
};

const VAULT_RESOURCE: &str = "https://vault.azure.net";
const TIME_BUDGET_MS: u64 = 10_000;

struct Tool;

impl Guest for Tool {
    fn run(vault_url: String, secret_name: String) -> Result<String, String> {
        let request = TokenRequest {
            target: Target::Resource(VAULT_RESOURCE.to_owned()),
            identity: Identity::SystemAssigned,
            options: Some(patience()),
        };
        let token = get_token(&request).map_err(|error| why_no_token(&error))?;
        let secret = vault::read_secret(&vault_url, &secret_name, &token.access_token)?;
        Ok(format!("the secret {secret_name} is there: {} characters", secret.chars().count()))
    }
}

/// An agent gives up on a tool that is silent for minutes, as a source that is being updated may be.
fn patience() -> TokenOptions {
    TokenOptions {
        client_capabilities: Vec::new(),
        rejected_token: None,
        force_refresh: false,
        time_budget: Some(TIME_BUDGET_MS),
        retries: true,
        client_headers: true,
    }
}

/// What a person can do about it differs: a policy can be changed, an identity has to be assigned.
fn why_no_token(error: &Error) -> String {
    let explanation = format!("{}. Next step: {}", error.message, error.next_step);
    match &error.reason {
        ErrorReason::Denied(Denial::Call(address)) => {
            format!("not permitted: this extension may not call {address}. {explanation}")
        }
        ErrorReason::Denied(Denial::File(path)) => {
            format!("not permitted: this extension may not read {path}. {explanation}")
        }
        ErrorReason::Denied(Denial::Resource(resource)) => {
            format!("not permitted: this extension gets no token for {resource}. {explanation}")
        }
        ErrorReason::Denied(Denial::Other(what)) => format!("not permitted: {what}. {explanation}"),
        ErrorReason::Unavailable(_) => format!("no identity here: {explanation}"),
        _ => format!("no token: {explanation}"),
    }
}

bindings::export!(Tool with_types_in bindings);
