//! App Service, Functions, Container Apps and Automation.
//!
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

use alloc::vec::Vec;

use super::parts::{METADATA, RequestParts, TRUE, secret_header};
use crate::error::ConfigError;
use crate::values::Identity;
use crate::values::Secret;
use crate::wire::Endpoint;
use crate::wire::HttpRequest;

const API_VERSION: &str = "2019-08-01";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppService {
    pub(super) endpoint: Endpoint,
    pub(super) header: Secret,
}

impl AppService {
    pub(super) fn new(endpoint: &str, header: &str) -> Result<Self, ConfigError> {
        Ok(Self {
            endpoint: Endpoint::parse("IDENTITY_ENDPOINT", endpoint)?,
            header: secret_header("IDENTITY_HEADER", header)?,
        })
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        let mut query = Vec::from([("api-version", API_VERSION), ("resource", parts.request.resource())]);
        match parts.request.identity() {
            Identity::SystemAssigned => {}
            Identity::ClientId(id) => query.push(("client_id", id)),
            Identity::ObjectId(id) => query.push(("object_id", id)),
            Identity::ResourceId(id) => query.push(("mi_res_id", id)),
        }
        let request = HttpRequest::get(self.endpoint.with_query(&query)?);
        // Azure Automation answers only with the Metadata header; to the others it is harmless.
        Ok(request.with_secret("x-identity-header", self.header.clone()).with(METADATA, TRUE))
    }
}
