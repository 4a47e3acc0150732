//! Azure Machine Learning.

use std::collections::BTreeMap;

use hyper::{Method, StatusCode};
use serde_json::json;

use super::dialect::{Dialect, Refusal, Service};
use super::{error_shape, guard};
use crate::answer::Answer;
use crate::identity::{self, SelectorKind, SelectorNames};
use crate::request::Request;
use crate::tls::TrustedCertificate;

const TOKEN_PATH: &str = "/msi/token";
const API_VERSION: &str = "2017-09-01";
const SELECTORS: &SelectorNames = &[("clientid", SelectorKind::Client)];
/// Selectors of other sources. Ignoring one would hand out the token of another identity than the one meant.
const FOREIGN_SELECTORS: [&str; 5] = ["client_id", "object_id", "principal_id", "mi_res_id", "msi_res_id"];

pub(super) struct MachineLearning {
    secret: String,
    default_client_id: String,
}

impl MachineLearning {
    pub(super) fn new(service: &Service) -> Self {
        let default = identity::select(&service.identities, None).ok();
        let default_client_id = default.map(|identity| identity.client_id().to_owned()).unwrap_or_default();
        Self { secret: service.new_secret(), default_client_id }
    }
}

impl Dialect for MachineLearning {
    fn environment(&self, base_url: &str, _: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("DEFAULT_IDENTITY_CLIENT_ID".to_owned(), self.default_client_id.clone()),
            ("MSI_ENDPOINT".to_owned(), format!("{base_url}{TOKEN_PATH}")),
            ("MSI_SECRET".to_owned(), self.secret.clone()),
        ])
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        guard::endpoint(request, &Method::GET, TOKEN_PATH)?;
        guard::not_forwarded(request)?;
        if request.header("secret") != Some(&self.secret) {
            let message = "the header secret with the value of MSI_SECRET is required";
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "unauthorized", message));
        }
        guard::api_version(request, API_VERSION)?;
        let resource = guard::resource(request)?;
        if let Some(name) = FOREIGN_SELECTORS.into_iter().find(|name| request.parameter(name).is_some()) {
            let message = format!("{name} selects nothing here; an identity is selected by clientid only");
            return Err(Refusal::bad_request("invalid_request", message));
        }
        let identity = guard::identity(request, SELECTORS, &service.identities)?;
        let token = service.issue(identity, resource)?;
        let document = json!({
            "access_token": token.access_token,
            "client_id": token.client_id,
            "expires_on": token.expires_on.to_string(),
            "resource": token.resource,
            "token_type": "Bearer",
        });
        Ok(Answer::json(StatusCode::OK, &document))
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        error_shape::nested(refusal)
    }
}
