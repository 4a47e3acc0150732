//! Tokens by the client in the tool.

use act_sdk::prelude::{ActError, ActResult};
use managed_identity_wasi::core::{FileErrorKind, TransportErrorKind};
use managed_identity_wasi::p3::ManagedIdentityClient;
use managed_identity_wasi::{Error, SourceSettings};

/// A token for Key Vault. A new one each time: a host may start the tool anew for every call.
pub(crate) async fn of_vault(identity: &SourceSettings) -> ActResult<String> {
    let client = ManagedIdentityClient::from_settings(identity).map_err(|error| told(&error))?;
    let token = client.get_token("https://vault.azure.net").await.map_err(|error| told(&error))?;
    Ok(token.secret().to_owned())
}

/// What the host forbids is told as such: a person can grant it.
fn told(error: &Error) -> ActError {
    let is_denied = match error {
        Error::Transport { error, .. } => error.kind() == TransportErrorKind::Denied,
        Error::CredentialFile { error, .. } => error.kind() == FileErrorKind::Denied,
        _ => false,
    };
    let text = error.explain().to_string();
    if is_denied { ActError::capability_denied(text) } else { ActError::internal(text) }
}
