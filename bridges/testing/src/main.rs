//! Runs a command beside Azurite: `with-azurite COMMAND ARGUMENTS`. `AZURE_STORAGE_URL` has its address and `SSL_CERT_FILE` its
//! certificate.

use std::env;
use std::error::Error;
use std::process::{Command, ExitCode};

use bridges_testing::Azurite;

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().ok_or("usage: with-azurite COMMAND ARGUMENTS")?;
    let azurite = Azurite::start()?;
    let status = Command::new(program)
        .args(arguments)
        .env("AZURE_STORAGE_URL", azurite.url())
        .env("SSL_CERT_FILE", azurite.certificate_file())
        .status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}
