//! The Instance Metadata Service of virtual machines.
//!
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use alloc::borrow::ToOwned as _;
use alloc::vec::Vec;

use super::parts::{METADATA, RequestParts, TRUE};
use crate::error::ConfigError;
use crate::values::Identity;
use crate::values::TokenRequest;
use crate::wire::Endpoint;
use crate::wire::HttpRequest;

const API_VERSION: &str = "2018-02-01";
const PATH: &str = "/metadata/identity/oauth2/token";

/// The link-local address at which every virtual machine reaches the service.
pub(crate) const DEFAULT_BASE: &str = "http://169.254.169.254";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Imds {
    pub(super) endpoint: Endpoint,
}

impl Imds {
    pub(super) fn new(base: &str) -> Result<Self, ConfigError> {
        Ok(Self { endpoint: Endpoint::join("AZURE_POD_IDENTITY_AUTHORITY_HOST", base, PATH)? })
    }

    /// Whether the address is the one of every virtual machine.
    pub(super) fn is_default(&self) -> bool {
        self.endpoint.as_str().strip_suffix(PATH) == Some(DEFAULT_BASE)
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        let url = self.endpoint.with_query(&selected_query(API_VERSION, parts.request))?;
        let request = HttpRequest::get(url).with(METADATA, TRUE);
        Ok(match parts.request_id {
            Some(id) => request
                .with("x-client-sku", "managed-identity.rust")
                .with("x-client-ver", env!("CARGO_PKG_VERSION"))
                .with("x-ms-client-request-id", id.to_owned()),
            None => request,
        })
    }
}

/// The query of IMDS and of Azure Arc's agent, which copies it.
pub(super) fn selected_query<'a>(api_version: &'static str, request: &'a TokenRequest) -> Vec<(&'static str, &'a str)> {
    let mut query = Vec::with_capacity(3);
    query.extend([("api-version", api_version), ("resource", request.resource())]);
    match request.identity() {
        Identity::SystemAssigned => {}
        Identity::ClientId(id) => query.push(("client_id", id)),
        Identity::ObjectId(id) => query.push(("object_id", id)),
        Identity::ResourceId(id) => query.push(("msi_res_id", id)),
    }
    query
}
