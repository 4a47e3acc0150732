//! AKS workload identity: the projected service account token is exchanged for an access token at the authority.
//!
//! <https://learn.microsoft.com/azure/aks/workload-identity-overview>,
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case-access-token-request-with-a-federated-credential>

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::authority::{check_characters, token_endpoint};
use super::form;
use super::parts::RequestParts;
use super::token_proxy::TokenProxy;
use crate::effect::{FileRequest, Trust};
use crate::error::ConfigError;
use crate::kind::Platform;
use crate::kind::{FilePurpose, SourceKind};
use crate::values::Identity;
use crate::wire::{Endpoint, HttpRequest};

/// The largest federated token file that is accepted, in bytes.
pub(crate) const MAX_FEDERATED_TOKEN: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorkloadIdentity {
    pub(super) endpoint: Endpoint,
    pub(super) default_client_id: Option<String>,
    pub(super) token_file: String,
    /// Who is asked in place of the authority; `endpoint` is there then.
    pub(super) proxy: Option<TokenProxy>,
    platform: Platform,
}

impl WorkloadIdentity {
    pub(super) fn new(
        authority: Option<&str>,
        tenant_id: &str,
        client_id: Option<&str>,
        token_file: &str,
        platform: Platform,
    ) -> Result<Self, ConfigError> {
        if let Some(client_id) = client_id {
            check_characters("AZURE_CLIENT_ID", client_id)?;
        }
        if token_file.is_empty() || token_file.chars().any(char::is_control) {
            return Err(ConfigError::IllegalCharacters { source_kind: None, name: "AZURE_FEDERATED_TOKEN_FILE" });
        }
        Ok(Self {
            endpoint: token_endpoint(authority, tenant_id)?,
            default_client_id: client_id.map(str::to_owned),
            token_file: token_file.to_owned(),
            proxy: None,
            platform,
        })
    }

    /// Asks this proxy in place of the authority, under the same path.
    pub(super) fn set_proxy(&mut self, proxy: TokenProxy) -> Result<(), ConfigError> {
        self.endpoint = proxy.endpoint(&self.endpoint)?;
        self.proxy = Some(proxy);
        Ok(())
    }

    /// The file with the certificates of the token proxy, to read before each acquisition since it is replaced when they
    /// change.
    pub(crate) fn proxy_ca_request(&self) -> Option<FileRequest> {
        self.proxy.as_ref()?.ca_request(self.platform)
    }

    /// How the token proxy, if there is one, proves who it is, with what its file of certificates holds.
    pub(crate) fn proxy_trust(&self, read: Option<&Arc<str>>) -> Option<Trust> {
        Some(self.proxy.as_ref()?.trust(read))
    }

    /// The client id to ask as: the request's, else the environment's.
    pub(super) fn client_id<'a>(&'a self, identity: &'a Identity) -> Result<&'a str, ConfigError> {
        let missing = || {
            let names = Vec::from(["AZURE_CLIENT_ID"]);
            ConfigError::MissingVariable { source_kind: SourceKind::WorkloadIdentity, names }
        };
        match (identity.id(), &self.default_client_id) {
            (Some(id), _) => check_characters("the client id", id).map(|()| id),
            (None, Some(id)) => Ok(id),
            (None, None) => Err(missing()),
        }
    }

    /// The file to read before each attempt: whoever projects it may have replaced it meanwhile.
    pub(crate) fn file_request(&self) -> FileRequest {
        FileRequest {
            path: self.token_file.clone(),
            purpose: FilePurpose::FederatedToken,
            // Kubernetes publishes the file through symbolic links, so that it can replace it atomically.
            directory: None,
            max_len: MAX_FEDERATED_TOKEN,
            platform: self.platform,
        }
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        let client_id = self.client_id(parts.request.identity())?;
        Ok(HttpRequest::post(self.endpoint.clone(), form::with_assertion(client_id, parts)?))
    }
}
