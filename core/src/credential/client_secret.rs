//! A service principal with a secret, at the authority.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#first-case-access-token-request-with-a-shared-secret>

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use super::authority::{check_characters, token_endpoint};
use super::form;
use super::parts::RequestParts;
use crate::error::ConfigError;
use crate::values::Secret;
use crate::wire::{Endpoint, HttpRequest};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClientSecret {
    pub(super) endpoint: Endpoint,
    pub(super) client_id: String,
    pub(super) secret: Secret,
}

impl ClientSecret {
    pub(super) fn new(
        authority: Option<&str>,
        tenant_id: &str,
        client_id: &str,
        secret: &str,
    ) -> Result<Self, ConfigError> {
        check_characters("AZURE_CLIENT_ID", client_id)?;
        if secret.is_empty() {
            return Err(ConfigError::IllegalCharacters { source_kind: None, name: "AZURE_CLIENT_SECRET" });
        }
        let endpoint = token_endpoint(authority, tenant_id)?;
        Ok(Self { endpoint, client_id: client_id.to_owned(), secret: Secret::from(secret) })
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        Ok(HttpRequest::post(self.endpoint.clone(), form::with_secret(&self.client_id, &self.secret, parts)?))
    }
}
