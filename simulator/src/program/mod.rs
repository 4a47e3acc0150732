//! The commands of the program, for other programs to mount.
//!
//! [`SimulateCommand`] is a [`clap::Subcommand`]: a program that has it as its `simulate` command gets
//! `simulate serve SOURCE`, `simulate run SOURCE -- COMMAND` and `simulate check -- COMMAND`, with the same options and the same behaviour as the
//! program `managed-identity-simulator`.
//!
//! ```no_run
//! use clap::Parser;
//! use managed_identity_simulator::program::{CommandExit, SimulateCommand};
//!
//! #[derive(Parser)]
//! struct Program {
//!     #[command(subcommand)]
//!     command: SimulateCommand,
//! }
//!
//! fn main() -> Result<CommandExit, Box<dyn std::error::Error>> {
//!     Ok(Program::parse().command.execute()?)
//! }
//! ```

mod check;
mod child;
mod environment;
mod exit;
#[cfg(unix)]
mod key_access;
mod key_vault_secret;
mod log;
mod options;
mod run;
mod serve;
mod signals;
mod supervise;

pub use self::check::CheckArguments;
pub use self::environment::{EnvironmentFormat, MANAGED_IDENTITY_VARIABLES};
pub use self::exit::CommandExit;
pub use self::key_vault_secret::KeyVaultSecret;
pub use self::options::SimulatorOptions;
pub use self::run::RunArguments;
pub use self::serve::ServeArguments;
pub use self::signals::{EndSignal, EndSignals};
pub use self::supervise::supervise;
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
azure-cli and the other tools write a body with status 200 to standard output, and any other to standard error, where
they fail: --fault 'status=401,text=Please run az login to setup account.'
On azure-arc the first request of a token gets the challenge: a fault for the second one comes after a pass.";

const DRIVERS: &str = "\
A driver is what sends the HTTP calls of the state machine. For each row the command is started anew; it reads one call
from its standard input, as one JSON object with these members, makes it, and prints what became of it:

  method, url, body              GET or POST; the whole address; a text, empty for none
  headers                        an array of pairs, each a name and a value
  trust                          \"plain\", \"roots\", or {\"pinned\":\"SHA-1 of the certificate in hexadecimal digits\"}
  connect_timeout_ms, read_timeout_ms, total_timeout_ms, max_body
                                 the limits: for the connection; for the first and each next byte; for everything; in bytes

Besides, every call goes out directly, whatever proxy the environment names (it names one), and a redirect is an answer.

What became of it is one JSON object: {\"status\":200,\"body\":50} with the number of the body's bytes, or {\"error\":KIND}, where
KIND is connect, broken, timeout, protocol, body-too-large, certificate, denied, or unsupported- and a promise that cannot
be kept: certificate-pin, tls, no-proxy, no-redirect, max-body, time-limit.

The exit code is 0 when no promise was broken, else 1.";

/// What the program does.
#[derive(Debug, clap::Subcommand)]
pub enum SimulateCommand {
    /// Print the environment of a simulated source and serve it until interrupted
    #[command(after_help = FAULTS)]
    Serve(ServeArguments),
    /// Run a command with the environment of a simulated source, then exit with the command's exit code
    #[command(after_help = FAULTS)]
    Run(RunArguments),
    /// Check whether a driver keeps its promises: play hostile and broken peers to it, and say which promise it breaks
    #[command(after_help = DRIVERS)]
    Check(CheckArguments),
}

impl SimulateCommand {
    /// Does it. Blocks until it is done: from async code, call it through `spawn_blocking`.
    ///
    /// The exit code is that of the command for `run`, and success for `serve`. For `check` it says whether every promise was
    /// kept.
    ///
    /// # Errors
    ///
    /// [`SimulatorError`] when the simulator or the command cannot be started, or the environment cannot be printed.
    pub fn execute(self) -> Result<CommandExit, SimulatorError> {
        match self {
            Self::Serve(arguments) => arguments.execute().map(|()| CommandExit::SUCCESS),
            Self::Run(arguments) => arguments.execute(),
            Self::Check(arguments) => arguments.execute(),
        }
    }
}
