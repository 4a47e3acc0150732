//! The kinds of credentials that a chain is made of, and their names.

use core::fmt;
use core::str::FromStr;

use super::source::SourceKind;
use super::tool::DeveloperTool;

/// The kind of a credential: what a member of a chain proves itself with. `Display` gives its name for people,
/// [`CredentialKind::as_str`] the one for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CredentialKind {
    /// A service principal that environment variables describe.
    Environment,
    /// Workload identity: a federated token from a file.
    WorkloadIdentity,
    /// A managed identity, from whichever source there is.
    ManagedIdentity,
    /// The account that is signed in to the Azure CLI.
    AzureCli,
    /// The account that is signed in to Azure PowerShell.
    AzurePowerShell,
    /// The account that is signed in to the Azure Developer CLI.
    AzureDeveloperCli,
    /// A service connection, in a job of Azure Pipelines. In no chain unless it is named.
    AzurePipelines,
    /// An application that trusts a workflow of GitHub Actions. In no chain unless it is named.
    GitHubActions,
    /// An application that trusts a managed identity, of another tenant too. In no chain unless it is named.
    FederatedIdentity,
}

impl CredentialKind {
    /// The members of the default chain, in their order.
    pub const DEFAULT: &[Self] = &[
        Self::Environment,
        Self::WorkloadIdentity,
        Self::ManagedIdentity,
        Self::AzureCli,
        Self::AzurePowerShell,
        Self::AzureDeveloperCli,
    ];

    /// All kinds: those of the default chain, and those that have to be named.
    pub const ALL: &[Self] = &[
        Self::Environment,
        Self::WorkloadIdentity,
        Self::ManagedIdentity,
        Self::AzureCli,
        Self::AzurePowerShell,
        Self::AzureDeveloperCli,
        Self::AzurePipelines,
        Self::GitHubActions,
        Self::FederatedIdentity,
    ];

    /// The kind of credential that a source of tokens belongs to: a token tells its source, and with it which member of a
    /// chain it is from.
    #[must_use]
    pub const fn of(source: SourceKind) -> Self {
        match source {
            SourceKind::ClientCertificate | SourceKind::ClientSecret => Self::Environment,
            SourceKind::AzurePipelines => Self::AzurePipelines,
            SourceKind::FederatedIdentity => Self::FederatedIdentity,
            SourceKind::GitHubActions => Self::GitHubActions,
            SourceKind::WorkloadIdentity => Self::WorkloadIdentity,
            SourceKind::DeveloperTool(DeveloperTool::AzureCli) => Self::AzureCli,
            SourceKind::DeveloperTool(DeveloperTool::AzureDeveloperCli) => Self::AzureDeveloperCli,
            SourceKind::DeveloperTool(DeveloperTool::AzurePowerShell) => Self::AzurePowerShell,
            SourceKind::AppService
            | SourceKind::AzureArc
            | SourceKind::Chain
            | SourceKind::CloudShell
            | SourceKind::Imds
            | SourceKind::MachineLearning
            | SourceKind::ServiceFabric => Self::ManagedIdentity,
        }
    }

    /// The name for programs: lower case with hyphens, such as `azure-cli`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::WorkloadIdentity => "workload-identity",
            Self::ManagedIdentity => "managed-identity",
            Self::AzureCli => "azure-cli",
            Self::AzurePowerShell => "azure-powershell",
            Self::AzureDeveloperCli => "azure-developer-cli",
            Self::AzurePipelines => "azure-pipelines",
            Self::GitHubActions => "github-actions",
            Self::FederatedIdentity => "federated",
        }
    }

    /// Its name in `AZURE_TOKEN_CREDENTIALS`, in lower case; `None` for those that variable cannot name.
    pub(crate) const fn in_variable(self) -> Option<&'static str> {
        Some(match self {
            Self::Environment => "environmentcredential",
            Self::WorkloadIdentity => "workloadidentitycredential",
            Self::ManagedIdentity => "managedidentitycredential",
            Self::AzureCli => "azureclicredential",
            Self::AzurePowerShell => "azurepowershellcredential",
            Self::AzureDeveloperCli => "azuredeveloperclicredential",
            Self::AzurePipelines | Self::GitHubActions | Self::FederatedIdentity => return None,
        })
    }

    /// Whether it is a developer's sign-in, as opposed to what a deployed program has.
    #[must_use]
    pub const fn is_developer_tool(self) -> bool {
        matches!(self, Self::AzureCli | Self::AzurePowerShell | Self::AzureDeveloperCli)
    }
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "environment",
            Self::WorkloadIdentity => "workload identity",
            Self::ManagedIdentity => "managed identity",
            Self::AzureCli => "Azure CLI",
            Self::AzurePowerShell => "Azure PowerShell",
            Self::AzureDeveloperCli => "Azure Developer CLI",
            Self::AzurePipelines => "Azure Pipelines",
            Self::GitHubActions => "GitHub Actions",
            Self::FederatedIdentity => "federated managed identity",
        })
    }
}

/// The text is no name of a [`CredentialKind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCredential;

impl fmt::Display for UnknownCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown credential; use one of ")?;
        for (index, kind) in CredentialKind::ALL.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{}", kind.as_str())?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownCredential {}

impl FromStr for CredentialKind {
    type Err = UnknownCredential;

    fn from_str(text: &str) -> Result<Self, UnknownCredential> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(UnknownCredential)
    }
}
