//! One developer tool that is asked for a token.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::boxed::Box;
use core::time::Duration;

use crate::credential::{AllowedTenants, Tool};
use crate::effect::{CommandOutput, CommandRequest};
use crate::error::{CommandError, CommandErrorKind, ConfigError, Error, ToolError};
use crate::kind::SourceKind;
use crate::values::{AccessToken, TokenIdentity, TokenParts, TokenRequest, UnixTime};
use crate::wire::in_base64;

/// The command that asks `tool`, within what is `left` of the time.
pub(super) fn command(
    tool: &Tool,
    request: &TokenRequest,
    tenants: &AllowedTenants,
    left: Duration,
) -> Result<CommandRequest, Error> {
    let configured = tool.tenant.as_deref();
    let tenant = tenants.choose(configured, request.tenant(), SourceKind::DeveloperTool(tool.kind))?.or(configured);
    let claims = match request.claims() {
        Some(claims) => Some(in_base64(claims).ok_or(ConfigError::InvalidClaims)?),
        None => None,
    };
    let command = tool.command(request.resource(), tenant, claims.as_deref(), tool.time_limit.min(left));
    let command = command.map_err(|error| told(tool, error))?;
    if left.is_zero() {
        let error = CommandError::new(CommandErrorKind::Timeout, "no time was left for it");
        return Err(told(tool, error.into()));
    }
    Ok(command)
}

/// The token in what the tool answered.
pub(super) fn token(
    tool: &Tool,
    request: &TokenRequest,
    output: Result<CommandOutput, CommandError>,
) -> Result<AccessToken, Error> {
    let printed = output.map_err(ToolError::from).and_then(|output| tool.judge(&output));
    let printed = printed.map_err(|error| told(tool, error))?;
    Ok(AccessToken::from(TokenParts {
        secret: printed.token,
        token_type: Cow::Borrowed("Bearer"),
        resource: request.resource().to_owned(),
        // No tool's answer is taken for a token without its end.
        expires_on: printed.expires_on.unwrap_or_else(UnixTime::default),
        refresh_on: None,
        source: SourceKind::DeveloperTool(tool.kind),
        identity: TokenIdentity::default(),
        clock_ahead_by: None,
    }))
}

fn told(tool: &Tool, error: ToolError) -> Error {
    Error::DeveloperTool { tool: tool.kind, error: Box::new(error) }
}
