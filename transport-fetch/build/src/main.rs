//! `managed-identity-fetch-build`: builds and packs the npm package.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use managed_identity_fetch_build::{build_package, pack};

const USAGE: &str = "\
usage: managed-identity-fetch-build [--licenses FILE]

Builds the package in target/npm/package and packs it: target/npm/managed-identity-fetch-VERSION.tgz.

  --licenses  a file with the licences of what is compiled in, THIRD-PARTY-LICENSES, which is packed too";

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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let licenses = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["--licenses", file] => Some(Path::new(file)),
        _ => bail!(USAGE),
    };
    let package = build_package(licenses)?;
    println!("{}", pack(&package)?.display());
    Ok(())
}
