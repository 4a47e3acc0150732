//! Azure Arc: who can read a key file that only the agent writes may have a token.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hyper::header::{HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, StatusCode};
use serde_json::json;

use super::dialect::{Dialect, Refusal, Service};
use super::key_access::KeyAccess;
use super::key_files::KeyFiles;
use super::{error_shape, guard};
use crate::answer::Answer;
use crate::error::SimulatorError;
use crate::identity::{self, SelectorKind, SelectorNames};
use crate::request::Request;
use crate::tls::TrustedCertificate;

const TOKEN_PATH: &str = "/metadata/identity/oauth2/token";
const EARLIEST_VERSION: &str = "2020-06-01";
/// By this variable the folder of the key files is told, since no client can know it: that of the agent is a fixed one.
const KEY_DIRECTORY_VARIABLE: &str = "MANAGED_IDENTITY_KEY_DIRECTORY";
const SELECTORS: &SelectorNames =
    &[("client_id", SelectorKind::Client), ("object_id", SelectorKind::Object), ("msi_res_id", SelectorKind::Resource)];

pub(super) struct AzureArc {
    keys: KeyFiles,
}

impl AzureArc {
    pub(super) fn new(key_folder: Option<PathBuf>, access: KeyAccess) -> Result<Self, SimulatorError> {
        Ok(Self { keys: KeyFiles::open(key_folder, access)? })
    }

    fn challenge(&self, service: &Service) -> Result<Answer, Refusal> {
        let failed = |what: &str| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "unknown", what);
        let (path, content) = self.keys.make().map_err(|_| failed("the key file could not be written"))?;
        service.recorder.add_secret(content);
        let realm = HeaderValue::from_str(&format!("Basic realm={}", path.display()))
            .map_err(|_| failed("the key folder's name is not legal in a header"))?;
        // Some clients read every body as JSON, even that of a challenge.
        let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", "the content of the key file is required");
        Ok(self.refuse(&refusal).with_header(WWW_AUTHENTICATE, realm))
    }
}

impl Dialect for AzureArc {
    fn environment(&self, base_url: &str, _: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("IDENTITY_ENDPOINT".to_owned(), format!("{base_url}{TOKEN_PATH}")),
            ("IMDS_ENDPOINT".to_owned(), base_url.to_owned()),
            (KEY_DIRECTORY_VARIABLE.to_owned(), self.keys.folder().display().to_string()),
        ])
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        guard::endpoint(request, &Method::GET, TOKEN_PATH)?;
        guard::metadata(request)?;
        guard::not_forwarded(request)?;
        guard::api_version_since(request, EARLIEST_VERSION)?;
        let resource = guard::resource(request)?;
        let invalid = |error: identity::SelectionError| Refusal::bad_request("invalid_request", error.message());
        let selector = identity::selector(request, SELECTORS).map_err(invalid)?;
        let identity = identity::select(&service.identities, selector).map_err(invalid)?;

        let Some(authorization) = request.header("authorization") else { return self.challenge(service) };
        let known = authorization.strip_prefix("Basic ").is_some_and(|key| self.keys.redeem(key));
        if !known {
            let message = "the key in the Authorization header is not the content of a key file";
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", message));
        }
        let token = service.issue(identity, resource)?;
        let mut document = json!({
            "access_token": token.access_token,
            "expires_in": token.lifetime().to_string(),
            "expires_on": token.expires_on.to_string(),
            "ext_expires_in": token.lifetime().to_string(),
            "not_before": token.issued_at.to_string(),
            "resource": token.resource,
            "token_type": "Bearer",
        });
        // The echo tells a client that this agent understood the selector.
        if let Some(selector) = selector {
            document[selector.name] = json!(selector.value);
        }
        Ok(Answer::json(StatusCode::OK, &document))
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        error_shape::oauth(refusal)
    }

    fn key_folder(&self) -> Option<&Path> {
        Some(self.keys.folder())
    }
}
