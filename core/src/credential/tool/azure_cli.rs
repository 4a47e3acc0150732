//! The Azure CLI.
//!
//! <https://learn.microsoft.com/cli/azure/account#az-account-get-access-token>

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::command::Command;
use super::said::Said;
use crate::effect::CommandOutput;
use crate::error::ToolError;
use crate::wire::{Printed, printed};

pub(super) fn command(resource: &str, tenant: Option<&str>, claims: Option<&str>) -> Result<Command, ToolError> {
    if let Some(claims) = claims {
        let tenant = tenant.map(|it| format!(" --tenant {it}")).unwrap_or_default();
        let sign_in = format!("az login{tenant} --scope {resource}/.default --claims-challenge {claims}");
        return Err(ToolError::ClaimsUnsupported { sign_in });
    }
    // Every version of the tool knows `--resource`; scopes came later.
    let mut arguments =
        ["account", "get-access-token", "--output", "json", "--resource", resource].map(String::from).to_vec();
    if let Some(tenant) = tenant {
        arguments.extend(["--tenant", tenant].map(String::from));
    }
    Ok(Command { arguments, environment: Vec::from([("AZURE_CORE_NO_COLOR", String::from("true"))]) })
}

pub(super) fn judge(output: &CommandOutput) -> Result<Printed, ToolError> {
    if output.exit_code() == Some(0) {
        let found = printed(output.output(), "accessToken", "expires_on").ok_or(ToolError::UnexpectedOutput)?;
        // The other member, `expiresOn`, is in local time without its zone.
        return match found.expires_on {
            Some(_) => Ok(found),
            None => Err(ToolError::TooOld { needed: "Azure CLI 2.54.0" }),
        };
    }
    let said = Said::on_standard_error(output);
    let of_authority = said.has("AADSTS");
    Err(if said.is_not_installed("az:", output.exit_code()) {
        ToolError::NotInstalled
    } else if of_authority {
        ToolError::Refused { said: said.line_with_command("az login") }
    } else if said.has_any(&["az login", "az account set", "CLIInternalError", "expired due to inactivity"]) {
        ToolError::NotSignedIn { said: said.line() }
    } else {
        said.failed(output)
    })
}
