//! The dialects: one file for each managed-identity source, for service principals, and for developer tools.

mod app_service;
mod authority;
mod azure_arc;
mod client_certificate;
mod client_secret;
mod cloud_shell;
mod dialect;
mod error_shape;
mod federated;
mod federation;
mod guard;
mod imds;
mod key_access;
mod key_files;
mod machine_learning;
mod openid;
mod pipeline;
mod service_fabric;
mod tool;
mod tool_programs;
mod workload_identity;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

pub(crate) use self::dialect::{Dialect, Refusal, Service};
pub(crate) use self::key_access::KeyAccess;
pub(crate) use self::openid::published;
use self::pipeline::Pipeline;
use crate::error::SimulatorError;
use crate::tls::{self, ServerIdentity};

/// A source of tokens whose endpoint can be simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SimulatedSource {
    /// [Service Fabric](https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code):
    /// https with a self-signed certificate, header `Secret`.
    ServiceFabric,
    /// [App Service](https://learn.microsoft.com/azure/app-service/overview-managed-identity), Functions, Container Apps
    /// and Automation: header `X-IDENTITY-HEADER`.
    AppService,
    /// Azure Machine Learning: `MSI_ENDPOINT` and the header `secret`.
    MachineLearning,
    /// [Azure Arc](https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication): a challenge
    /// that is answered with the content of a key file.
    AzureArc,
    /// Cloud Shell: a form is posted to `MSI_ENDPOINT`.
    CloudShell,
    /// The instance metadata service of
    /// [virtual machines](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
    Imds,
    /// [Workload identity](https://learn.microsoft.com/entra/workload-id/workload-identity-federation) of AKS: a
    /// federated token is posted to an https authority.
    WorkloadIdentity,
    /// A service principal: its
    /// [secret](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow) is posted to an https
    /// authority.
    ClientSecret,
    /// A service principal: an [assertion](https://learn.microsoft.com/entra/identity-platform/certificate-credentials) that its
    /// certificate's key signed is posted to an https authority.
    ClientCertificate,
    /// A job of Azure Pipelines: the token that its service gives is exchanged at an https authority.
    AzurePipelines,
    /// A job of GitHub Actions, in the same way.
    GitHubActions,
    /// An application that trusts the first user-assigned identity: the token that App Service gives for it is exchanged at an
    /// https authority.
    FederatedIdentity,
    /// The Azure CLI: a small program `az`, first in `PATH`. On Unix only, with `bash`.
    AzureCli,
    /// The Azure Developer CLI: `azd`, in the same way.
    AzureDeveloperCli,
    /// Azure PowerShell: `pwsh`, in the same way. It runs no script and takes what is asked for from the variables
    /// `MANAGED_IDENTITY_POWERSHELL_RESOURCE` and `MANAGED_IDENTITY_POWERSHELL_TENANT`.
    AzurePowerShell,
}

impl SimulatedSource {
    /// Every managed-identity source, in the order in which clients look for them.
    pub const ALL: [Self; 7] = [
        Self::ServiceFabric,
        Self::AppService,
        Self::MachineLearning,
        Self::AzureArc,
        Self::CloudShell,
        Self::Imds,
        Self::WorkloadIdentity,
    ];

    /// The sources of tokens beside managed identity.
    pub const CREDENTIALS: [Self; 8] = [
        Self::ClientSecret,
        Self::ClientCertificate,
        Self::AzurePipelines,
        Self::GitHubActions,
        Self::FederatedIdentity,
        Self::AzureCli,
        Self::AzureDeveloperCli,
        Self::AzurePowerShell,
    ];

    /// Whether all of it is on the internet, where a proxy may be the only way; the other endpoints are on this machine.
    pub(crate) const fn is_on_the_internet(self) -> bool {
        matches!(
            self,
            Self::WorkloadIdentity
                | Self::ClientSecret
                | Self::ClientCertificate
                | Self::AzurePipelines
                | Self::GitHubActions
        )
    }

    /// The name on the command line, such as `azure-arc`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ServiceFabric => "service-fabric",
            Self::AppService => "app-service",
            Self::MachineLearning => "machine-learning",
            Self::AzureArc => "azure-arc",
            Self::CloudShell => "cloud-shell",
            Self::Imds => "imds",
            Self::WorkloadIdentity => "workload-identity",
            Self::ClientSecret => "client-secret",
            Self::ClientCertificate => "client-certificate",
            Self::AzurePipelines => "azure-pipelines",
            Self::GitHubActions => "github-actions",
            Self::FederatedIdentity => "federated",
            Self::AzureCli => "azure-cli",
            Self::AzureDeveloperCli => "azure-developer-cli",
            Self::AzurePowerShell => "azure-powershell",
        }
    }

    /// What the endpoint needs before it can serve.
    pub(crate) fn open(
        self,
        service: &Service,
        key_folder: Option<PathBuf>,
        key_access: KeyAccess,
        old_tool: bool,
    ) -> Result<Opened, SimulatorError> {
        let plain = |dialect: Box<dyn Dialect>| Opened { dialect, tls: None };
        let secure = |dialect: Box<dyn Dialect>| tls::from_own_ca().map(|tls| Opened { dialect, tls: Some(tls) });
        Ok(match self {
            Self::ServiceFabric => Opened {
                dialect: Box::new(service_fabric::ServiceFabric::new(service)),
                tls: Some(tls::self_signed()?),
            },
            Self::AppService => plain(Box::new(app_service::AppService::new(service))),
            Self::MachineLearning => plain(Box::new(machine_learning::MachineLearning::new(service))),
            Self::AzureArc => plain(Box::new(azure_arc::AzureArc::new(key_folder, key_access)?)),
            Self::CloudShell => plain(Box::new(cloud_shell::CloudShell)),
            Self::Imds => plain(Box::new(imds::Imds)),
            Self::WorkloadIdentity => secure(Box::new(workload_identity::WorkloadIdentity::new(service)?))?,
            Self::ClientSecret => secure(Box::new(client_secret::ClientSecret::new(service)?))?,
            Self::ClientCertificate => secure(Box::new(client_certificate::ClientCertificate::new(service)?))?,
            Self::AzurePipelines => secure(Box::new(Pipeline::new(pipeline::Kind::AzurePipelines, service)?))?,
            Self::GitHubActions => secure(Box::new(Pipeline::new(pipeline::Kind::GitHubActions, service)?))?,
            Self::FederatedIdentity => secure(Box::new(federated::FederatedIdentity::new(service)?))?,
            Self::AzureCli => plain(Box::new(tool::Tool::new(tool::Kind::Cli, old_tool, service)?)),
            Self::AzureDeveloperCli => plain(Box::new(tool::Tool::new(tool::Kind::DeveloperCli, old_tool, service)?)),
            Self::AzurePowerShell => plain(Box::new(tool::Tool::new(tool::Kind::PowerShell, old_tool, service)?)),
        })
    }
}

/// A dialect that is ready to serve, and its TLS when it speaks https.
pub(crate) struct Opened {
    pub(crate) dialect: Box<dyn Dialect>,
    pub(crate) tls: Option<ServerIdentity>,
}

impl fmt::Display for SimulatedSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for SimulatedSource {
    type Err = UnknownSource;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().chain(Self::CREDENTIALS).find(|source| source.name() == name).ok_or(UnknownSource)
    }
}

/// A text that names no [`SimulatedSource`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown source; choose service-fabric, app-service, machine-learning, azure-arc, cloud-shell, imds, workload-identity, client-secret, \
     client-certificate, azure-pipelines, github-actions, federated, azure-cli, azure-developer-cli or azure-powershell"
)]
pub struct UnknownSource;
