//! Azure PowerShell.
//!
//! <https://learn.microsoft.com/powershell/module/az.accounts/get-azaccesstoken>

use alloc::format;
use alloc::string::String;

use super::command::Command;
use super::said::Said;
use crate::effect::CommandOutput;
use crate::error::ToolError;
use crate::wire::{Printed, printed};

/// What the script writes where the module is missing.
const NO_MODULE: &str = "NO_AZ_ACCOUNTS_MODULE";
const RESOURCE: &str = "MANAGED_IDENTITY_POWERSHELL_RESOURCE";
const TENANT: &str = "MANAGED_IDENTITY_POWERSHELL_TENANT";

/// What is asked for comes in variables, so that nothing is ever spliced into the script; there are no double quotes in it,
/// which Windows would have to escape. From version 5 of the module on, and where it is asked for one from 2.17 on, the token
/// is a `SecureString`.
const SCRIPT: &str = "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; \
    $module = Import-Module Az.Accounts -MinimumVersion 2.2.0 -PassThru -ErrorAction SilentlyContinue; \
    if (-not $module) { Write-Output 'NO_AZ_ACCOUNTS_MODULE'; exit 1 }; \
    $what = @{ ResourceUrl = $env:MANAGED_IDENTITY_POWERSHELL_RESOURCE; WarningAction = 'Ignore' }; \
    if ($env:MANAGED_IDENTITY_POWERSHELL_TENANT) { $what['TenantId'] = $env:MANAGED_IDENTITY_POWERSHELL_TENANT }; \
    if ($module.Version -ge [version]'2.17.0' -and $module.Version -lt [version]'5.0.0') { $what['AsSecureString'] = $true }; \
    $found = Get-AzAccessToken @what; $token = $found.Token; \
    if ($token -is [System.Security.SecureString]) { \
    if ($PSVersionTable.PSVersion.Major -ge 7) { $token = ConvertFrom-SecureString -AsPlainText $token } else { \
    $text = [System.Runtime.InteropServices.Marshal]::SecureStringToBSTR($token); \
    try { $token = [System.Runtime.InteropServices.Marshal]::PtrToStringBSTR($text) } \
    finally { [System.Runtime.InteropServices.Marshal]::ZeroFreeBSTR($text) } } }; \
    Write-Output (ConvertTo-Json -Compress @{ token = $token; expires_on = $found.ExpiresOn.ToUnixTimeSeconds() })";

pub(super) fn command(resource: &str, tenant: Option<&str>, claims: Option<&str>) -> Result<Command, ToolError> {
    if let Some(claims) = claims {
        let tenant = tenant.map(|it| format!(" -Tenant {it}")).unwrap_or_default();
        return Err(ToolError::ClaimsUnsupported {
            sign_in: format!("Connect-AzAccount{tenant} -ClaimsChallenge {claims}"),
        });
    }
    let arguments = ["-NoProfile", "-NonInteractive", "-OutputFormat", "Text", "-Command", SCRIPT];
    // Set even without a tenant, so that one that is inherited does not count.
    let environment = [(RESOURCE, resource), (TENANT, tenant.unwrap_or_default())];
    Ok(Command {
        arguments: arguments.map(String::from).to_vec(),
        environment: environment.map(|(name, value)| (name, String::from(value))).to_vec(),
    })
}

pub(super) fn judge(output: &CommandOutput) -> Result<Printed, ToolError> {
    if output.exit_code() == Some(0) {
        let found = printed(output.output(), "token", "expires_on").filter(|it| it.expires_on.is_some());
        return found.ok_or(ToolError::UnexpectedOutput);
    }
    let said = Said::on_standard_error(output);
    let marked = String::from_utf8_lossy(output.output()).contains(NO_MODULE);
    Err(if marked || said.has(NO_MODULE) {
        ToolError::NoModule
    } else if said.is_not_installed("pwsh:", output.exit_code()) {
        ToolError::NotInstalled
    } else if said.has("AuthorizationManager check failed") {
        ToolError::ExecutionPolicy
    } else if said.has("AADSTS") {
        ToolError::Refused { said: said.line() }
    } else if said.has("Connect-AzAccount") {
        ToolError::NotSignedIn { said: said.line() }
    } else {
        said.failed(output)
    })
}

#[cfg(test)]
mod tests {
    use super::{NO_MODULE, RESOURCE, SCRIPT, TENANT};

    #[test]
    fn the_script_is_one_argument_on_every_system() {
        assert!(!SCRIPT.contains(['"', '\n', '\r', '%']));
        for name in [NO_MODULE, RESOURCE, TENANT] {
            assert!(SCRIPT.contains(name), "{name}");
        }
    }
}
