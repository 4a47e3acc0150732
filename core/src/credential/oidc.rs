//! The services of a pipeline that tell who its job is, by a token of the moment.
//!
//! <https://learn.microsoft.com/azure/devops/pipelines/library/connect-to-azure>,
//! <https://docs.github.com/actions/reference/security/oidc>

use alloc::format;
use alloc::string::String;

use super::parts::secret_header;
use crate::error::ConfigError;
use crate::kind::SourceKind;
use crate::values::Secret;
use crate::wire::{Endpoint, HttpMethod, HttpRequest};

/// What the authority accepts an assertion for, in the public cloud; the other clouds have their own.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// Who in a pipeline gives the assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Oidc {
    pub(super) service: Service,
    /// With its query.
    pub(super) endpoint: Endpoint,
    /// By which the job proves to the service that it is this job.
    pub(super) token: Secret,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    AzurePipelines,
    GitHubActions,
}

impl Oidc {
    pub(super) fn azure_pipelines(uri: &str, connection: &str, token: &str) -> Result<Self, ConfigError> {
        let name = "SYSTEM_OIDCREQUESTURI";
        let endpoint = secure(name, Endpoint::join(name, uri, "")?)?;
        let query = [("api-version", "7.1"), ("serviceConnectionId", connection)];
        let token = secret_header("SYSTEM_ACCESSTOKEN", token)?;
        Ok(Self { service: Service::AzurePipelines, endpoint: endpoint.with_query(&query)?, token })
    }

    pub(super) fn github_actions(url: &str, audience: &str, token: &str) -> Result<Self, ConfigError> {
        let name = "ACTIONS_ID_TOKEN_REQUEST_URL";
        let endpoint = secure(name, Endpoint::parse(name, url)?)?;
        let token = secret_header("ACTIONS_ID_TOKEN_REQUEST_TOKEN", token)?;
        Ok(Self { service: Service::GitHubActions, endpoint: endpoint.with_query(&[("audience", audience)])?, token })
    }

    pub(super) const fn kind(&self) -> SourceKind {
        match self.service {
            Service::AzurePipelines => SourceKind::AzurePipelines,
            Service::GitHubActions => SourceKind::GitHubActions,
        }
    }

    /// The member of the answer that has the assertion.
    pub(super) const fn member(&self) -> &'static str {
        match self.service {
            Service::AzurePipelines => "oidcToken",
            Service::GitHubActions => "value",
        }
    }

    pub(super) fn request(&self) -> HttpRequest {
        let authorization = Secret::new(format!("Bearer {}", self.token.expose()));
        let request = match self.service {
            Service::AzurePipelines => {
                HttpRequest { method: HttpMethod::Post, ..HttpRequest::get(self.endpoint.clone()) }
                    // Else a token that is not accepted leads to a page to sign in at.
                    .with("x-tfs-fedauthredirect", "Suppress")
            }
            Service::GitHubActions => {
                HttpRequest::get(self.endpoint.clone()).with("accept", "application/json; api-version=2.0")
            }
        };
        request.with("content-type", "application/json").with_secret("authorization", authorization)
    }
}

/// A token is sent there.
fn secure(name: &'static str, endpoint: Endpoint) -> Result<Endpoint, ConfigError> {
    if endpoint.is_https() { Ok(endpoint) } else { Err(ConfigError::InsecureEndpoint { source_kind: None, name }) }
}

/// What an assertion has to be for, so that this authority accepts it.
pub(super) fn exchange_audience(authority: Option<&str>) -> String {
    let authority = authority.unwrap_or_default().to_ascii_lowercase();
    let is_of = |hosts: &[&str]| hosts.iter().any(|host| authority.contains(host));
    let cloud = if is_of(&["login.microsoftonline.us"]) {
        "USGov"
    } else if is_of(&["login.chinacloudapi.cn", "login.partner.microsoftonline.cn"]) {
        "China"
    } else {
        ""
    };
    format!("{AUDIENCE}{cloud}")
}
