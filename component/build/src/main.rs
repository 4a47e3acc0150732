//! `managed-identity-component-build [build | sizes | imports] [--write]`

use std::process::ExitCode;

use anyhow::{Result, bail};
use managed_identity_component_build::{Size, World, build, check_imports, check_sizes, component};

const USAGE: &str = "\
usage: managed-identity-component-build [build | sizes | imports] [--write]

  build    makes the components in target/components (the default)
  sizes    prints their sizes beside the committed figures, and fails over budget
  imports  compares their imports with component/imports, and fails when they differ

  --write  commits to what is found: writes component/sizes.json or component/imports";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        [] | ["build"] => {
            for world in World::ALL {
                println!("{}", component(world)?.display());
            }
            Ok(())
        }
        ["sizes", write @ ..] => {
            let write = is_write(write)?;
            let mut found = Vec::new();
            for world in World::ALL {
                found.push((world, Size::of(&build(world)?)?));
            }
            check_sizes(&found, write)
        }
        ["imports", write @ ..] => {
            let write = is_write(write)?;
            for world in World::ALL {
                check_imports(world, &std::fs::read(component(world)?)?, write)?;
                println!("{world}: as committed");
            }
            Ok(())
        }
        ["--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!(USAGE),
    }
}

fn is_write(arguments: &[&str]) -> Result<bool> {
    match arguments {
        [] => Ok(false),
        ["--write"] => Ok(true),
        _ => bail!(USAGE),
    }
}
