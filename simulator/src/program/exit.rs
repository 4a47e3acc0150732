//! How a program ends that ran another one in its place.

use std::process::{ExitCode, ExitStatus, Termination, exit};

/// The exit code of a command that ran in the place of this program; as in a shell, 128 and the signal's number when a signal
/// ended it.
///
/// An [`ExitCode`] holds a byte, and a command's code on Windows has 32 bits: what `main` returns is this value, therefore, or
/// its [`Termination::report`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandExit(i32);

impl CommandExit {
    pub(super) const SUCCESS: Self = Self(0);
    pub(super) const FAILURE: Self = Self(1);
}

impl From<ExitStatus> for CommandExit {
    fn from(status: ExitStatus) -> Self {
        #[cfg(unix)]
        let by_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
        #[cfg(not(unix))]
        let by_signal = None;
        status.code().or(by_signal).map_or(Self::FAILURE, Self)
    }
}

impl Termination for CommandExit {
    /// The code as it is where it fits. Where it does not, the process ends here with the whole of it.
    fn report(self) -> ExitCode {
        u8::try_from(self.0).map_or_else(|_| exit(self.0), ExitCode::from)
    }
}
