//! Cloud Shell: the resource is posted as a form.

use std::collections::BTreeMap;

use hyper::{Method, StatusCode};
use serde_json::json;

use super::dialect::{Dialect, Refusal, Service};
use super::{error_shape, guard};
use crate::answer::Answer;
use crate::identity;
use crate::request::Request;
use crate::tls::TrustedCertificate;

const TOKEN_PATH: &str = "/oauth2/token";

pub(super) struct CloudShell;

impl Dialect for CloudShell {
    fn environment(&self, base_url: &str, _: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        BTreeMap::from([("MSI_ENDPOINT".to_owned(), format!("{base_url}{TOKEN_PATH}"))])
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        guard::endpoint(request, &Method::POST, TOKEN_PATH)?;
        guard::metadata(request)?;
        guard::not_forwarded(request)?;
        let content_type = request.header("content-type").unwrap_or_default();
        if !content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            return Err(Refusal::bad_request("invalid_request", "the body must be a form"));
        }
        let resource = request
            .field("resource")
            .ok_or_else(|| Refusal::bad_request("invalid_request", "the form field resource is required"))?;
        // Cloud Shell acts for the user who is signed in: there is no identity to select.
        let identity = identity::select(&service.identities, None)
            .map_err(|error| Refusal::bad_request("invalid_request", error.message()))?;
        let token = service.issue(identity, resource)?;
        let document = json!({
            "access_token": token.access_token,
            "expires_in": token.lifetime().to_string(),
            "expires_on": token.expires_on.to_string(),
            "not_before": token.issued_at.to_string(),
            "refresh_token": "",
            "resource": token.resource,
            "token_type": "Bearer",
        });
        Ok(Answer::json(StatusCode::OK, &document))
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        error_shape::nested(refusal)
    }
}
