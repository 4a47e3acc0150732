//! App Service, Functions, Container Apps and Automation.

use std::collections::BTreeMap;

use hyper::{Method, StatusCode};
use serde_json::json;

use super::dialect::{Dialect, Refusal, Service};
use super::{error_shape, guard};
use crate::answer::Answer;
use crate::identity::{SelectorKind, SelectorNames};
use crate::request::Request;
use crate::tls::TrustedCertificate;

const TOKEN_PATH: &str = "/msi/token/";
const API_VERSION: &str = "2019-08-01";
const SELECTORS: &SelectorNames = &[
    ("client_id", SelectorKind::Client),
    ("object_id", SelectorKind::Object),
    ("principal_id", SelectorKind::Object),
    ("mi_res_id", SelectorKind::Resource),
];

pub(super) struct AppService {
    identity_header: String,
}

impl AppService {
    pub(super) fn new(service: &Service) -> Self {
        Self { identity_header: service.new_secret() }
    }
}

impl Dialect for AppService {
    fn environment(&self, base_url: &str, _: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("IDENTITY_ENDPOINT".to_owned(), format!("{base_url}{TOKEN_PATH}")),
            ("IDENTITY_HEADER".to_owned(), self.identity_header.clone()),
        ])
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        guard::endpoint(request, &Method::GET, TOKEN_PATH)?;
        guard::not_forwarded(request)?;
        if request.header("x-identity-header") != Some(&self.identity_header) {
            let message = "the header X-IDENTITY-HEADER with the value of IDENTITY_HEADER is required";
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", message));
        }
        guard::api_version(request, API_VERSION)?;
        let resource = guard::resource(request)?;
        let identity = guard::identity(request, SELECTORS, &service.identities)?;
        let token = service.issue(identity, resource)?;
        let document = json!({
            "access_token": token.access_token,
            "client_id": token.client_id,
            "expires_on": token.expires_on.to_string(),
            "not_before": token.issued_at.to_string(),
            "resource": token.resource,
            "token_type": "Bearer",
        });
        Ok(Answer::json(StatusCode::OK, &document))
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        error_shape::status_and_message(refusal)
    }
}
