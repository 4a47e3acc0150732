//! Workload identity of AKS: the pod's federated token is exchanged at an https authority.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tempfile::TempDir;

use super::authority;
use super::dialect::{Dialect, Refusal, Service};
use super::federation::AUDIENCE;
use crate::answer::Answer;
use crate::error::SimulatorError;
use crate::files::write_for_owner;
use crate::identity::AssignedIdentity;
use crate::request::Request;
use crate::tls::{TrustedCertificate, temporary_folder};

/// Who issues the federated token. Nothing ever connects to it.
const CLUSTER_ISSUER: &str = "https://cluster.invalid/";
const SERVICE_ACCOUNT: &str = "system:serviceaccount:default:simulated";

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
        let federated_token = service
            .issuer
            .federated_token(CLUSTER_ISSUER, SERVICE_ACCOUNT, AUDIENCE)
            .map_err(SimulatorError::key("federated token"))?;
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

    /// The form proves that the client may act as the identity it names.
    fn check_client<'a>(
        &self,
        request: &Request,
        identities: &'a [AssignedIdentity],
    ) -> Result<&'a AssignedIdentity, Refusal> {
        let assertion = authority::assertion(request)?;
        let identity = authority::client(request, identities)?;
        if assertion != self.federated_token {
            return Err(authority::unauthorized("AADSTS700027: the client assertion is not the federated token"));
        }
        Ok(identity)
    }
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
        authority::check(request, &self.tenant_id)?;
        let identity = self.check_client(request, &service.identities)?;
        authority::token(request, identity, service)
    }

    fn refuse(&self, refusal: &Refusal) -> Answer {
        authority::refuse(refusal)
    }
}
