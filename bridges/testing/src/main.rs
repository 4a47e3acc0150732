//! Runs a command beside Azurite: `with-azurite COMMAND ARGUMENTS`. `AZURE_STORAGE_URL` has its address, `SSL_CERT_FILE` its
//! certificate, `AZURE_STORAGE_ACCOUNT` and `AZURE_STORAGE_CONTAINER` the names of its account and of a container in it.

use std::env;
use std::error::Error;
use std::process::{Command, ExitCode};

use bridges_testing::Azurite;
use managed_identity_reqwest::ManagedIdentityClient;

const CONTAINER: &str = "pictures";

async fn run() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().ok_or("usage: with-azurite COMMAND ARGUMENTS")?;
    let azurite = Azurite::start()?;
    azurite.make_container(CONTAINER, &ManagedIdentityClient::from_env()?).await?;
    let status = Command::new(program)
        .args(arguments)
        .env("AZURE_STORAGE_ACCOUNT", azurite.account())
        .env("AZURE_STORAGE_CONTAINER", CONTAINER)
        .env("AZURE_STORAGE_URL", azurite.url())
        .env("SSL_CERT_FILE", azurite.certificate_file())
        .status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[tokio::main]
async fn main() -> ExitCode {
    run().await.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}
