//! Tokens that the host lends.

use act_sdk::prelude::{ActError, ActResult};
use managed_identity_wasi::SourceSettings;

mod bindings {
    wit_bindgen::generate!({
        path: "../../component/wit",
        world: "managed-identity:client/consumer",
    });
}

use bindings::managed_identity::client::tokens::get_token;
use bindings::managed_identity::client::types::{Identity, Target, TokenRequest};

/// A token for Key Vault. Where it comes from is the host's to say.
pub(crate) async fn of_vault(_: &SourceSettings) -> ActResult<String> {
    let request = TokenRequest {
        target: Target::Resource("https://vault.azure.net".to_owned()),
        identity: Identity::SystemAssigned,
        options: None,
    };
    match get_token(&request) {
        Ok(token) => Ok(token.access_token),
        Err(error) => Err(ActError::internal(format!("{}. Next step: {}", error.message, error.next_step))),
    }
}
