//! `helper`: what other tools start to get a password or a token, each by its own protocol.

mod arguments;
mod cargo;
mod docker;
mod git;
mod hosts;
mod kubectl;
mod pip;
mod tokens;

pub(crate) use arguments::HelperCommand;
pub(crate) use cargo::{PLUGIN, serve as serve_cargo};

use std::process::ExitCode;

use crate::failure::Failure;

pub(crate) fn execute(command: &HelperCommand) -> Result<ExitCode, Failure> {
    match command {
        HelperCommand::Kubectl(arguments) => kubectl::execute(arguments)?,
        HelperCommand::Git(arguments) => git::execute(arguments)?,
        HelperCommand::Docker(arguments) => return docker::execute(arguments),
        HelperCommand::Cargo(_) => return Err(cargo::started_by_hand()),
        HelperCommand::Pip(arguments) => return pip::execute(arguments),
    }
    Ok(ExitCode::SUCCESS)
}
