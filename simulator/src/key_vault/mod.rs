//! A minimal Azure Key Vault: hands out secrets to whoever brings a valid token for it.
//!
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>

mod page;
mod refusal;
mod secret;
mod vault;

pub(crate) use vault::KeyVault;
