//! Service Fabric: https with a self-signed certificate that clients know by its thumbprint.

use std::collections::BTreeMap;

use hyper::{Method, StatusCode};
use serde_json::json;

use super::dialect::{Dialect, Refusal, Service};
use super::{error_shape, guard};
use crate::answer::Answer;
use crate::identity;
use crate::request::Request;
use crate::tls::TrustedCertificate;

const TOKEN_PATH: &str = "/metadata/identity/oauth2/token";
const API_VERSIONS: [&str; 2] = ["2019-07-01-preview", "2020-05-01"];

pub(super) struct ServiceFabric {
    identity_header: String,
}

impl ServiceFabric {
    pub(super) fn new(service: &Service) -> Self {
        Self { identity_header: service.new_secret() }
    }
}

impl Dialect for ServiceFabric {
    fn environment(&self, base_url: &str, trusted: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::from([
            ("IDENTITY_ENDPOINT".to_owned(), format!("{base_url}{TOKEN_PATH}")),
            ("IDENTITY_HEADER".to_owned(), self.identity_header.clone()),
        ]);
        if let Some(certificate) = trusted {
            variables.insert("IDENTITY_SERVER_THUMBPRINT".to_owned(), certificate.thumbprint().to_owned());
            // Clients on Node do not compare the thumbprint; they need to trust the certificate.
            variables.insert("NODE_EXTRA_CA_CERTS".to_owned(), certificate.pem_path().display().to_string());
        }
        variables
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        guard::endpoint(request, &Method::GET, TOKEN_PATH)?;
        match request.header("secret") {
            Some(secret) if secret == self.identity_header => {}
            Some(_) => return Err(not_found("ManagedIdentityNotFound", "the authentication code is not known")),
            None => return Err(not_found("SecretHeaderNotFound", "the header Secret is required")),
        }
        if !request.parameter("api-version").is_some_and(|version| API_VERSIONS.contains(&version)) {
            let message = format!("api-version must be one of {}", API_VERSIONS.join(", "));
            return Err(Refusal::bad_request("InvalidApiVersion", message));
        }
        let resource = request
            .parameter("resource")
            .ok_or_else(|| Refusal::bad_request("ArgumentNullOrEmpty", "resource is required"))?;
        // The application's manifest fixes the identity: a selector is not looked at.
        let identity = identity::select(&service.identities, None)
            .map_err(|error| not_found("ManagedIdentityNotFound", error.message()))?;
        let token = service.issue(identity, resource)?;
        let document = json!({
            "token_type": "Bearer",
            "access_token": token.access_token,
            "expires_on": token.expires_on,
            "resource": token.resource,
        });
        Ok(Answer::json(StatusCode::OK, &document))
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        error_shape::nested(refusal)
    }
}

fn not_found(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, code, message)
}
