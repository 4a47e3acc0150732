//! The command that `run` starts: how it is told to end, and what it may leave behind.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

use std::io::{self, IsTerminal};
use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep_until};

#[cfg(not(unix))]
use self::other::{Messages, Processes};
#[cfg(unix)]
use self::unix::{Messages, Processes};
use super::signals::{EndSignal, EndSignals};

/// A command that runs.
pub(super) struct Running {
    child: Child,
    processes: Processes,
    messages: Messages,
}

impl Running {
    /// Starts `command`.
    ///
    /// At a terminal it stays in this program's process group, since the terminal speaks with one group only: the command
    /// may read from it, and Ctrl-C reaches it. Elsewhere it gets a group of its own, so that all that it starts can be
    /// told to end.
    pub(super) fn start(mut command: Command) -> io::Result<Self> {
        let at_terminal = io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal();
        if !at_terminal {
            Processes::separate(&mut command);
        }
        let messages = Messages::listen()?;
        let child = command.kill_on_drop(true).spawn()?;
        Ok(Self { processes: Processes::of(&child, !at_terminal), child, messages })
    }

    /// Waits for the end of the command. A signal to this program is passed on to it; what has not ended `grace` after one that
    /// asks for the end is ended by force.
    pub(super) async fn wait(&mut self, signals: &mut EndSignals, grace: Duration) -> io::Result<ExitStatus> {
        let mut deadline = None;
        let status = loop {
            tokio::select! {
                status = self.child.wait() => break status?,
                signal = signals.next() => {
                    // The terminal sent Ctrl-C to the command as well, which decides for itself what it does about it.
                    if self.processes.are_separate() || signal != EndSignal::Interrupt {
                        self.processes.tell(&mut self.child, signal)?;
                        // One that is too far away for the clock never comes.
                        deadline = deadline.or_else(|| Instant::now().checked_add(grace));
                    }
                }
                message = self.messages.next() => self.processes.pass(message)?,
                () = at(deadline) => {
                    self.processes.kill(&mut self.child)?;
                    deadline = None;
                }
            }
        };
        if let Some(deadline) = deadline {
            self.processes.end_by(deadline).await;
        }
        Ok(status)
    }
}

/// Waits until then; for ever without a time.
async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
