//! The `managed-identity` program: gets, inspects and simulates Azure managed-identity tokens.

mod aadsts;
mod arguments;
#[cfg(feature = "azure")]
mod azure;
mod cause;
mod chain;
mod claims;
mod command;
mod completions;
mod credential;
mod detect;
mod diary;
mod doctor;
mod failure;
mod helper;
mod json;
mod manual;
mod mender;
mod options;
mod output;
mod patience;
mod request;
mod runtime;
mod serve;
mod settings;
mod source;
mod time;
mod token;
#[cfg(all(test, unix, feature = "azure"))]
mod variables;
mod watch;

use std::process::{ExitCode, Termination};

use clap::{CommandFactory as _, Parser as _};

use crate::arguments::{Command, Program};
use crate::failure::Failure;
use crate::helper::HelperCommand;
use crate::options::CredentialChoice;

fn main() -> ExitCode {
    // What every client of reqwest takes, and ours. It is refused where there is one already, which cannot be here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if std::env::args_os().nth(1).is_some_and(|it| it == helper::PLUGIN) {
        return match helper::serve_cargo(helper_of) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report(false),
        };
    }
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(error) => {
            let as_json = arguments::ask_for_json(std::env::args_os(), std::env::var_os(diary::ERRORS));
            return failure::of_arguments(&error, as_json);
        }
    };
    let as_json = program.log.wants_json_errors().unwrap_or_else(|| program.command.wants_json());
    program.log.start();
    match execute(program.command) {
        Ok(code) => code,
        Err(failure) => failure.report(as_json),
    }
}

/// What arguments say that came without the program's name.
fn helper_of(arguments: Vec<String>) -> Result<HelperCommand, String> {
    let line = std::iter::once(env!("CARGO_PKG_NAME").to_owned()).chain(arguments);
    match Program::try_parse_from(line).map_err(|error| error.to_string())?.command {
        Command::Helper { command } => Ok(command),
        _ => Err("the provider's arguments have to begin with helper cargo".to_owned()),
    }
}

fn execute(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Token(arguments) => token::execute(&arguments)?,
        Command::Detect(arguments) => match arguments.credential {
            Some(choice) if choice != CredentialChoice::MANAGED_IDENTITY => chain::execute(choice, &arguments)?,
            _ => detect::execute(&arguments)?,
        },
        Command::Doctor(arguments) => return doctor::execute(*arguments),
        Command::Helper { command } => return helper::execute(&command),
        Command::Request(arguments) => request::execute(&arguments)?,
        #[cfg(feature = "azure")]
        Command::Secret { command } => azure::secret(&command)?,
        #[cfg(feature = "azure")]
        Command::Storage { command } => azure::storage(&command)?,
        #[cfg(feature = "azure")]
        Command::Exec(arguments) => return azure::exec(&arguments),
        Command::Watch(arguments) => watch::execute(&arguments)?,
        Command::Serve(arguments) => serve::execute(&arguments)?,
        Command::Simulate { command } => return command.execute().map(Termination::report).map_err(Failure::Simulator),
        Command::Completions { shell } => {
            output::print(&completions::script(shell, &mut Program::command()))?;
        }
        Command::Manual { folder } => manual::write(Program::command(), &folder)?,
    }
    Ok(ExitCode::SUCCESS)
}
