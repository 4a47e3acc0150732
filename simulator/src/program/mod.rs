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

mod child;
mod environment;
#[cfg(unix)]
mod key_access;
mod key_vault_secret;
mod log;
mod options;
mod run;
mod serve;
mod signals;

use std::process::ExitCode;

pub use self::environment::{EnvironmentFormat, MANAGED_IDENTITY_VARIABLES};
pub use self::key_vault_secret::KeyVaultSecret;
pub use self::options::SimulatorOptions;
pub use self::run::RunArguments;
pub use self::serve::ServeArguments;
use crate::error::SimulatorError;

const FAULTS: &str = "\
Faults, each for one request or so many as times=NUMBER says, after delay_ms=NUMBER:
  pass                         normal service, to keep a place
  status=503                   a status, with reason=WORDS, text=SENTENCE, html=TITLE, or body and headers
  aadsts=700213                the refusal of the Microsoft identity platform with this code
  gone, throttled=5            410; 429 with this Retry-After
  cut, truncated               no answer; half of one
  huge=BYTES, endless          more than anyone wants
  not_json, redirect=URL       a page; 307
  wrong_identity, members      the normal answer with another identity, or with other members:
                               --fault '{\"members\":{\"expires_on\":\"1/1/2028 12:0:12 AM +00:00\"}}'
  challenge=TEXT               401 with this WWW-Authenticate
  lost_key, rotated_key        azure-arc: the key file is gone; the key is refused with a new challenge
On azure-arc the first request of a token gets the challenge: a fault for the second one comes after a pass.";

/// What the program does.
#[derive(Debug, clap::Subcommand)]
pub enum SimulateCommand {
    /// Print the environment of a simulated source and serve it until interrupted
    #[command(after_help = FAULTS)]
    Serve(ServeArguments),
    /// Run a command with the environment of a simulated source, then exit with the command's exit code
    #[command(after_help = FAULTS)]
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
