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
pub(super) enum EndSignal {
    /// Ctrl-C.
    Interrupt,
    /// A termination.
    #[cfg(unix)]
    Terminate,
    /// A closed terminal.
    #[cfg(unix)]
    HangUp,
}

/// The signals that ask a program to end: Ctrl-C, and on Unix a termination or a closed terminal.
pub(super) struct EndSignals {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
}

impl EndSignals {
    /// From now on these signals no longer end the program by themselves.
    #[cfg(unix)]
    pub(super) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let [interrupt, terminate, hangup] = kinds.map(signal);
        Ok(Self { signals: [interrupt?, terminate?, hangup?] })
    }

    /// Ctrl-C is listened to when it is waited for.
    #[cfg(not(unix))]
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next signal.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> EndSignal {
        let [interrupt, terminate, hangup] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => EndSignal::Interrupt,
            _ = terminate.recv() => EndSignal::Terminate,
            _ = hangup.recv() => EndSignal::HangUp,
        }
    }

    /// Waits for the next signal.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> EndSignal {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nothing can be listened to, so nothing ever comes.
            std::future::pending::<()>().await;
        }
        EndSignal::Interrupt
    }
}
