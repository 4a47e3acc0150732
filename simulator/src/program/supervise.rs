//! A command that runs in the place of this program.

use std::io;
use std::time::Duration;

use tokio::process::Command;

use super::child::Running;
use super::exit::CommandExit;
use super::signals::EndSignals;

/// Runs a command to its end in the place of this program: a signal that asks this program to end is passed on to the command,
/// and to all that it has started unless a terminal has done so; what has not ended `grace` after that is ended by force. So is one
/// that means something to the command alone (SIGUSR1, SIGUSR2, SIGQUIT, SIGWINCH), which ends nothing by itself.
///
/// # Errors
///
/// When the command cannot be started, or signals cannot be listened to.
pub async fn supervise(command: Command, grace: Duration) -> io::Result<CommandExit> {
    let mut signals = EndSignals::listen()?;
    Ok(Running::start(command)?.wait(&mut signals, grace).await?.into())
}
