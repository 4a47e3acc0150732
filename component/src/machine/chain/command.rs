//! Commands out, what they wrote in.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString};

use managed_identity_core::{CommandError, CommandErrorKind, CommandOutput, CommandRequest};

use crate::machine::bindings::exports::managed_identity::client::{credential_chain as interface, types};
use crate::machine::effect::milliseconds;

pub(super) fn command(command: &CommandRequest) -> interface::Command {
    let variable = |(name, value): &(&str, String)| types::Variable { name: (*name).to_owned(), value: value.clone() };
    interface::Command {
        programs: command.programs.iter().map(ToString::to_string).collect(),
        arguments: command.arguments.clone(),
        variables: command.environment.iter().map(variable).collect(),
        withheld: command.withheld.iter().map(ToString::to_string).collect(),
        time_limit: milliseconds(command.time_limit),
        max_output: u32::try_from(command.max_output).unwrap_or(u32::MAX),
    }
}

pub(super) fn output(
    output: Result<interface::CommandOutput, interface::CommandFailure>,
) -> Result<CommandOutput, CommandError> {
    match output {
        Ok(it) => Ok(CommandOutput::new(it.exit_code, it.output, it.errors)),
        Err(failure) => Err(CommandError::new(kind(failure.problem), &failure.detail)),
    }
}

const fn kind(problem: interface::CommandProblem) -> CommandErrorKind {
    use interface::CommandProblem as Problem;
    match problem {
        Problem::Denied => CommandErrorKind::Denied,
        Problem::Failed | Problem::Other => CommandErrorKind::Failed,
        Problem::NotFound => CommandErrorKind::NotFound,
        Problem::OutputTooLarge => CommandErrorKind::OutputTooLarge,
        Problem::Timeout => CommandErrorKind::Timeout,
        Problem::Unsupported => CommandErrorKind::Unsupported,
    }
}
