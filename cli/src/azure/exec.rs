//! `exec`: a command with secrets and tokens in its environment: nothing on a disk, nothing on a command line.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{ExitCode, Termination};

use managed_identity_simulator::program::supervise;
use tokio::process::Command;

use super::arguments::ExecArguments;
use super::cloud::Cloud;
use super::vault::Vault;
use crate::command::of_path;
use crate::credential::Credential;
use crate::failure::Failure;
use crate::runtime::block_on;

/// Where a secret is.
#[derive(Debug, PartialEq, Eq)]
struct Place<'a> {
    vault: String,
    name: &'a str,
    version: Option<&'a str>,
}

pub(crate) fn execute(arguments: &ExecArguments) -> Result<ExitCode, Failure> {
    let Some((program, rest)) = arguments.command.split_first() else { return Ok(ExitCode::SUCCESS) };
    let variables = variables(arguments)?;
    let mut command = Command::new(of_path(program));
    command.args(rest).envs(variables);
    let ended = block_on(supervise(command, arguments.grace.time))?;
    ended.map(Termination::report).map_err(|cause| Failure::Usage {
        message: format!("cannot run {}: {cause}", program.to_string_lossy()),
        next_step: "check the command after --, and that its folder is in PATH",
    })
}

/// Everything is at hand before the command starts: it either has all of it, or does not run.
fn variables(arguments: &ExecArguments) -> Result<BTreeMap<&str, String>, Failure> {
    let credential = Credential::with_services(&arguments.credential, &arguments.simulated.secrets, &[])?;
    let cloud = arguments.cloud.cloud();
    named_once(arguments)?;
    let mut variables = BTreeMap::new();
    let mut vaults = BTreeMap::new();
    for (variable, from) in &arguments.secrets {
        let place = place(from, cloud)?;
        if !vaults.contains_key(&place.vault) {
            let vault = Vault::open(&place.vault, &credential, arguments.credential.patience.timeout)?;
            vaults.insert(place.vault.clone(), vault);
        }
        if let Some(vault) = vaults.get(&place.vault) {
            let value = vault.value(place.name, place.version)?;
            if value.contains('\0') {
                return Err(Failure::Usage {
                    message: format!("the secret {from} has a NUL, which no variable can hold"),
                    next_step: "have the command read it from secret show",
                });
            }
            variables.insert(variable.as_str(), value);
        }
    }
    for (variable, resource) in &arguments.tokens {
        variables.insert(variable, credential.token(resource)?.secret().to_owned());
    }
    Ok(variables)
}

/// Refuses a variable that is named more than once: which of its values is meant, nobody knows.
fn named_once(arguments: &ExecArguments) -> Result<(), Failure> {
    let mut names = BTreeSet::new();
    let given = arguments.secrets.iter().chain(&arguments.tokens).map(|(name, _)| name);
    match given.into_iter().find(|name| !names.insert(*name)) {
        None => Ok(()),
        Some(name) => Err(Failure::Usage {
            message: format!("{name} is to have more than one value"),
            next_step: "give each value a variable of its own",
        }),
    }
}

/// Reads `VAULT/SECRET`, `VAULT/SECRET/VERSION` or the address of a secret.
fn place(from: &str, cloud: Cloud) -> Result<Place<'_>, Failure> {
    let parts = match from.split_once("/secrets/") {
        Some((vault, path)) if vault.starts_with("https://") => Some((vault, path)),
        _ => from.split_once('/'),
    };
    let place = parts.and_then(|(vault, path)| {
        let (name, version) = path.split_once('/').map_or((path, None), |(name, version)| (name, Some(version)));
        let is_whole = !name.is_empty() && version.is_none_or(|it| !it.is_empty() && !it.contains('/'));
        is_whole.then_some((vault, name, version))
    });
    let (vault, name, version) = place.ok_or_else(|| Failure::Usage {
        message: format!("{from} names no secret"),
        next_step: "name it as VAULT/SECRET, VAULT/SECRET/VERSION, or by its address",
    })?;
    Ok(Place { vault: cloud.vault(vault)?, name, version })
}

#[cfg(test)]
mod tests {
    use super::{Cloud, Place, place};

    #[test]
    fn a_secret_is_named_by_its_vault_or_its_address() {
        let vault = "https://v.vault.azure.net";
        for (from, name, version) in [
            ("v/db", "db", None),
            ("v/db/1", "db", Some("1")),
            ("https://v.vault.azure.net/secrets/db", "db", None),
            ("https://v.vault.azure.net/secrets/db/1", "db", Some("1")),
        ] {
            assert_eq!(place(from, Cloud::Public).unwrap(), Place { vault: vault.to_owned(), name, version }, "{from}");
        }
        for wrong in ["v", "v/", "/db", "v/db/", "v/db/1/2", "http://v.vault.azure.net/secrets/db"] {
            assert!(place(wrong, Cloud::Public).is_err(), "{wrong}");
        }
    }
}
