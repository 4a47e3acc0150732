//! Waiting for the signals that end the program, so that its files are removed before it goes.

use std::io;

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

    /// Waits for the next signal; whether it came from the keyboard, which a child of this program got too.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) -> bool {
        let [interrupt, terminate, hangup] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => true,
            _ = terminate.recv() => false,
            _ = hangup.recv() => false,
        }
    }

    /// Waits for the next signal; whether it came from the keyboard, which a child of this program got too.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
