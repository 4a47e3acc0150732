//! The parts of a start that are the same on every system.

use std::path::Path;
use std::process::{Command, Stdio};

use managed_identity_core::CommandRequest;

/// The program with its arguments, its environment and its pipes.
pub(super) fn command(program: &Path, request: &CommandRequest) -> Command {
    let mut command = Command::new(program);
    command.args(&request.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in request.withheld {
        command.env_remove(name);
    }
    command.envs(request.environment.iter().map(|(name, value)| (name, value)));
    command
}
