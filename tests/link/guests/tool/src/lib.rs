//! A tool for agents: it tells how long a token is.

#![cfg(target_arch = "wasm32")]

use act_sdk::prelude::*;

#[act_component]
mod component {
    use super::*;

    #[act_tool(description = "How many bytes a token has", read_only)]
    async fn ask() -> ActResult<String> {
        match work::ask_awaiting().await {
            Ok(length) => Ok(length.to_string()),
            Err(error) => Err(ActError::internal(error.to_string())),
        }
    }
}
