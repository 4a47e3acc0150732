//! Azure Cloud Shell.
//!
//! <https://learn.microsoft.com/azure/cloud-shell/msi-authorization>

use alloc::string::String;

use super::parts::{METADATA, RequestParts, TRUE};
use crate::error::ConfigError;
use crate::wire::HttpRequest;
use crate::wire::{Endpoint, append_form};

/// Where Cloud Shell listens when `MSI_ENDPOINT` does not say.
pub(crate) const DEFAULT_ENDPOINT: &str = "http://localhost:50342/oauth2/token";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CloudShell {
    pub(super) endpoint: Endpoint,
}

impl CloudShell {
    pub(super) fn new(name: &'static str, endpoint: &str) -> Result<Self, ConfigError> {
        Ok(Self { endpoint: Endpoint::parse(name, endpoint)? })
    }

    pub(super) fn request(&self, parts: &RequestParts<'_>) -> Result<HttpRequest, ConfigError> {
        let mut form = String::new();
        append_form(&mut form, &[("resource", parts.request.resource())]);
        Ok(HttpRequest::post(self.endpoint.clone(), form).with(METADATA, TRUE))
    }
}
