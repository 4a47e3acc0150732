//! Clients for a simulated host.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "each test binary uses a part of it"
)]

pub mod held;

use managed_identity_reqwest::ManagedIdentityClientBuilder;
use managed_identity_reqwest::core::{Environment, HostFacts, Platform};
use managed_identity_simulator::Simulator;

/// A client as a program under this simulator's environment would have it.
pub fn client(simulator: &Simulator) -> ManagedIdentityClientBuilder {
    let variables = simulator.environment();
    let environment = Environment::from_lookup(|name| variables.get(name).cloned());
    // The paths are those of this system.
    let facts = HostFacts::of(if cfg!(windows) { Platform::Windows } else { Platform::Linux });
    let mut builder = managed_identity_reqwest::ManagedIdentityClient::builder().environment(environment, facts);
    if let Some(folder) = simulator.key_folder() {
        builder = builder.key_directory(folder.to_str().unwrap());
    }
    if let Some(authority) = simulator.ca_certificate() {
        builder = builder.root_certificate(authority.der());
    }
    builder
}
