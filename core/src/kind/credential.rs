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
}

impl CredentialKind {
    /// All kinds, in the order of the default chain.
    pub const ALL: &[Self] = &[
        Self::Environment,
        Self::WorkloadIdentity,
        Self::ManagedIdentity,
        Self::AzureCli,
        Self::AzurePowerShell,
        Self::AzureDeveloperCli,
    ];

    /// The kind of credential that a source of tokens belongs to: a token tells its source, and with it which member of a
    /// chain it is from.
    #[must_use]
    pub const fn of(source: SourceKind) -> Self {
        match source {
            SourceKind::ClientSecret => Self::Environment,
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
        }
    }

    /// Its name in `AZURE_TOKEN_CREDENTIALS`, in lower case.
    pub(crate) const fn in_variable(self) -> &'static str {
        match self {
            Self::Environment => "environmentcredential",
            Self::WorkloadIdentity => "workloadidentitycredential",
            Self::ManagedIdentity => "managedidentitycredential",
            Self::AzureCli => "azureclicredential",
            Self::AzurePowerShell => "azurepowershellcredential",
            Self::AzureDeveloperCli => "azuredeveloperclicredential",
        }
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
