//! The developer tools that give tokens, and their names.

use core::fmt;

/// A tool in which a developer is signed in. `Display` gives its name for people, [`DeveloperTool::as_str`] the one for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DeveloperTool {
    /// The Azure CLI, `az`.
    AzureCli,
    /// The Azure Developer CLI, `azd`.
    AzureDeveloperCli,
    /// Azure PowerShell: the module Az.Accounts in `pwsh` or, on Windows, `powershell`.
    AzurePowerShell,
}

impl DeveloperTool {
    /// The name for programs: lower case with hyphens, such as `azure-cli`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AzureCli => "azure-cli",
            Self::AzureDeveloperCli => "azure-developer-cli",
            Self::AzurePowerShell => "azure-powershell",
        }
    }
}

impl fmt::Display for DeveloperTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AzureCli => "Azure CLI",
            Self::AzureDeveloperCli => "Azure Developer CLI",
            Self::AzurePowerShell => "Azure PowerShell",
        })
    }
}
