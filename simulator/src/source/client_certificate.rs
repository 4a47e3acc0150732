//! A service principal: an assertion that its certificate's key signed is posted to an https authority.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use super::authority;
use super::dialect::{Dialect, Refusal, Service};
use crate::answer::Answer;
use crate::certificate::ClientCertificate as Certificate;
use crate::error::SimulatorError;
use crate::request::Request;
use crate::tls::TrustedCertificate;
use crate::token::seconds_since_1970;

/// By how much a client's clock may be wrong, in seconds.
const SKEW: f64 = 300.0;

pub(super) struct ClientCertificate {
    tenant_id: String,
    client_id: String,
    certificate: Certificate,
    /// Where it serves, once it does.
    base_url: OnceLock<String>,
}

impl ClientCertificate {
    pub(super) fn new(service: &Service) -> Result<Self, SimulatorError> {
        let client_id = service.identities.first().map(|identity| identity.client_id().to_owned());
        let certificate = Certificate::new()?;
        service.recorder.add_secret(certificate.key_pem());
        Ok(Self {
            tenant_id: service.issuer.tenant_id().to_owned(),
            client_id: client_id.ok_or(SimulatorError::NoIdentity)?,
            certificate,
            base_url: OnceLock::new(),
        })
    }

    /// The assertion is of this application, for this authority, and for now.
    fn check(&self, assertion: &str) -> Result<(), Refusal> {
        let claims = self.certificate.verify(assertion).ok_or_else(|| {
            authority::unauthorized(
                "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on \
                 application.",
            )
        })?;
        let base_url = self.base_url.get().map_or("", String::as_str);
        if claims["aud"] != *format!("{base_url}/{}/oauth2/v2.0/token", self.tenant_id) {
            let message = "AADSTS700023: Client assertion audience claim does not match Realm issuer.";
            return Err(authority::unauthorized(message));
        }
        if claims["iss"] != *self.client_id || claims["sub"] != *self.client_id {
            let message = "AADSTS700021: Client assertion application identifier doesn't match 'client_id' parameter.";
            return Err(authority::unauthorized(message));
        }
        // Times may have fractions, and since when it is valid need not be said (RFC 7519, sections 2 and 4.1.5): MSAL for Python
        // does the one and not the other.
        let now = Duration::from_secs(seconds_since_1970()).as_secs_f64();
        let has_begun = match &claims["nbf"] {
            Value::Null => true,
            from => from.as_f64().is_some_and(|from| from <= now + SKEW),
        };
        if has_begun && claims["exp"].as_f64().is_some_and(|until| until + SKEW > now) {
            return Ok(());
        }
        Err(authority::unauthorized("AADSTS700024: Client assertion is not within its valid time range."))
    }
}

impl Dialect for ClientCertificate {
    fn environment(&self, base_url: &str, trusted: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        let path = self.certificate.path().display().to_string();
        let mut variables = BTreeMap::from([
            ("AZURE_AUTHORITY_HOST".to_owned(), format!("{base_url}/")),
            ("AZURE_CLIENT_CERTIFICATE_PATH".to_owned(), path),
            ("AZURE_CLIENT_ID".to_owned(), self.client_id.clone()),
            ("AZURE_TENANT_ID".to_owned(), self.tenant_id.clone()),
        ]);
        variables.extend(trusted.into_iter().flat_map(TrustedCertificate::authority_variables));
        variables
    }

    fn serves_at(&self, base_url: &str) -> Result<(), SimulatorError> {
        // Told once only.
        self.base_url.get_or_init(|| base_url.to_owned());
        Ok(())
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        authority::check(request, &self.tenant_id)?;
        let identity = authority::client(request, &service.identities)?;
        self.check(authority::assertion(request)?)?;
        authority::token(request, identity, service)
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        authority::refuse(refusal)
    }
}
