//! Azure Machine Learning compute, which speaks App Service's API of 2017.
//!
//! <https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication>

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::parts::{RequestParts, secret_header};
use crate::error::ConfigError;
use crate::values::Secret;
use crate::wire::Endpoint;
use crate::wire::HttpRequest;

const API_VERSION: &str = "2017-09-01";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MachineLearning {
    pub(super) endpoint: Endpoint,
    pub(super) secret: Secret,
    pub(super) default_client_id: Option<String>,
}

impl MachineLearning {
    pub(super) fn new(endpoint: &str, secret: &str, default_client_id: Option<&str>) -> Result<Self, ConfigError> {
        Ok(Self {
            endpoint: Endpoint::parse("MSI_ENDPOINT", endpoint)?,
            secret: secret_header("MSI_SECRET", secret)?,
            default_client_id: default_client_id.map(str::to_owned),
        })
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        let mut query = Vec::from([("api-version", API_VERSION), ("resource", parts.request.resource())]);
        // The compute's own identity has a client id too, and is only found by it.
        if let Some(id) = parts.request.identity().id().or(self.default_client_id.as_deref()) {
            query.push(("clientid", id));
        }
        Ok(HttpRequest::get(self.endpoint.with_query(&query)?).with_secret("secret", self.secret.clone()))
    }
}
