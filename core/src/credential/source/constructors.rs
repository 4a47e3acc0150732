//! A source made by whoever knows which one it is.

use alloc::vec::Vec;

use super::{Dialect, Source};
use crate::credential::app_service::AppService;
#[cfg(feature = "chain")]
use crate::credential::application::Application;
use crate::credential::azure_arc::AzureArc;
#[cfg(feature = "chain")]
use crate::credential::client_certificate::ClientCertificate;
#[cfg(feature = "chain")]
use crate::credential::client_secret::ClientSecret;
use crate::credential::cloud_shell::CloudShell;
use crate::credential::imds::Imds;
use crate::credential::machine_learning::MachineLearning;
#[cfg(feature = "chain")]
use crate::credential::oidc::Oidc;
use crate::credential::service_fabric::ServiceFabric;
use crate::credential::workload_identity::WorkloadIdentity;
use crate::error::ConfigError;
use crate::kind::{Platform, SourceKind};

const CHOSEN_BY_CALLER: &str = "the caller chose it";

impl Source {
    /// App Service, Functions, Container Apps or Automation, by `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable endpoint or header.
    pub fn app_service(endpoint: &str, header: &str) -> Result<Self, ConfigError> {
        Self::checked(SourceKind::AppService, AppService::new(endpoint, header).map(Dialect::AppService))
    }

    /// Azure Arc, by the agent's endpoint; `key_directory` is the only folder a key file is read from, by the path rules
    /// of `platform`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable endpoint, or a platform without Azure Arc.
    pub fn azure_arc(endpoint: &str, key_directory: &str, platform: Platform) -> Result<Self, ConfigError> {
        Self::checked(SourceKind::AzureArc, AzureArc::new(endpoint, key_directory, platform).map(Dialect::AzureArc))
    }

    /// A service principal, by its client (application) id and secret. `authority` is the host of `AZURE_AUTHORITY_HOST`, the
    /// public cloud's when `None`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an authority without https, a tenant or client id with illegal characters, or an empty secret.
    #[cfg(feature = "chain")]
    pub fn client_secret(
        authority: Option<&str>,
        tenant_id: &str,
        client_id: &str,
        secret: &str,
    ) -> Result<Self, ConfigError> {
        let dialect = ClientSecret::new(authority, tenant_id, client_id, secret);
        Self::checked(SourceKind::ClientSecret, dialect.map(Dialect::ClientSecret))
    }

    /// A service principal, by its client (application) id and the file of its certificate and private key, in PEM or PKCS#12
    /// form. `authority` is the host of `AZURE_AUTHORITY_HOST`, the public cloud's when `None`. A certificate without a
    /// password, which is sent without those it was issued by.
    ///
    /// # Errors
    /// A [`ConfigError`] for an authority without https, a tenant or client id with illegal characters, or an unusable path.
    #[cfg(feature = "chain")]
    pub fn client_certificate(
        authority: Option<&str>,
        tenant_id: &str,
        client_id: &str,
        file: &str,
        platform: Platform,
    ) -> Result<Self, ConfigError> {
        let dialect = ClientCertificate::new(authority, tenant_id, client_id, file, platform);
        Self::checked(SourceKind::ClientCertificate, dialect.map(Dialect::ClientCertificate))
    }

    /// The same with a certificate whose file has this password. Other sources stay as they are.
    #[cfg(feature = "chain")]
    #[must_use]
    pub fn with_certificate_password(mut self, password: &str) -> Self {
        if let Dialect::ClientCertificate(it) = &mut self.dialect {
            it.set_password(password);
        }
        self
    }

    /// The same with the whole chain of the certificate sent, as applications that trust its subject and issuer want it. Other
    /// sources stay as they are.
    #[cfg(feature = "chain")]
    #[must_use]
    pub const fn with_certificate_chain(mut self) -> Self {
        if let Dialect::ClientCertificate(it) = &mut self.dialect {
            it.send_chain();
        }
        self
    }

    #[cfg(feature = "chain")]
    pub(in crate::credential) fn application(
        application: Result<Application, ConfigError>,
        kind: SourceKind,
    ) -> Result<Self, ConfigError> {
        Self::checked(kind, application.map(Dialect::Application))
    }

    #[cfg(feature = "chain")]
    pub(in crate::credential) fn oidc(
        service: Result<Oidc, ConfigError>,
        kind: SourceKind,
    ) -> Result<Self, ConfigError> {
        Self::checked(kind, service.map(Dialect::Oidc))
    }

    /// Cloud Shell, by `MSI_ENDPOINT`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable endpoint.
    pub fn cloud_shell(endpoint: &str) -> Result<Self, ConfigError> {
        Self::checked(SourceKind::CloudShell, CloudShell::new("MSI_ENDPOINT", endpoint).map(Dialect::CloudShell))
    }

    /// The Instance Metadata Service of virtual machines, at `base` (`http://169.254.169.254` outside of tests).
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable base address.
    pub fn imds(base: &str) -> Result<Self, ConfigError> {
        Self::checked(SourceKind::Imds, Imds::new(base).map(Dialect::Imds))
    }

    /// Machine Learning, by `MSI_ENDPOINT`, `MSI_SECRET` and, where set, `DEFAULT_IDENTITY_CLIENT_ID`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable endpoint or secret.
    pub fn machine_learning(
        endpoint: &str,
        secret: &str,
        default_client_id: Option<&str>,
    ) -> Result<Self, ConfigError> {
        Self::checked(
            SourceKind::MachineLearning,
            MachineLearning::new(endpoint, secret, default_client_id).map(Dialect::MachineLearning),
        )
    }

    /// Service Fabric, by `IDENTITY_ENDPOINT`, `IDENTITY_HEADER` and `IDENTITY_SERVER_THUMBPRINT`.
    ///
    /// # Errors
    /// A [`ConfigError`] for an unusable endpoint, header or thumbprint, or an endpoint without https.
    pub fn service_fabric(endpoint: &str, header: &str, thumbprint: &str) -> Result<Self, ConfigError> {
        Self::checked(
            SourceKind::ServiceFabric,
            ServiceFabric::new(endpoint, header, thumbprint).map(Dialect::ServiceFabric),
        )
    }

    /// AKS workload identity. `authority` is the host of `AZURE_AUTHORITY_HOST`, the public cloud's when `None`;
    /// `client_id` is used unless a request names one.
    ///
    /// # Errors
    /// A [`ConfigError`] for an authority without https, or a tenant or client id with illegal characters.
    pub fn workload_identity(
        authority: Option<&str>,
        tenant_id: &str,
        client_id: Option<&str>,
        token_file: &str,
        platform: Platform,
    ) -> Result<Self, ConfigError> {
        let dialect = WorkloadIdentity::new(authority, tenant_id, client_id, token_file, platform);
        Self::checked(SourceKind::WorkloadIdentity, dialect.map(Dialect::WorkloadIdentity))
    }

    /// Whoever chooses a source vouches for its endpoint, but for the default one of IMDS, which is there on every virtual
    /// machine of Azure and nowhere else.
    fn checked(kind: SourceKind, dialect: Result<Dialect, ConfigError>) -> Result<Self, ConfigError> {
        let dialect = dialect.map_err(|error| error.of(kind))?;
        let proven = !matches!(&dialect, Dialect::Imds(it) if it.is_default());
        Ok(Self { dialect, reason: CHOSEN_BY_CALLER, proven, notes: Vec::new() })
    }
}
