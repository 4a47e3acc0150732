//! The program `managed-identity-simulator`.

use std::process::{ExitCode, Termination as _};

use clap::Parser;
use managed_identity_simulator::program::SimulateCommand;

/// Every Azure managed-identity endpoint on loopback, with faults on demand
#[derive(Debug, Parser)]
#[command(version)]
struct Program {
    #[command(subcommand)]
    command: SimulateCommand,
}

fn main() -> ExitCode {
    match Program::parse().command.execute() {
        Ok(exit) => exit.report(),
        Err(error) => {
            eprintln!("managed-identity-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}
