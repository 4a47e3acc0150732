//! The instance metadata service of virtual machines.

use std::collections::BTreeMap;

use hyper::{Method, StatusCode};
use serde_json::json;

use super::dialect::{Dialect, Refusal, Service};
use super::{error_shape, guard};
use crate::answer::Answer;
use crate::identity::{SelectorKind, SelectorNames};
use crate::request::Request;
use crate::tls::TrustedCertificate;

const TOKEN_PATH: &str = "/metadata/identity/oauth2/token";
const EARLIEST_VERSION: &str = "2018-02-01";
/// From this api-version on `mi_res_id` is understood besides `msi_res_id`.
const RENAMED_SELECTOR_VERSION: &str = "2019-01-01";
const SELECTORS: &SelectorNames = &[
    ("client_id", SelectorKind::Client),
    ("object_id", SelectorKind::Object),
    ("msi_res_id", SelectorKind::Resource),
    ("mi_res_id", SelectorKind::Resource),
];

pub(super) struct Imds;

impl Dialect for Imds {
    fn environment(&self, base_url: &str, _: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        BTreeMap::from([("AZURE_POD_IDENTITY_AUTHORITY_HOST".to_owned(), base_url.to_owned())])
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        guard::endpoint(request, &Method::GET, TOKEN_PATH)?;
        guard::metadata(request)?;
        guard::not_forwarded(request)?;
        let version = guard::api_version_since(request, EARLIEST_VERSION)?;
        let resource = guard::resource(request)?;
        let names = if version < RENAMED_SELECTOR_VERSION { &SELECTORS[..3] } else { SELECTORS };
        let identity = guard::identity(request, names, &service.identities)?;
        let token = service.issue(identity, resource)?;
        let document = json!({
            "access_token": token.access_token,
            "client_id": token.client_id,
            "expires_in": token.lifetime().to_string(),
            "expires_on": token.expires_on.to_string(),
            "ext_expires_in": token.lifetime().to_string(),
            "not_before": token.issued_at.to_string(),
            "refresh_token": "",
            "resource": token.resource,
            "token_type": "Bearer",
        });
        Ok(Answer::json(StatusCode::OK, &document))
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        error_shape::oauth(refusal)
    }
}
