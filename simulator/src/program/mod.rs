//! The commands of the program, for other programs to mount.
//!
//! [`SimulateCommand`] is a [`clap::Subcommand`]: a program that has it as its `simulate` command gets
//! `simulate serve SOURCE` and `simulate run SOURCE -- COMMAND`, with the same options and the same behaviour as the
//! program `managed-identity-simulator`.
//!
//! ```no_run
//! use clap::Parser;
//! use managed_identity_simulator::program::SimulateCommand;
//!
//! #[derive(Parser)]
//! struct Program {
//!     #[command(subcommand)]
//!     command: SimulateCommand,
//! }
//!
//! fn main() -> Result<std::process::ExitCode, Box<dyn std::error::Error>> {
//!     Ok(Program::parse().command.execute()?)
//! }
//! ```

mod environment;
mod options;
mod run;
mod serve;
mod signals;

use std::process::ExitCode;

pub use self::environment::{EnvironmentFormat, MANAGED_IDENTITY_VARIABLES};
pub use self::options::SimulatorOptions;
pub use self::run::RunArguments;
pub use self::serve::ServeArguments;
use crate::error::SimulatorError;

/// What the program does.
#[derive(Debug, clap::Subcommand)]
pub enum SimulateCommand {
    /// Print the environment of a simulated source and serve it until interrupted
    Serve(ServeArguments),
    /// Run a command with the environment of a simulated source, then exit with the command's exit code
    Run(RunArguments),
}

impl SimulateCommand {
    /// Does it. Blocks until it is done: from async code, call it through `spawn_blocking`.
    ///
    /// The exit code is that of the command for `run`, and success for `serve`.
    ///
    /// # Errors
    ///
    /// [`SimulatorError`] when the simulator or the command cannot be started, or the environment cannot be printed.
    pub fn execute(self) -> Result<ExitCode, SimulatorError> {
        match self {
            Self::Serve(arguments) => arguments.execute().map(|()| ExitCode::SUCCESS),
            Self::Run(arguments) => arguments.execute(),
        }
    }
}
