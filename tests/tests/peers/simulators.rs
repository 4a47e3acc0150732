//! A simulator of every source, set up as the peers need it.

use std::collections::BTreeMap;

use managed_identity_simulator::{SimulatedSource, Simulator};

use crate::peer::Peer;

/// Where the peers look for key files, and nowhere else.
const KEY_FOLDER: &str = "/var/opt/azcmagent/tokens";
/// Where MSAL for Python looks for Cloud Shell; the other peers are told.
const CLOUD_SHELL_PORT: u16 = 50342;

pub(crate) struct Simulators(Vec<Simulator>);

impl Simulators {
    pub(crate) fn start() -> Self {
        Self(SimulatedSource::ALL.map(start).into())
    }

    pub(crate) fn of(&self, source: SimulatedSource) -> &Simulator {
        self.0.iter().find(|simulator| simulator.source() == source).expect("every source has a simulator")
    }

    /// The variables by which `peer` finds `source`.
    pub(crate) fn environment(&self, source: SimulatedSource, peer: &Peer) -> BTreeMap<String, String> {
        let mut variables = self.of(source).environment();
        if source == SimulatedSource::CloudShell && peer.name == "msal" {
            // There it is a client for users, which needs to know an authority.
            let authority = self.of(SimulatedSource::WorkloadIdentity).environment();
            let needed = ["AZURE_AUTHORITY_HOST", "AZURE_TENANT_ID", "REQUESTS_CA_BUNDLE"];
            variables.extend(authority.into_iter().filter(|(name, _)| needed.contains(&name.as_str())));
            variables.insert("AZUREPS_HOST_ENVIRONMENT".to_owned(), "cloud-shell/1.0".to_owned());
        }
        variables
    }
}

fn start(source: SimulatedSource) -> Simulator {
    let builder = Simulator::builder(source);
    let builder = match source {
        SimulatedSource::AzureArc => builder.key_folder(KEY_FOLDER),
        SimulatedSource::CloudShell => builder.port(CLOUD_SHELL_PORT),
        _ => builder,
    };
    builder.start().unwrap_or_else(|error| {
        panic!("{source}: {error}\ntests/peers/run.sh starts this test with a /var/opt and ports of its own")
    })
}
