//! Service Fabric, whose endpoint has a self-signed certificate that only its thumbprint proves.
//!
//! <https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code>

use alloc::vec::Vec;

use super::parts::{RequestParts, secret_header};
use crate::error::ConfigError;
use crate::values::{Secret, Thumbprint, TokenDigest};
use crate::wire::Endpoint;
use crate::wire::HttpRequest;

const API_VERSION: &str = "2019-07-01-preview";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServiceFabric {
    pub(super) endpoint: Endpoint,
    pub(super) header: Secret,
    pub(super) thumbprint: Thumbprint,
}

impl ServiceFabric {
    pub(super) fn new(endpoint: &str, header: &str, thumbprint: &str) -> Result<Self, ConfigError> {
        let endpoint = Endpoint::parse("IDENTITY_ENDPOINT", endpoint)?;
        if !endpoint.is_https() {
            return Err(ConfigError::InsecureEndpoint { source_kind: None, name: "IDENTITY_ENDPOINT" });
        }
        Ok(Self {
            endpoint,
            header: secret_header("IDENTITY_HEADER", header)?,
            thumbprint: Thumbprint::parse(thumbprint)?,
        })
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        let mut query = Vec::from([("api-version", API_VERSION), ("resource", parts.request.resource())]);
        let capabilities = parts.request.joined_capabilities();
        let rejected = parts.request.rejected().map(TokenDigest::to_hexadecimal);
        if let Some(digest) = &rejected {
            query.push(("token_sha256_to_refresh", digest));
        }
        if let Some(capabilities) = &capabilities {
            query.push(("xms_cc", capabilities));
        }
        Ok(HttpRequest::get(self.endpoint.with_query(&query)?).with_secret("secret", self.header.clone()))
    }
}
