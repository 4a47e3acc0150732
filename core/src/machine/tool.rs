//! One developer tool that is asked for a token.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::boxed::Box;
use core::time::Duration;

use crate::credential::Tool;
use crate::effect::{CommandOutput, CommandRequest};
use crate::error::{CommandError, CommandErrorKind, Error, ToolError};
use crate::kind::SourceKind;
use crate::values::{AccessToken, TokenIdentity, TokenParts, TokenRequest, UnixTime};

/// The command that asks `tool`, within what is `left` of the time.
pub(super) fn command(tool: &Tool, request: &TokenRequest, left: Duration) -> Result<CommandRequest, Error> {
    let command = tool.command(request.resource(), tool.time_limit.min(left)).map_err(|error| told(tool, error))?;
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
