//! `token --credential`: a token from a chain of credentials, or from one of them by its name.

use managed_identity_core::{AccessToken, ChainOptions, CredentialKind, Environment, Error, HostFacts, Platform};
use managed_identity_reqwest::{DefaultCredential, DefaultCredentialBuilder};
use managed_identity_simulator::{SimulatedSource, Simulator};

use crate::arguments::{CredentialChoice, TokenArguments};
use crate::failure::Failure;
use crate::patience::show_waits;
use crate::runtime::block_on;

/// Gets a token of the chain that was chosen.
pub(crate) fn token(
    choice: CredentialChoice,
    resource: &str,
    arguments: TokenArguments,
) -> Result<AccessToken, Failure> {
    if arguments.source.source.is_some() || arguments.source.key_directory.is_some() {
        return Err(Failure::Usage {
            message: "--source and --key-directory are for a managed identity alone".to_owned(),
            next_step: "leave them out, or use --credential managed-identity",
        });
    }
    let simulator = arguments.simulate.map(|kind| Simulator::builder(kind).start()).transpose();
    let simulator = simulator.map_err(Failure::Simulator)?;
    let mut builder = match &simulator {
        Some(simulator) => simulated(simulator),
        None => DefaultCredential::builder(),
    };
    let mut options = ChainOptions::default().detection(arguments.source.remote_arc.options());
    if let CredentialChoice::Only(kind) = choice {
        options = options.only([kind]);
    }
    if let Some(tenant) = &arguments.tenant {
        options = options.tenant(tenant);
    }
    let identity = arguments.identity.into_identity(&managed_identity_fs::environment()).map_err(Error::from)?;
    let patience = &arguments.patience;
    builder = builder.options(options).identity(identity).time_budget(patience.timeout);
    if patience.fail_fast {
        builder = builder.fail_fast();
    }
    if let Some(limit) = patience.connect_timeout {
        builder = builder.connect_timeout(limit);
    }
    if let Some(hook) = show_waits() {
        builder = builder.on_retry(hook);
    }
    let credential = builder.build()?;
    Ok(block_on(credential.get_token(resource))??)
}

/// The credentials of a machine that is simulated.
fn simulated(simulator: &Simulator) -> DefaultCredentialBuilder {
    let variables = simulator.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    let builder = DefaultCredential::builder()
        .environment(environment, HostFacts::of(Platform::Linux))
        // No tool of this machine, where none is simulated.
        .search_path(variables.get("PATH").map(String::as_str).unwrap_or_default());
    match simulator.ca_certificate() {
        Some(certificate) => builder.root_certificate(certificate.der()),
        None => builder,
    }
}

/// Which credential a simulated source is for, where that is not a managed identity.
pub(crate) fn of_simulated(source: SimulatedSource) -> Option<CredentialChoice> {
    Some(CredentialChoice::Only(match source {
        SimulatedSource::ClientSecret => CredentialKind::Environment,
        SimulatedSource::AzureCli => CredentialKind::AzureCli,
        SimulatedSource::AzureDeveloperCli => CredentialKind::AzureDeveloperCli,
        SimulatedSource::AzurePowerShell => CredentialKind::AzurePowerShell,
        _ => return None,
    }))
}
