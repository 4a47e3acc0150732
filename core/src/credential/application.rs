//! An application that proves itself with an assertion of somebody whom it trusts, at the authority.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case-access-token-request-with-a-federated-credential>

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use super::authority::{check_characters, token_endpoint};
use super::form;
use super::parts::RequestParts;
use crate::error::ConfigError;
use crate::kind::SourceKind;
use crate::wire::{Endpoint, HttpRequest};

/// An application whose assertion comes from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Application {
    /// From where.
    pub(super) kind: SourceKind,
    pub(super) endpoint: Endpoint,
    pub(super) client_id: String,
}

impl Application {
    /// Tenant and client id with the names of the variables that they are from.
    pub(super) fn new(
        kind: SourceKind,
        authority: Option<&str>,
        (tenant_name, tenant_id): (&'static str, &str),
        (client_name, client_id): (&'static str, &str),
    ) -> Result<Self, ConfigError> {
        check_characters(tenant_name, tenant_id)?;
        check_characters(client_name, client_id)?;
        Ok(Self { kind, endpoint: token_endpoint(authority, tenant_id)?, client_id: client_id.to_owned() })
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        Ok(HttpRequest::post(self.endpoint.clone(), form::with_assertion(&self.client_id, parts)?))
    }
}
