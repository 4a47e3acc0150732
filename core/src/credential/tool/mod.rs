//! Developer tools: which command gives a token, and what its answer means. One file a tool.

mod azure_cli;
mod azure_developer_cli;
mod azure_powershell;
mod command;
mod said;

use alloc::string::String;
use core::time::Duration;

use self::command::Command;
use crate::effect::{CommandOutput, CommandRequest};
use crate::error::ToolError;
use crate::kind::{DeveloperTool, Platform};
use crate::wire::Printed;

/// How long a tool may take unless the caller says otherwise: they start slowly.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The most bytes of a tool's output: a token's answer takes some kilobytes.
const MAX_OUTPUT: usize = 256 * 1024;

/// Secrets that a tool does not need: what it signs in with is its own.
const WITHHELD: &[&str] = &[
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_SECRET",
    "AZURE_PASSWORD",
    "IDENTITY_HEADER",
    "MSI_SECRET",
    "SYSTEM_ACCESSTOKEN",
];

/// A developer tool, and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tool {
    pub(crate) kind: DeveloperTool,
    pub(super) platform: Platform,
    pub(crate) tenant: Option<String>,
    pub(crate) time_limit: Duration,
}

impl Tool {
    /// The names of its program; the first that there is counts.
    pub(crate) const fn programs(&self) -> &'static [&'static str] {
        match (self.kind, self.platform) {
            (DeveloperTool::AzureCli, _) => &["az"],
            (DeveloperTool::AzureDeveloperCli, _) => &["azd"],
            (DeveloperTool::AzurePowerShell, Platform::Windows) => &["pwsh", "powershell"],
            (DeveloperTool::AzurePowerShell, _) => &["pwsh"],
        }
    }

    /// The command that gives a token for this resource, of this tenant or the one that is signed in to, that meets these claims
    /// (in base64).
    pub(crate) fn command(
        &self,
        resource: &str,
        tenant: Option<&str>,
        claims: Option<&str>,
        time_limit: Duration,
    ) -> Result<CommandRequest, ToolError> {
        // Checked though there is no shell: on Windows a tool may be a batch file, which cmd.exe reads once more.
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'/');
        if !resource.bytes().all(is_legal) || resource.starts_with('-') {
            return Err(ToolError::IllegalCharacters { what: "the resource" });
        }
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        if tenant.is_some_and(|it| it.is_empty() || it.starts_with('-') || !it.bytes().all(is_legal)) {
            return Err(ToolError::IllegalCharacters { what: "the tenant" });
        }
        let Command { arguments, environment } = match self.kind {
            DeveloperTool::AzureCli => azure_cli::command(resource, tenant, claims)?,
            DeveloperTool::AzureDeveloperCli => azure_developer_cli::command(resource, tenant, claims),
            DeveloperTool::AzurePowerShell => azure_powershell::command(resource, tenant, claims)?,
        };
        Ok(CommandRequest {
            programs: self.programs(),
            arguments,
            environment,
            withheld: WITHHELD,
            time_limit,
            max_output: MAX_OUTPUT,
        })
    }

    /// What the tool's answer means.
    pub(crate) fn judge(&self, output: &CommandOutput) -> Result<Printed, ToolError> {
        match self.kind {
            DeveloperTool::AzureCli => azure_cli::judge(output),
            DeveloperTool::AzureDeveloperCli => azure_developer_cli::judge(output),
            DeveloperTool::AzurePowerShell => azure_powershell::judge(output),
        }
    }
}
