//! `run`: a command in the environment of a simulated source.

use std::ffi::OsString;
use std::process::{ExitCode, ExitStatus};

use tokio::process::{Child, Command};
use tokio::runtime::Runtime;

use super::environment::MANAGED_IDENTITY_VARIABLES;
use super::options::SimulatorOptions;
use super::signals::EndSignals;
use crate::error::SimulatorError;

/// The arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct RunArguments {
    /// What to simulate.
    #[command(flatten)]
    pub simulator: SimulatorOptions,
    /// The command and its arguments, after --
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

impl RunArguments {
    pub(super) fn execute(self) -> Result<ExitCode, SimulatorError> {
        let failed = |action| move |cause| SimulatorError::Program { action, cause };
        let Some((program, arguments)) = self.command.split_first() else { return Ok(ExitCode::SUCCESS) };
        runtime()?.block_on(async {
            let mut signals = EndSignals::listen().map_err(failed("listen for signals"))?;
            let simulator = self.simulator.start()?;
            let mut command = Command::new(program);
            command.args(arguments).kill_on_drop(true);
            for name in MANAGED_IDENTITY_VARIABLES {
                command.env_remove(name);
            }
            command.envs(simulator.environment());
            let mut child = command
                .spawn()
                .map_err(|cause| SimulatorError::Command { command: program.to_string_lossy().into_owned(), cause })?;
            wait(&mut child, &mut signals).await.map(exit_code).map_err(failed("wait for the command"))
        })
    }
}

/// Waits for the end of `child`, which a signal to this program brings about.
async fn wait(child: &mut Child, signals: &mut EndSignals) -> std::io::Result<ExitStatus> {
    loop {
        tokio::select! {
            status = child.wait() => return status,
            // The terminal sent Ctrl-C to the child as well, which decides for itself what it does about it.
            from_keyboard = signals.next() => if !from_keyboard { child.start_kill()? },
        }
    }
}

/// The exit code of the command; as in a shell, 128 and the signal's number when a signal ended it.
fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let by_signal = None;
    let code = status.code().or(by_signal).and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// What the commands wait in; the simulator has a runtime of its own.
pub(super) fn runtime() -> Result<Runtime, SimulatorError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| SimulatorError::Program { action: "start waiting", cause })
}
