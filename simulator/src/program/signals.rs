//! Waiting for the signals that end the program, so that its files are removed before it goes.

use std::io;

use tokio::runtime::Runtime;

use crate::error::SimulatorError;

/// What the commands wait in; the simulator has a runtime of its own.
pub(super) fn runtime() -> Result<Runtime, SimulatorError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| SimulatorError::Program { action: "start waiting", cause })
}

/// What asks a program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndSignal {
    /// Ctrl-C.
    Interrupt,
    /// A termination; on Windows Ctrl-Break, the console's end, or the system's.
    Terminate,
    /// A closed terminal; never on Windows.
    HangUp,
}

/// The signals that ask a program to end, so that it can end in order.
#[derive(Debug)]
pub struct EndSignals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    /// Nothing where whoever started the program has it ignored.
    #[cfg(unix)]
    hang_up: Option<tokio::signal::unix::Signal>,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
    #[cfg(windows)]
    broken: tokio::signal::windows::CtrlBreak,
    #[cfg(windows)]
    closed: tokio::signal::windows::CtrlClose,
    #[cfg(windows)]
    shut_down: tokio::signal::windows::CtrlShutdown,
}

impl EndSignals {
    /// From now on these signals no longer end the program by themselves. A closed terminal is none of them where it is ignored,
    /// as `nohup` has it: neither the program nor what it starts ends then.
    ///
    /// # Errors
    ///
    /// When the system lets nobody listen.
    ///
    /// # Panics
    ///
    /// Outside of a runtime of Tokio.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let closed = SignalKind::hangup();
        let hang_up = if is_ignored(closed) { None } else { Some(signal(closed)?) };
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, hang_up })
    }

    /// From now on these signals no longer end the program by themselves. When somebody logs off is none of them: a service
    /// hears of that too, and goes on.
    ///
    /// # Errors
    ///
    /// When the system lets nobody listen.
    #[cfg(windows)]
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};

        Ok(Self { interrupt: ctrl_c()?, broken: ctrl_break()?, closed: ctrl_close()?, shut_down: ctrl_shutdown()? })
    }

    /// Waits for the next signal.
    #[cfg(unix)]
    pub async fn next(&mut self) -> EndSignal {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => EndSignal::Interrupt,
            _ = self.terminate.recv() => EndSignal::Terminate,
            _ = hang_up => EndSignal::HangUp,
        }
    }

    /// Waits for the next signal.
    #[cfg(windows)]
    pub async fn next(&mut self) -> EndSignal {
        tokio::select! {
            _ = self.interrupt.recv() => EndSignal::Interrupt,
            _ = self.broken.recv() => EndSignal::Terminate,
            _ = self.closed.recv() => EndSignal::Terminate,
            _ = self.shut_down.recv() => EndSignal::Terminate,
        }
    }
}

/// Whether a signal is ignored so far; never where the system has no `/proc`.
#[cfg(unix)]
fn is_ignored(signal: tokio::signal::unix::SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    // A mask in hexadecimal digits, whose lowest bit is that of signal 1.
    let mask = status.lines().find_map(|line| u128::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal.as_raw_value() - 1) & 1 == 1)
}
