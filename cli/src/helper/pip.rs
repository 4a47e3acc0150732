//! The program `keyring`, as pip and twine start it.
//!
//! <https://pip.pypa.io/en/stable/topics/authentication/#using-keyring-as-a-command-line-application>

use std::process::ExitCode;

use super::arguments::PipArguments;
use super::hosts::{DEVOPS, DEVOPS_RESOURCE, authority};
use super::tokens::token;
use crate::failure::Failure;
use crate::output::print;

pub(super) fn execute(arguments: &PipArguments) -> Result<ExitCode, Failure> {
    let is_known = authority(&arguments.url).is_some_and(|it| arguments.hosts.allow(it, DEVOPS));
    if arguments.operation != "get" || !is_known {
        // As keyring does for what it does not know.
        return Ok(ExitCode::FAILURE);
    }
    let token = token(&arguments.credential, DEVOPS_RESOURCE)?;
    print(format!("{}\n", token.secret()).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
