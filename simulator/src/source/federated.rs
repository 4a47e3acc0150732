//! An application that trusts a managed identity: App Service gives the identity's token, and an https authority takes it for a
//! proof.

use std::collections::BTreeMap;

use super::app_service::AppService;
use super::authority;
use super::dialect::{Dialect, Refusal, Service};
use super::federation::Federation;
use crate::answer::Answer;
use crate::error::SimulatorError;
use crate::identity::AssignedIdentity;
use crate::request::Request;
use crate::tls::TrustedCertificate;

/// The application: what its tokens name.
const CLIENT_ID: &str = "88888888-8888-4888-8888-888888888888";
const OBJECT_ID: &str = "99999999-9999-4999-8999-999999999999";

pub(super) struct FederatedIdentity {
    tenant_id: String,
    managed_identity: AppService,
    federation: Federation,
    application: [AssignedIdentity; 1],
}

impl FederatedIdentity {
    pub(super) fn new(service: &Service) -> Result<Self, SimulatorError> {
        let trusted = service.identities.iter().find(|identity| identity.is_user_assigned());
        Ok(Self {
            tenant_id: service.issuer.tenant_id().to_owned(),
            managed_identity: AppService::new(service),
            federation: Federation {
                issuer: service.issuer.issuer(),
                subject: trusted.ok_or(SimulatorError::NoIdentity)?.object_id().to_owned(),
            },
            application: [AssignedIdentity::system_assigned(CLIENT_ID, OBJECT_ID)],
        })
    }
}

impl Dialect for FederatedIdentity {
    fn environment(&self, base_url: &str, trusted: Option<&TrustedCertificate>) -> BTreeMap<String, String> {
        let mut variables = self.managed_identity.environment(base_url, trusted);
        variables.extend([
            ("AZURE_AUTHORITY_HOST".to_owned(), format!("{base_url}/")),
            ("AZURE_CLIENT_ID".to_owned(), CLIENT_ID.to_owned()),
            ("AZURE_TENANT_ID".to_owned(), self.tenant_id.clone()),
        ]);
        variables.extend(trusted.into_iter().flat_map(TrustedCertificate::authority_variables));
        variables
    }

    fn grant(&self, request: &Request, service: &Service) -> Result<Answer, Refusal> {
        if request.path.starts_with("/msi/") {
            let answer = self.managed_identity.grant(request, service);
            return Ok(answer.unwrap_or_else(|refusal| self.managed_identity.refuse(&refusal)));
        }
        authority::check(request, &self.tenant_id)?;
        let application = authority::client(request, &self.application)?;
        self.federation.check(authority::assertion(request)?, service)?;
        authority::token(request, application, service)
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        authority::refuse(refusal)
    }
}
