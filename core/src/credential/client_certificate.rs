//! A service principal with a certificate, at the authority.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#second-case-access-token-request-with-a-certificate>

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use super::authority::{check_characters, is_ad_fs, token_endpoint};
use super::form;
use super::parts::RequestParts;
use crate::effect::{FileRequest, SignRequest};
use crate::error::ConfigError;
use crate::kind::{FilePurpose, Platform, SignatureAlgorithm};
use crate::values::{Secret, SecretBytes, UnixTime};
use crate::wire::{AssertionClaims, Endpoint, HttpRequest};

/// The largest file with a certificate that is accepted, in bytes: one with a long chain has some ten thousand.
const MAX_CERTIFICATE: usize = 256 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientCertificate {
    pub(super) endpoint: Endpoint,
    pub(super) client_id: String,
    pub(super) file: String,
    password: Option<Secret>,
    sends_chain: bool,
    platform: Platform,
}

impl ClientCertificate {
    pub(super) fn new(
        authority: Option<&str>,
        tenant_id: &str,
        client_id: &str,
        file: &str,
        platform: Platform,
    ) -> Result<Self, ConfigError> {
        check_characters("AZURE_CLIENT_ID", client_id)?;
        if file.is_empty() || file.chars().any(char::is_control) {
            return Err(ConfigError::IllegalCharacters { source_kind: None, name: "AZURE_CLIENT_CERTIFICATE_PATH" });
        }
        Ok(Self {
            endpoint: token_endpoint(authority, tenant_id)?,
            client_id: client_id.to_owned(),
            file: file.to_owned(),
            password: None,
            sends_chain: false,
            platform,
        })
    }

    pub(super) fn set_password(&mut self, password: &str) {
        self.password = Some(Secret::from(password));
    }

    pub(super) const fn send_chain(&mut self) {
        self.sends_chain = true;
    }

    /// The file to read before each attempt: certificates are replaced before they end.
    pub(crate) fn file_request(&self) -> FileRequest {
        FileRequest {
            path: self.file.clone(),
            purpose: FilePurpose::ClientCertificate,
            // Mounted secrets are links.
            directory: None,
            max_len: MAX_CERTIFICATE,
            platform: self.platform,
        }
    }

    /// What is to be signed with the key in the file's content, at this time. `id` is of this assertion alone.
    pub(crate) fn sign_request(&self, content: SecretBytes, id: String, now: UnixTime) -> SignRequest {
        let algorithm = if is_ad_fs(&self.endpoint) { SignatureAlgorithm::Rs256 } else { SignatureAlgorithm::Ps256 };
        SignRequest {
            content,
            password: self.password.clone(),
            algorithm,
            sends_chain: self.sends_chain,
            claims: AssertionClaims {
                audience: self.endpoint.as_str().to_owned(),
                client_id: self.client_id.clone(),
                id,
                now,
            },
        }
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        Ok(HttpRequest::post(self.endpoint.clone(), form::with_assertion(&self.client_id, parts)?))
    }
}
