//! Azure Pipelines and GitHub Actions: the service of the pipeline tells who its job is, and an https authority takes its word.

use std::collections::BTreeMap;

use hyper::header::{HeaderValue, LOCATION};
use hyper::{Method, StatusCode};
use serde_json::json;

use super::authority;
use super::dialect::{Dialect, Refusal, Service};
use super::federation::Federation;
use crate::answer::Answer;
use crate::error::SimulatorError;
use crate::request::Request;
use crate::tls::TrustedCertificate;

const PIPELINES_PATH: &str = "/simulated/_apis/distributedtask/hubs/build/plans/1/jobs/1/oidctoken";
const GITHUB_PATH: &str = "/simulated/_apis/pipelines/1/idtoken";
const CONNECTION: &str = "77777777-7777-4777-8777-777777777777";

/// Whose pipeline it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    AzurePipelines,
    GitHubActions,
}

pub(super) struct Pipeline {
    kind: Kind,
    tenant_id: String,
    client_id: String,
    /// By which the job proves to the service that it is this job.
    token: String,
    federation: Federation,
}

impl Pipeline {
    pub(super) fn new(kind: Kind, service: &Service) -> Result<Self, SimulatorError> {
        let client_id = service.identities.first().map(|identity| identity.client_id().to_owned());
        // Nothing ever connects to these issuers.
        let federation = match kind {
            Kind::AzurePipelines => Federation {
                issuer: "https://vstoken.dev.azure.invalid/simulated".to_owned(),
                subject: "sc://simulated/simulated/simulated".to_owned(),
            },
            Kind::GitHubActions => Federation {
                issuer: "https://token.actions.githubusercontent.invalid".to_owned(),
                subject: "repo:simulated/simulated:ref:refs/heads/main".to_owned(),
            },
        };
        Ok(Self {
            kind,
            tenant_id: service.issuer.tenant_id().to_owned(),
            client_id: client_id.ok_or(SimulatorError::NoIdentity)?,
            token: service.new_secret(),
            federation,
        })
    }

    const fn path(&self) -> &'static str {
        match self.kind {
            Kind::AzurePipelines => PIPELINES_PATH,
            Kind::GitHubActions => GITHUB_PATH,
        }
    }

    /// Whether the request is by the job.
    fn is_by_job(&self, request: &Request) -> bool {
        let authorization = request.header("authorization").and_then(|it| it.split_once(' '));
        authorization.is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && token == self.token)
    }

    /// The answer of the pipeline's service.
    fn tell(&self, request: &Request, service: &Service) -> Answer {
        let refuse = |status, message: &str| Answer::json(status, &json!({ "message": message }));
        let method = match self.kind {
            Kind::AzurePipelines => Method::POST,
            Kind::GitHubActions => Method::GET,
        };
        if request.method != method {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "The requested resource does not support this method.");
        }
        if !self.is_by_job(request) {
            let is_browser = request.header("x-tfs-fedauthredirect") != Some("Suppress");
            return if self.kind == Kind::AzurePipelines && is_browser {
                let page = HeaderValue::from_static("https://sign-in.invalid/");
                Answer::new(StatusCode::FOUND, "").with_header(LOCATION, page)
            } else {
                refuse(StatusCode::UNAUTHORIZED, "TF400813: The user is not authorized to access this resource.")
            };
        }
        let (member, audience) = match self.kind {
            Kind::AzurePipelines if request.parameter("api-version").is_none_or(|it| !it.starts_with("7.")) => {
                return refuse(StatusCode::BAD_REQUEST, "The api-version must be 7.1.");
            }
            Kind::AzurePipelines if request.parameter("serviceConnectionId") != Some(CONNECTION) => {
                return refuse(StatusCode::NOT_FOUND, "No service connection found with identifier.");
            }
            Kind::AzurePipelines => ("oidcToken", super::federation::AUDIENCE),
            Kind::GitHubActions => ("value", request.parameter("audience").unwrap_or("https://github.com/simulated")),
        };
        match self.federation.assertion(audience, service) {
            Some(assertion) => Answer::json(StatusCode::OK, &json!({ "count": 1, member: assertion })),
            None => refuse(StatusCode::INTERNAL_SERVER_ERROR, "The token could not be signed."),
        }
    }
}

impl Dialect for Pipeline {
    fn environment(&self, base_url: &str, trusted: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        let url = format!("{base_url}{}", self.path());
        let of_kind = match self.kind {
            Kind::AzurePipelines => vec![
                ("AZURESUBSCRIPTION_CLIENT_ID", self.client_id.clone()),
                ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", CONNECTION.to_owned()),
                ("AZURESUBSCRIPTION_TENANT_ID", self.tenant_id.clone()),
                ("SYSTEM_ACCESSTOKEN", self.token.clone()),
                ("SYSTEM_OIDCREQUESTURI", url),
            ],
            Kind::GitHubActions => vec![
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", self.token.clone()),
                ("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{url}?api-version=2.0")),
                ("AZURE_CLIENT_ID", self.client_id.clone()),
                ("AZURE_TENANT_ID", self.tenant_id.clone()),
            ],
        };
        let mut variables = BTreeMap::from([("AZURE_AUTHORITY_HOST".to_owned(), format!("{base_url}/"))]);
        variables.extend(of_kind.into_iter().map(|(name, value)| (name.to_owned(), value)));
        variables.extend(trusted.into_iter().flat_map(TrustedCertificate::authority_variables));
        variables
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        if request.is_for(self.path()) {
            return Ok(self.tell(request, service));
        }
        authority::check(request, &self.tenant_id)?;
        let identity = authority::client(request, &service.identities)?;
        self.federation.check(authority::assertion(request)?, service)?;
        authority::token(request, identity, service)
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        authority::refuse(refusal)
    }
}
