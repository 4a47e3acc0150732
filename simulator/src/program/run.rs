//! `run`: a command in the environment of a simulated source.

use std::env;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use tokio::process::Command;

use super::child::Running;
use super::environment::MANAGED_IDENTITY_VARIABLES;
use super::exit::CommandExit;
use super::options::SimulatorOptions;
use super::signals::{EndSignals, runtime};
use crate::error::SimulatorError;
use crate::simulator::Simulator;

/// What stands for the folder of the key files in the command.
const KEY_FOLDER: &str = "{key_folder}";
/// Variables that say what is asked without a proxy.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// This machine.
const LOOPBACK: &str = "127.0.0.1,localhost";

/// The arguments of `run`.
#[derive(Debug, clap::Args)]
pub struct RunArguments {
    /// What to simulate.
    #[command(flatten)]
    pub simulator: SimulatorOptions,
    /// How long the command may take to end after a signal, which is passed on to it and to all that it has started
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "10s")]
    pub grace: Duration,
    /// The command and its arguments; `{key_folder}` in them stands for the folder of Azure Arc's key files.
    #[arg(
        last = true,
        required = true,
        value_name = "COMMAND",
        help = "The command and its arguments, after --; {key_folder} in them is the folder of azure-arc's key files"
    )]
    pub command: Vec<OsString>,
}

impl RunArguments {
    pub(super) fn execute(self) -> Result<CommandExit, SimulatorError> {
        let failed = |action| move |cause| SimulatorError::Program { action, cause };
        let Some((program, arguments)) = self.command.split_first() else { return Ok(CommandExit::SUCCESS) };
        runtime()?.block_on(async {
            let mut signals = EndSignals::listen().map_err(failed("listen for signals"))?;
            let session = self.simulator.start()?;
            let mut command = Command::new(program);
            for argument in arguments {
                command.arg(filled_in(argument, &session.simulator)?);
            }
            set_environment(&mut command, &session.simulator);
            let mut running = Running::start(command)
                .map_err(|cause| SimulatorError::Command { command: program.to_string_lossy().into_owned(), cause })?;
            let status = running.wait(&mut signals, self.grace).await.map_err(failed("wait for the command"))?;
            session.end()?;
            Ok(status.into())
        })
    }
}

/// `argument` with the folder of the key files in its place.
fn filled_in(argument: &OsStr, simulator: &Simulator) -> Result<OsString, SimulatorError> {
    let Some(text) = argument.to_str().filter(|text| text.contains(KEY_FOLDER)) else { return Ok(argument.to_owned()) };
    let folder = simulator.key_folder().ok_or(SimulatorError::NoKeyFolder(simulator.source().name()))?;
    Ok(text.replace(KEY_FOLDER, &folder.to_string_lossy()).into())
}

/// The variables of the source and no others, so that no other source is found.
fn set_environment(command: &mut Command, simulator: &Simulator) {
    for name in MANAGED_IDENTITY_VARIABLES {
        command.env_remove(name);
    }
    for name in NO_PROXY {
        if simulator.proxy_url().is_some() {
            command.env_remove(name);
        } else {
            // A proxy of this machine's user must not come between the command and the simulator.
            let inherited = env::var(name).ok().filter(|names| !names.is_empty());
            command.env(name, inherited.map_or(LOOPBACK.to_owned(), |names| format!("{names},{LOOPBACK}")));
        }
    }
    command.envs(simulator.environment());
}
