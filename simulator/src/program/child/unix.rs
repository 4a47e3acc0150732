//! Signals and process groups.

use std::io;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};
use tokio::process::{Child, Command};
use tokio::signal::unix::{self, SignalKind};
use tokio::time::{Instant, sleep};

use crate::program::signals::EndSignal;

/// How often is looked whether the rest of the processes have ended.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The signals that say something to the command, such as to read its files anew, and nothing to this program, which they would
/// end before the command.
pub(super) struct Messages([unix::Signal; 4]);

impl Messages {
    /// From now on these signals no longer end the program.
    pub(super) fn listen() -> io::Result<Self> {
        let kinds =
            [SignalKind::quit(), SignalKind::user_defined1(), SignalKind::user_defined2(), SignalKind::window_change()];
        let [quit, one, two, window] = kinds.map(unix::signal);
        Ok(Self([quit?, one?, two?, window?]))
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Signal {
        let [quit, one, two, window] = &mut self.0;
        tokio::select! {
            _ = quit.recv() => Signal::QUIT,
            _ = one.recv() => Signal::USR1,
            _ = two.recv() => Signal::USR2,
            _ = window.recv() => Signal::WINCH,
        }
    }
}

/// The command's process, and with a group of its own those that it has started.
pub(super) struct Processes {
    id: Option<Pid>,
    own_group: bool,
}

impl Processes {
    /// Has `command` start in a group of its own.
    pub(super) fn separate(command: &mut Command) {
        command.process_group(0);
    }

    pub(super) fn of(child: &Child, own_group: bool) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Self { id, own_group }
    }

    pub(super) fn are_separate(&self) -> bool {
        self.own_group
    }

    pub(super) fn tell(&self, _: &mut Child, signal: EndSignal) -> io::Result<()> {
        self.send(match signal {
            EndSignal::Interrupt => Signal::INT,
            EndSignal::Terminate => Signal::TERM,
            EndSignal::HangUp => Signal::HUP,
        })
    }

    /// Passes on what is said to the command, unless a terminal has said it to its whole group.
    pub(super) fn pass(&self, message: Signal) -> io::Result<()> {
        let is_of_terminal = matches!(message, Signal::QUIT | Signal::WINCH);
        if self.own_group || !is_of_terminal { self.send(message) } else { Ok(()) }
    }

    pub(super) fn kill(&self, _: &mut Child) -> io::Result<()> {
        self.send(Signal::KILL)
    }

    fn send(&self, signal: Signal) -> io::Result<()> {
        let Some(id) = self.id else { return Ok(()) };
        let sent = if self.own_group { kill_process_group(id, signal) } else { kill_process(id, signal) };
        match sent {
            // It has ended by itself.
            Err(rustix::io::Errno::SRCH) => Ok(()),
            sent => Ok(sent?),
        }
    }

    /// Gives what the command has left behind until `deadline` to end.
    pub(super) async fn end_by(&self, deadline: Instant) {
        let Some(id) = self.id.filter(|_| self.own_group) else { return };
        while test_kill_process_group(id).is_ok() {
            if Instant::now() >= deadline {
                // There is nothing else to be done about one that may not be ended.
                let _ = self.send(Signal::KILL);
                return;
            }
            sleep(LOOK_AGAIN).await;
        }
    }
}
