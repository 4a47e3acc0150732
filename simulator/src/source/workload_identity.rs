//! Workload identity of AKS: the pod's federated token is exchanged at an https authority.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hyper::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;

use super::dialect::{Dialect, Refusal, Service};
use super::key_files::write_for_owner;
use crate::answer::Answer;
use crate::error::SimulatorError;
use crate::identity::AssignedIdentity;
use crate::random;
use crate::request::Request;
use crate::tls::{TrustedCertificate, temporary_folder};

/// Who issues the federated token. Nothing ever connects to it.
const CLUSTER_ISSUER: &str = "https://cluster.invalid/";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(super) struct WorkloadIdentity {
    tenant_id: String,
    client_id: String,
    federated_token: String,
    federated_token_file: PathBuf,
    _folder: TempDir,
}

impl WorkloadIdentity {
    pub(super) fn new(service: &Service) -> Result<Self, SimulatorError> {
        let folder = temporary_folder()?;
        let federated_token_file = folder.path().join("azure-identity-token");
        let federated_token =
            service.issuer.federated_token(CLUSTER_ISSUER).map_err(SimulatorError::key("federated token"))?;
        service.recorder.add_secret(&federated_token);
        write_for_owner(&federated_token_file, &federated_token)
            .map_err(SimulatorError::file("write", &federated_token_file))?;
        let client_id = federated(&service.identities).map(|identity| identity.client_id().to_owned());
        Ok(Self {
            tenant_id: service.issuer.tenant_id().to_owned(),
            client_id: client_id.ok_or(SimulatorError::NoIdentity)?,
            federated_token,
            federated_token_file,
            _folder: folder,
        })
    }

    /// Method, path and tenant are right.
    fn check_endpoint(&self, request: &Request) -> Result<(), Refusal> {
        let Some((tenant, "oauth2/v2.0/token")) = request.path.trim_start_matches('/').split_once('/') else {
            let message = "nothing is served at this path; the token path is /<tenant>/oauth2/v2.0/token";
            return Err(Refusal::new(StatusCode::NOT_FOUND, "not_found", message));
        };
        if request.method != Method::POST {
            let message = "AADSTS900561: the token path accepts POST only";
            return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", message));
        }
        if tenant != self.tenant_id {
            return Err(Refusal::bad_request("invalid_request", "AADSTS90002: the tenant is not known"));
        }
        Ok(())
    }

    /// The form proves that the client may act as the identity it names.
    fn check_client<'a>(
        &self,
        request: &Request,
        identities: &'a [AssignedIdentity],
    ) -> Result<&'a AssignedIdentity, Refusal> {
        if field(request, "grant_type")? != "client_credentials" {
            let message = "AADSTS70003: only the grant type client_credentials is supported";
            return Err(Refusal::bad_request("unsupported_grant_type", message));
        }
        let client_id = field(request, "client_id")?;
        let unauthorized = |message: &str| Refusal::new(StatusCode::UNAUTHORIZED, "invalid_client", message);
        let assertion = match (request.field("client_assertion_type"), request.field("client_assertion")) {
            (Some(ASSERTION_TYPE), Some(assertion)) => assertion,
            _ => return Err(unauthorized("AADSTS7000218: a client_assertion and its type are required")),
        };
        let identity =
            identities.iter().find(|identity| identity.client_id().eq_ignore_ascii_case(client_id)).ok_or_else(
                || Refusal::bad_request("unauthorized_client", "AADSTS700016: no such application in the directory"),
            )?;
        if assertion != self.federated_token {
            return Err(unauthorized("AADSTS700027: the client assertion is not the federated token"));
        }
        Ok(identity)
    }
}

/// The form names one resource, as `<resource>/.default`.
fn resource(request: &Request) -> Result<&str, Refusal> {
    let scope = field(request, "scope")?;
    match scope.strip_suffix("/.default") {
        Some(resource) if !resource.is_empty() && !resource.contains(' ') => Ok(resource),
        _ => {
            let message = "AADSTS1002012: the scope must be one resource followed by /.default";
            Err(Refusal::bad_request("invalid_scope", message))
        }
    }
}

fn field<'a>(request: &'a Request, name: &str) -> Result<&'a str, Refusal> {
    request.field(name).ok_or_else(|| {
        Refusal::bad_request("invalid_request", format!("AADSTS900144: the form field {name} is required"))
    })
}

/// The identity that the pod's service account stands for: a federated credential belongs to a user-assigned one.
fn federated(identities: &[AssignedIdentity]) -> Option<&AssignedIdentity> {
    identities.iter().find(|identity| identity.is_user_assigned()).or(identities.first())
}

impl Dialect for WorkloadIdentity {
    fn environment(&self, base_url: &str, trusted: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::from([
            ("AZURE_AUTHORITY_HOST".to_owned(), format!("{base_url}/")),
            ("AZURE_CLIENT_ID".to_owned(), self.client_id.clone()),
            ("AZURE_FEDERATED_TOKEN_FILE".to_owned(), self.federated_token_file.display().to_string()),
            ("AZURE_TENANT_ID".to_owned(), self.tenant_id.clone()),
        ]);
        variables.extend(trusted.into_iter().flat_map(TrustedCertificate::authority_variables));
        variables
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        self.check_endpoint(request)?;
        let identity = self.check_client(request, &service.identities)?;
        let token = service.issue(identity, resource(request)?)?;
        let document = json!({
            "token_type": "Bearer",
            "expires_in": token.lifetime(),
            "ext_expires_in": token.lifetime(),
            "access_token": token.access_token,
        });
        Ok(Answer::json(StatusCode::OK, &document))
    }

    /// The OAuth error document with the extra members of the Microsoft identity platform.
    fn refuse(&self, refusal: &Refusal) -> Answer {
        let number = refusal.message.strip_prefix("AADSTS").and_then(|rest| rest.split_once(':')).map(|(code, _)| code);
        let codes: Vec<u64> = number.and_then(|code| code.parse().ok()).into_iter().collect();
        let now = time::OffsetDateTime::now_utc();
        let (date, (hour, minute, second)) = (now.date(), now.time().as_hms());
        let document = json!({
            "error": refusal.code,
            "error_description": refusal.message,
            "error_codes": codes,
            "timestamp": format!("{date} {hour:02}:{minute:02}:{second:02}Z"),
            "trace_id": random::uuid(),
            "correlation_id": random::uuid(),
        });
        Answer::json(refusal.status, &document)
    }
}
