//! The program `managed-identity-simulator`.

use std::process::ExitCode;

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
        Ok(code) => code,
        Err(error) => {
            eprintln!("managed-identity-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}
