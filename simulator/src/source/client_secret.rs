//! A service principal: its secret is posted to an https authority.

use std::collections::BTreeMap;

use super::authority;
use super::dialect::{Dialect, Refusal, Service};
use crate::answer::Answer;
use crate::error::SimulatorError;
use crate::request::Request;
use crate::tls::TrustedCertificate;

pub(super) struct ClientSecret {
    tenant_id: String,
    client_id: String,
    secret: String,
}

impl ClientSecret {
    pub(super) fn new(service: &Service) -> Result<Self, SimulatorError> {
        let client_id = service.identities.first().map(|identity| identity.client_id().to_owned());
        // With characters that a form must encode, as real ones have them.
        let secret = format!("{}~+/=%&", service.new_secret());
        service.recorder.add_secret(&secret);
        Ok(Self {
            tenant_id: service.issuer.tenant_id().to_owned(),
            client_id: client_id.ok_or(SimulatorError::NoIdentity)?,
            secret,
        })
    }
}

impl Dialect for ClientSecret {
    fn environment(&self, base_url: &str, trusted: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::from([
            ("AZURE_AUTHORITY_HOST".to_owned(), format!("{base_url}/")),
            ("AZURE_CLIENT_ID".to_owned(), self.client_id.clone()),
            ("AZURE_CLIENT_SECRET".to_owned(), self.secret.clone()),
            ("AZURE_TENANT_ID".to_owned(), self.tenant_id.clone()),
        ]);
        variables.extend(trusted.into_iter().flat_map(TrustedCertificate::authority_variables));
        variables
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        authority::check(request, &self.tenant_id)?;
        let identity = authority::client(request, &service.identities)?;
        match request.field("client_secret") {
            None => Err(authority::unauthorized("AADSTS7000218: a client_secret is required")),
            Some(secret) if secret != self.secret || identity.client_id() != self.client_id => {
                Err(authority::unauthorized("AADSTS7000215: Invalid client secret provided."))
            }
            Some(_) => authority::token(request, identity, service),
        }
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        authority::refuse(refusal)
    }
}
