//! A client of the simulator.

use managed_identity_core::{Environment, Error, HostFacts, Platform};
use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_simulator::Simulator;

/// A client that finds the simulated source and nothing else, whatever the environment of this process.
///
/// # Errors
/// Those of the client's builder.
pub fn client(simulator: &Simulator) -> Result<ManagedIdentityClient, Error> {
    let variables = simulator.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    ManagedIdentityClient::builder().environment(environment, HostFacts::of(Platform::Linux)).build()
}
