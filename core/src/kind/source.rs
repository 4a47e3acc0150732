//! The kinds of sources and their names.

use core::fmt;
use core::str::FromStr;

#[cfg(feature = "chain")]
use super::tool::DeveloperTool;

/// The kind of a [`Source`](crate::Source). `Display` gives its name for people, [`SourceKind::as_str`] the one for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SourceKind {
    /// App Service, Functions, Container Apps and Automation.
    AppService,
    /// A machine outside Azure, joined to Azure Arc.
    AzureArc,
    /// A service connection of Azure Pipelines: its token of the moment is exchanged at the authority.
    #[cfg(feature = "chain")]
    AzurePipelines,
    /// Any member of a chain of credentials: no token comes from it, but one of it is not known yet to come from where.
    #[cfg(feature = "chain")]
    Chain,
    /// A service principal with a certificate, at the authority.
    #[cfg(feature = "chain")]
    ClientCertificate,
    /// A service principal with a secret, at the authority.
    #[cfg(feature = "chain")]
    ClientSecret,
    /// Azure Cloud Shell.
    CloudShell,
    /// A tool in which a developer is signed in.
    #[cfg(feature = "chain")]
    DeveloperTool(DeveloperTool),
    /// An application that a managed identity stands for: the identity's token is exchanged at the authority.
    #[cfg(feature = "chain")]
    FederatedIdentity,
    /// A workflow of GitHub Actions: its token of the moment is exchanged at the authority.
    #[cfg(feature = "chain")]
    GitHubActions,
    /// A virtual machine, by the Instance Metadata Service.
    Imds,
    /// Azure Machine Learning, and App Service's API version of 2017.
    MachineLearning,
    /// Service Fabric.
    ServiceFabric,
    /// AKS workload identity: a federated token exchanged at the authority.
    WorkloadIdentity,
}

impl SourceKind {
    /// All kinds of sources that detection can find.
    pub const ALL: &[Self] = &[
        Self::AppService,
        Self::AzureArc,
        Self::CloudShell,
        Self::Imds,
        Self::MachineLearning,
        Self::ServiceFabric,
        Self::WorkloadIdentity,
    ];

    /// Whether its tokens come from an authority on the internet, as opposed to an endpoint of the platform it runs on.
    #[must_use]
    pub const fn is_authority(self) -> bool {
        match self {
            Self::WorkloadIdentity => true,
            #[cfg(feature = "chain")]
            Self::AzurePipelines
            | Self::ClientCertificate
            | Self::ClientSecret
            | Self::FederatedIdentity
            | Self::GitHubActions => true,
            _ => false,
        }
    }

    /// The name for programs: lower case with hyphens, such as `azure-arc`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppService => "app-service",
            Self::AzureArc => "azure-arc",
            #[cfg(feature = "chain")]
            Self::AzurePipelines => "azure-pipelines",
            #[cfg(feature = "chain")]
            Self::Chain => "chain",
            #[cfg(feature = "chain")]
            Self::ClientCertificate => "client-certificate",
            #[cfg(feature = "chain")]
            Self::ClientSecret => "client-secret",
            Self::CloudShell => "cloud-shell",
            #[cfg(feature = "chain")]
            Self::DeveloperTool(tool) => tool.as_str(),
            #[cfg(feature = "chain")]
            Self::FederatedIdentity => "federated",
            #[cfg(feature = "chain")]
            Self::GitHubActions => "github-actions",
            Self::Imds => "imds",
            Self::MachineLearning => "machine-learning",
            Self::ServiceFabric => "service-fabric",
            Self::WorkloadIdentity => "workload-identity",
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            #[cfg(feature = "chain")]
            Self::AzurePipelines => "Azure Pipelines",
            #[cfg(feature = "chain")]
            Self::Chain => "the chain of credentials",
            #[cfg(feature = "chain")]
            Self::ClientCertificate => "the service principal with a certificate",
            #[cfg(feature = "chain")]
            Self::ClientSecret => "the service principal of the environment",
            #[cfg(feature = "chain")]
            Self::DeveloperTool(tool) => return tool.fmt(f),
            #[cfg(feature = "chain")]
            Self::FederatedIdentity => "the application of the managed identity",
            #[cfg(feature = "chain")]
            Self::GitHubActions => "GitHub Actions",
            Self::AppService => "App Service",
            Self::AzureArc => "Azure Arc",
            Self::CloudShell => "Cloud Shell",
            Self::Imds => "the VM metadata service (IMDS)",
            Self::MachineLearning => "Machine Learning",
            Self::ServiceFabric => "Service Fabric",
            Self::WorkloadIdentity => "AKS workload identity",
        })
    }
}

/// The text is no name of a [`SourceKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownSource;

impl fmt::Display for UnknownSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown source; use one of ")?;
        for (index, kind) in SourceKind::ALL.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{}", kind.as_str())?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownSource {}

impl FromStr for SourceKind {
    type Err = UnknownSource;

    fn from_str(text: &str) -> Result<Self, UnknownSource> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(UnknownSource)
    }
}
