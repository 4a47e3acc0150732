//! A command that runs in the place of this program.

use std::io;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use tokio::process::Command;

use super::child::Running;
use super::signals::EndSignals;

/// Runs a command to its end in the place of this program: a signal that asks this program to end is passed on to the command,
/// and to all that it has started unless a terminal has done so; what has not ended `grace` after that is ended by force.
/// The exit code is the command's; as in a shell, 128 and the signal's number when a signal ended it.
///
/// # Errors
///
/// When the command cannot be started, or signals cannot be listened to.
pub async fn supervise(command: Command, grace: Duration) -> io::Result<ExitCode> {
    let mut signals = EndSignals::listen()?;
    let status = Running::start(command)?.wait(&mut signals, grace).await?;
    Ok(exit_code(status))
}

/// The exit code of the command; as in a shell, 128 and the signal's number when a signal ended it.
pub(super) fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let by_signal = None;
    let code = status.code().or(by_signal).and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}
