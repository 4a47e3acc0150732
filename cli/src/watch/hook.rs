//! The command that is run at a change.

use std::ffi::OsString;
use std::process::Command;

use crate::command::of_path;
use crate::failure::Failure;

/// Runs it to its end. One that fails is told and changes nothing: the next change is another chance.
pub(super) fn run(hook: &[OsString], failure: Option<&Failure>) -> Result<(), Failure> {
    let Some((program, arguments)) = hook.split_first() else { return Ok(()) };
    let (message, next_step) = failure.map(Failure::told).unwrap_or_default();
    let mut command = Command::new(of_path(program));
    command.args(arguments);
    command.env("MANAGED_IDENTITY_STATE", if failure.is_some() { "failed" } else { "ok" });
    command.env("MANAGED_IDENTITY_MESSAGE", message);
    command.env("MANAGED_IDENTITY_NEXT_STEP", next_step.unwrap_or_default());
    let status = command.status().map_err(|cause| Failure::Usage {
        message: format!("cannot run {}: {cause}", program.to_string_lossy()),
        next_step: "check the command after --, and that its folder is in PATH",
    })?;
    if !status.success() {
        tracing::warn!(%status, "the hook failed");
    }
    Ok(())
}
