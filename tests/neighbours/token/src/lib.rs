//! Tokens of simulated sources, as a program with the native client gets them.

use std::error::Error;

use managed_identity_reqwest::ManagedIdentityClient;
use managed_identity_reqwest::core::{Environment, HostFacts, Platform};
use managed_identity_simulator::{SimulatedSource, Simulator};

/// Gets a token in each of the ways in which the client trusts: without TLS, by roots, and by a pinned certificate.
///
/// # Errors
/// When one of them gives none.
pub async fn from_every_kind_of_endpoint() -> Result<(), Box<dyn Error>> {
    for source in [SimulatedSource::Imds, SimulatedSource::WorkloadIdentity, SimulatedSource::ServiceFabric] {
        let simulator = Simulator::builder(source).start()?;
        let variables = simulator.environment();
        let environment = Environment::from_lookup(|name| variables.get(name).cloned());
        let mut client = ManagedIdentityClient::builder().environment(environment, HostFacts::of(Platform::Linux));
        if let Some(authority) = simulator.ca_certificate() {
            client = client.root_certificate(authority.der());
        }
        let token = client.build()?.get_token("https://vault.azure.net").await?;
        println!("{source}: a token of {} bytes", token.secret().len());
    }
    Ok(())
}
