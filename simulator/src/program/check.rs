//! `check`: a driver in any language on hostile and broken peers.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::exit::CommandExit;
use crate::driver_check::{DriverCall, DriverOutcome, DriverRow};
use crate::error::SimulatorError;
use crate::server::Bound;

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct CheckArguments {
    /// The command that makes one call, after --
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// What the command prints.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Said {
    Answer { status: u16, body: usize },
    Failure { error: String },
}

impl CheckArguments {
    pub(super) fn execute(self) -> Result<CommandExit, SimulatorError> {
        let mut clean = true;
        for row in DriverRow::ALL {
            let proxy = Bound::new(0)?;
            let proxy_url = proxy.base_url(false);
            let play = if row == DriverRow::Proxy { DriverRow::start_with_proxy(proxy)? } else { row.start()? };
            let outcome = self.ask(play.call(), &proxy_url)?;
            let finding = play.judge(&outcome);
            clean &= !finding.is_broken();
            writeln!(io::stdout(), "{finding}")
                .map_err(|cause| SimulatorError::Program { action: "print a finding", cause })?;
        }
        Ok(if clean { CommandExit::SUCCESS } else { CommandExit::FAILURE })
    }

    /// Starts the command for one call.
    fn ask(&self, call: &DriverCall, proxy_url: &str) -> Result<DriverOutcome, SimulatorError> {
        let Some((program, arguments)) = self.command.split_first() else { return Err(unreadable(&"no command")) };
        let name = || program.to_string_lossy().into_owned();
        let failed = |cause| SimulatorError::Command { command: name(), cause };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"] {
            command.env(name, proxy_url);
        }
        command.env_remove("NO_PROXY").env_remove("no_proxy");
        let mut child = command.spawn().map_err(failed)?;
        if let Some(mut input) = child.stdin.take() {
            let line = serde_json::to_string(call).unwrap_or_default();
            // A command that does not read its call is judged by what it prints.
            let _ = writeln!(input, "{line}");
        }
        let output = child.wait_with_output().map_err(failed)?;
        let said = serde_json::from_slice(&output.stdout).map_err(|error| unreadable(&error))?;
        Ok(match said {
            Said::Answer { status, body } => DriverOutcome::Answer { status, body },
            Said::Failure { error } => DriverOutcome::Failed(error.parse().map_err(|error| unreadable(&error))?),
        })
    }
}

fn unreadable(cause: &dyn ToString) -> SimulatorError {
    SimulatorError::Driver { cause: cause.to_string() }
}
