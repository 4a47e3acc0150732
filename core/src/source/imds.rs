//! The Instance Metadata Service of virtual machines.
//!
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use alloc::vec::Vec;

use http::header::HeaderName;
use http::{HeaderValue, Request};

use super::parts::{METADATA, RequestParts, TRUE, get};
use crate::endpoint::Endpoint;
use crate::error::ConfigError;
use crate::identity::Identity;
use crate::request::TokenRequest;

const API_VERSION: &str = "2018-02-01";
const PATH: &str = "/metadata/identity/oauth2/token";

/// The link-local address at which every virtual machine reaches the service.
pub(crate) const DEFAULT_BASE: &str = "http://169.254.169.254";

const CLIENT_SKU: HeaderName = HeaderName::from_static("x-client-sku");
const CLIENT_VERSION: HeaderName = HeaderName::from_static("x-client-ver");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Imds {
    pub(super) endpoint: Endpoint,
}

impl Imds {
    pub(super) fn new(base: &str) -> Result<Self, ConfigError> {
        Ok(Self { endpoint: Endpoint::join("AZURE_POD_IDENTITY_AUTHORITY_HOST", base, PATH)? })
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<Request<Vec<u8>>, ConfigError> {
        let uri = self.endpoint.with_query(&selected_query(API_VERSION, parts.request))?;
        let mut request = get(uri, [(METADATA, TRUE)]);
        if let Some(id) = parts.request_id.and_then(|id| HeaderValue::from_str(id).ok()) {
            let headers = request.headers_mut();
            headers.insert(CLIENT_SKU, HeaderValue::from_static("managed-identity.rust"));
            headers.insert(CLIENT_VERSION, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
            headers.insert(REQUEST_ID, id);
        }
        Ok(request)
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
