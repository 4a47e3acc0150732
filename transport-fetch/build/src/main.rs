//! `managed-identity-fetch-build`: builds and packs the npm package.

use std::process::ExitCode;

use anyhow::{Result, bail};
use managed_identity_fetch_build::{build_package, pack};

const USAGE: &str = "\
usage: managed-identity-fetch-build

Builds the package in target/npm/package and packs it: target/npm/managed-identity-fetch-VERSION.tgz.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    if std::env::args().len() > 1 {
        bail!(USAGE);
    }
    let package = build_package()?;
    println!("{}", pack(&package)?.display());
    Ok(())
}
