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
    signals: [tokio::signal::unix::Signal; 3],
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
    /// From now on these signals no longer end the program by themselves.
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

        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = kinds.map(signal);
        Ok(Self { signals: [interrupt?, terminate?, hangup?] })
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
        let [interrupt, terminate, hangup] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => EndSignal::Interrupt,
            _ = terminate.recv() => EndSignal::Terminate,
            _ = hangup.recv() => EndSignal::HangUp,
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
