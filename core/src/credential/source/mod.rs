//! A source of tokens, whatever its dialect.

mod constructors;
mod request;

use alloc::vec::Vec;

use super::app_service::AppService;
#[cfg(feature = "chain")]
use super::application::Application;
#[cfg(feature = "chain")]
use super::authority::{in_tenant, tenant_of};
use super::azure_arc::AzureArc;
#[cfg(feature = "chain")]
use super::client_certificate::ClientCertificate;
#[cfg(feature = "chain")]
use super::client_secret::ClientSecret;
use super::cloud_shell::CloudShell;
use super::imds::Imds;
use super::machine_learning::MachineLearning;
#[cfg(feature = "chain")]
use super::oidc::Oidc;
use super::service_fabric::ServiceFabric;
use super::token_proxy::TokenProxy;
use super::workload_identity::WorkloadIdentity;
use crate::error::{ConfigError, Note};
use crate::kind::{IdentityKind, SourceKind};
use crate::values::Identity;
use crate::wire::Endpoint;

/// Where tokens come from: one of the endpoints that Azure offers to programs without a stored credential.
///
/// Found by [`detect`](crate::detect), or made by the constructor of a kind when the caller knows better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    dialect: Dialect,
    reason: &'static str,
    proven: bool,
    notes: Vec<Note>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Dialect {
    AppService(AppService),
    #[cfg(feature = "chain")]
    Application(Application),
    AzureArc(AzureArc),
    #[cfg(feature = "chain")]
    ClientCertificate(ClientCertificate),
    #[cfg(feature = "chain")]
    ClientSecret(ClientSecret),
    CloudShell(CloudShell),
    Imds(Imds),
    MachineLearning(MachineLearning),
    #[cfg(feature = "chain")]
    Oidc(Oidc),
    ServiceFabric(ServiceFabric),
    WorkloadIdentity(WorkloadIdentity),
}

impl Source {
    /// On Azure Arc, reads key files from this folder only, for containers into which the agent's folder is mounted
    /// elsewhere. The agent goes on naming them in its own folder, of which the file's name counts. Other sources stay as
    /// they are.
    #[must_use]
    pub fn with_key_directory(mut self, directory: &str) -> Self {
        if let Dialect::AzureArc(arc) = &mut self.dialect {
            arc.set_key_directory(directory);
        }
        self
    }

    /// On AKS workload identity, asks this proxy in place of the authority. Other sources stay as they are.
    ///
    /// # Errors
    /// A [`ConfigError`] when the proxy's address together with the authority's path is too long.
    pub fn with_token_proxy(mut self, proxy: TokenProxy) -> Result<Self, ConfigError> {
        if let Dialect::WorkloadIdentity(workload) = &mut self.dialect {
            workload.set_proxy(proxy)?;
        }
        Ok(self)
    }

    pub(super) fn because(mut self, reason: &'static str) -> Self {
        self.reason = reason;
        self
    }

    /// The environment or an installed agent vouches for the endpoint.
    pub(super) const fn vouched_for(mut self) -> Self {
        self.proven = true;
        self
    }

    pub(super) fn with_notes(mut self, notes: Vec<Note>) -> Self {
        self.notes = notes;
        self
    }

    /// Whether something vouches that there is an endpoint: the environment, an installed agent, or the caller who chose the
    /// source. Nothing does where IMDS at its default address is only what is left. An endpoint that is vouched for may
    /// start later than this program, and is waited for.
    #[must_use]
    pub const fn is_proven(&self) -> bool {
        self.proven
    }

    /// What detection noticed and did not act upon; errors tell it.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Which kind of source it is.
    #[must_use]
    pub const fn kind(&self) -> SourceKind {
        match self.dialect {
            Dialect::AppService(_) => SourceKind::AppService,
            #[cfg(feature = "chain")]
            Dialect::Application(ref it) => it.kind,
            Dialect::AzureArc(_) => SourceKind::AzureArc,
            #[cfg(feature = "chain")]
            Dialect::ClientCertificate(_) => SourceKind::ClientCertificate,
            #[cfg(feature = "chain")]
            Dialect::ClientSecret(_) => SourceKind::ClientSecret,
            Dialect::CloudShell(_) => SourceKind::CloudShell,
            Dialect::Imds(_) => SourceKind::Imds,
            Dialect::MachineLearning(_) => SourceKind::MachineLearning,
            #[cfg(feature = "chain")]
            Dialect::Oidc(ref it) => it.kind(),
            Dialect::ServiceFabric(_) => SourceKind::ServiceFabric,
            Dialect::WorkloadIdentity(_) => SourceKind::WorkloadIdentity,
        }
    }

    /// Why this source was chosen.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// The address that is asked.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        match &self.dialect {
            Dialect::AppService(it) => &it.endpoint,
            #[cfg(feature = "chain")]
            Dialect::Application(it) => &it.endpoint,
            Dialect::AzureArc(it) => &it.endpoint,
            #[cfg(feature = "chain")]
            Dialect::ClientCertificate(it) => &it.endpoint,
            #[cfg(feature = "chain")]
            Dialect::ClientSecret(it) => &it.endpoint,
            Dialect::CloudShell(it) => &it.endpoint,
            Dialect::Imds(it) => &it.endpoint,
            Dialect::MachineLearning(it) => &it.endpoint,
            #[cfg(feature = "chain")]
            Dialect::Oidc(it) => &it.endpoint,
            Dialect::ServiceFabric(it) => &it.endpoint,
            Dialect::WorkloadIdentity(it) => &it.endpoint,
        }
    }

    /// The same for tokens of another tenant; as it is where a source has no tenants.
    #[cfg(feature = "chain")]
    pub(crate) fn in_tenant(&self, tenant_id: &str) -> Result<Self, ConfigError> {
        let mut source = self.clone();
        let endpoint = match &mut source.dialect {
            Dialect::Application(it) => &mut it.endpoint,
            Dialect::ClientCertificate(it) => &mut it.endpoint,
            Dialect::ClientSecret(it) => &mut it.endpoint,
            Dialect::WorkloadIdentity(it) => &mut it.endpoint,
            _ => return Ok(source),
        };
        *endpoint = in_tenant(endpoint, tenant_id).map_err(|error| error.of(self.kind()))?;
        Ok(source)
    }

    /// The tenant of the tokens, where the source is configured with one. Addresses of managed identity only look as if they had
    /// one in them.
    #[cfg(feature = "chain")]
    pub(crate) fn tenant(&self) -> Option<&str> {
        if self.kind().is_authority() { tenant_of(self.endpoint()) } else { None }
    }

    /// What the certificate of a service principal is used for.
    #[cfg(feature = "chain")]
    pub(crate) const fn client_certificate_dialect(&self) -> Option<&ClientCertificate> {
        match &self.dialect {
            Dialect::ClientCertificate(it) => Some(it),
            _ => None,
        }
    }

    /// The file with the certificate of a service principal and its private key.
    #[cfg(feature = "chain")]
    #[must_use]
    pub fn client_certificate_file(&self) -> Option<&str> {
        self.client_certificate_dialect().map(|it| it.file.as_str())
    }

    /// The folder of Azure Arc's key files: what a sandbox must grant for reading.
    #[must_use]
    pub fn key_directory(&self) -> Option<&str> {
        self.azure_arc_dialect().map(|it| it.key_directory.as_str())
    }

    /// The file of AKS workload identity's federated token: what a sandbox must grant for reading.
    #[must_use]
    pub fn federated_token_file(&self) -> Option<&str> {
        self.workload_identity_dialect().map(|it| it.token_file.as_str())
    }

    /// The file with the certificates of AKS workload identity's token proxy, where there is one.
    #[must_use]
    pub fn token_proxy_ca_file(&self) -> Option<&str> {
        self.workload_identity_dialect().and_then(|it| it.proxy.as_ref()?.ca_file())
    }

    /// The client id that stands for the system-assigned identity where the environment names one.
    pub(crate) fn default_client_id(&self) -> Option<&str> {
        match &self.dialect {
            Dialect::MachineLearning(it) => it.default_client_id.as_deref(),
            Dialect::WorkloadIdentity(it) => it.default_client_id.as_deref(),
            #[cfg(feature = "chain")]
            Dialect::Application(it) => Some(&it.client_id),
            #[cfg(feature = "chain")]
            Dialect::ClientCertificate(it) => Some(&it.client_id),
            #[cfg(feature = "chain")]
            Dialect::ClientSecret(it) => Some(&it.client_id),
            #[cfg(feature = "chain")]
            Dialect::Oidc(_) => None,
            Dialect::AppService(_)
            | Dialect::AzureArc(_)
            | Dialect::CloudShell(_)
            | Dialect::Imds(_)
            | Dialect::ServiceFabric(_) => None,
        }
    }

    pub(crate) const fn azure_arc_dialect(&self) -> Option<&AzureArc> {
        match &self.dialect {
            Dialect::AzureArc(it) => Some(it),
            _ => None,
        }
    }

    pub(crate) const fn workload_identity_dialect(&self) -> Option<&WorkloadIdentity> {
        match &self.dialect {
            Dialect::WorkloadIdentity(it) => Some(it),
            _ => None,
        }
    }

    /// Whether tokens of this identity can be had from the source, as far as can be told without asking it.
    ///
    /// # Errors
    /// A [`ConfigError`] when they cannot, such as those of an object id on Machine Learning.
    pub fn check(&self, identity: &Identity) -> Result<(), ConfigError> {
        identity.check()?;
        let kind = identity.kind();
        let supported = match (&self.dialect, kind) {
            (_, IdentityKind::SystemAssigned) => true,
            (Dialect::AppService(_) | Dialect::AzureArc(_) | Dialect::Imds(_), _) => true,
            (Dialect::MachineLearning(_) | Dialect::WorkloadIdentity(_), kind) => kind == IdentityKind::ClientId,
            (Dialect::CloudShell(_) | Dialect::ServiceFabric(_), _) => false,
            #[cfg(feature = "chain")]
            (
                Dialect::Application(_) | Dialect::ClientCertificate(_) | Dialect::ClientSecret(_) | Dialect::Oidc(_),
                _,
            ) => false,
        };
        if !supported {
            return Err(ConfigError::UnsupportedIdentity { source_kind: self.kind(), identity: kind });
        }
        match &self.dialect {
            Dialect::WorkloadIdentity(it) => it.client_id(identity).map(drop).map_err(|error| error.of(self.kind())),
            _ => Ok(()),
        }
    }
}
