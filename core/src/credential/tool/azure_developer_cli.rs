//! The Azure Developer CLI.
//!
//! <https://learn.microsoft.com/azure/developer/azure-developer-cli/reference#azd-auth-token>

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::command::Command;
use super::said::Said;
use crate::effect::CommandOutput;
use crate::error::ToolError;
use crate::wire::{Printed, complaint, printed};

pub(super) fn command(resource: &str, tenant: Option<&str>, claims: Option<&str>) -> Command {
    let scope = format!("{resource}/.default");
    let mut arguments =
        ["auth", "token", "--output", "json", "--no-prompt", "--scope", &scope].map(String::from).to_vec();
    if let Some(tenant) = tenant {
        arguments.extend(["--tenant-id", tenant].map(String::from));
    }
    if let Some(claims) = claims {
        arguments.extend(["--claims", claims].map(String::from));
    }
    Command { arguments, environment: Vec::from([("NO_COLOR", String::from("true"))]) }
}

pub(super) fn judge(output: &CommandOutput) -> Result<Printed, ToolError> {
    if output.exit_code() == Some(0)
        && let Some(found) = printed(output.output(), "token", "expiresOn").filter(|it| it.expires_on.is_some())
    {
        return Ok(found);
    }
    // In JSON since 1.23.7, on either output; in plain words before.
    let in_json = complaint(output.errors()).or_else(|| complaint(output.output()));
    let said = in_json.map_or_else(|| Said::on_standard_error(output), |text| Said(Cow::Owned(text)));
    Err(if said.is_not_installed("azd:", output.exit_code()) {
        ToolError::NotInstalled
    } else if said.has("AADSTS") {
        ToolError::Refused { said: said.line() }
    } else if said.has_any(&[
        "not logged in",
        "azd auth login",
        "azd login",
        "must use multi-factor authentication",
        "reauthentication required",
    ]) {
        ToolError::NotSignedIn { said: said.line() }
    } else if said.has("unknown flag") {
        ToolError::TooOld {
            needed: if said.has("--claims") { "Azure Developer CLI 1.18.1" } else { "a newer Azure Developer CLI" },
        }
    } else if output.exit_code() == Some(0) && said.line().is_none() {
        ToolError::UnexpectedOutput
    } else {
        said.failed(output)
    })
}
