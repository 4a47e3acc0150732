//! The command that `run` starts: how it is told to end, and what it may leave behind.

use std::io::{self, IsTerminal};
use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, sleep_until};

use super::signals::{EndSignal, EndSignals};

/// How often is looked whether the rest of the command's processes have ended.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// A command that runs.
pub(super) struct Running {
    child: Child,
    /// Whether the command has a process group of its own, which its own children are in.
    own_group: bool,
}

impl Running {
    /// Starts `command`.
    ///
    /// At a terminal it stays in this program's process group, since the terminal speaks with one group only: the command
    /// may read from it, and Ctrl-C reaches it. Elsewhere it gets a group of its own, so that all that it starts can be
    /// told to end.
    pub(super) fn start(mut command: Command) -> io::Result<Self> {
        let at_terminal = io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal();
        let own_group = cfg!(unix) && !at_terminal;
        #[cfg(unix)]
        if own_group {
            command.process_group(0);
        }
        Ok(Self { child: command.kill_on_drop(true).spawn()?, own_group })
    }

    /// Waits for the end of the command. A signal to this program is passed on to it; what has not ended `grace` after that is
    /// ended by force.
    pub(super) async fn wait(&mut self, signals: &mut EndSignals, grace: Duration) -> io::Result<ExitStatus> {
        let id = self.child.id();
        let mut deadline = None;
        let status = loop {
            tokio::select! {
                status = self.child.wait() => break status?,
                signal = signals.next() => {
                    // The terminal sent Ctrl-C to the command as well, which decides for itself what it does about it.
                    if self.own_group || signal != EndSignal::Interrupt {
                        self.tell(id, signal)?;
                        deadline.get_or_insert(Instant::now() + grace);
                    }
                }
                () = at(deadline) => {
                    self.kill(id)?;
                    deadline = None;
                }
            }
        };
        if let Some(deadline) = deadline {
            self.wait_for_group(id, deadline).await;
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

#[cfg(unix)]
impl Running {
    fn tell(&self, id: Option<u32>, signal: EndSignal) -> io::Result<()> {
        self.send(
            id,
            match signal {
                EndSignal::Interrupt => rustix::process::Signal::INT,
                EndSignal::Terminate => rustix::process::Signal::TERM,
                EndSignal::HangUp => rustix::process::Signal::HUP,
            },
        )
    }

    fn kill(&self, id: Option<u32>) -> io::Result<()> {
        self.send(id, rustix::process::Signal::KILL)
    }

    fn send(&self, id: Option<u32>, signal: rustix::process::Signal) -> io::Result<()> {
        let Some(pid) = pid(id) else { return Ok(()) };
        let sent = if self.own_group {
            rustix::process::kill_process_group(pid, signal)
        } else {
            rustix::process::kill_process(pid, signal)
        };
        match sent {
            // It has ended by itself.
            Err(rustix::io::Errno::SRCH) => Ok(()),
            sent => Ok(sent?),
        }
    }

    /// Gives what the command has left in its group until `deadline` to end.
    async fn wait_for_group(&self, id: Option<u32>, deadline: Instant) {
        let Some(pid) = pid(id).filter(|_| self.own_group) else { return };
        while rustix::process::test_kill_process_group(pid).is_ok() {
            if Instant::now() >= deadline {
                // There is nothing else to be done about one that may not be ended.
                let _ = self.kill(id);
                return;
            }
            sleep(LOOK_AGAIN).await;
        }
    }
}

#[cfg(unix)]
fn pid(id: Option<u32>) -> Option<rustix::process::Pid> {
    id.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
}

#[cfg(not(unix))]
impl Running {
    fn tell(&mut self, id: Option<u32>, _: EndSignal) -> io::Result<()> {
        self.kill(id)
    }

    fn kill(&mut self, _: Option<u32>) -> io::Result<()> {
        self.child.start_kill()
    }

    async fn wait_for_group(&self, _: Option<u32>, _: Instant) {}
}
