//! A machine as a row describes it: endpoints on loopback, and tools in a folder of their own.

use std::collections::BTreeMap;
use std::path::Path;

use managed_identity_simulator::{FaultScript, SimulatedSource, Simulator, TrustedCertificate};
use tempfile::TempDir;

use super::row::Row;
use super::tools;

/// Where the peers look for key files, and nowhere else.
const KEY_FOLDER: &str = "/var/opt/azcmagent/tokens";
/// Nobody listens there.
const DEAD_PROXY: &str = "http://127.0.0.1:1";

pub(crate) struct Place {
    /// All variables of a process there.
    pub(crate) variables: BTreeMap<String, String>,
    folder: TempDir,
    simulators: Vec<Simulator>,
}

impl Place {
    pub(crate) fn of(row: &Row) -> Self {
        let folder = TempDir::with_prefix("managed-identity-").expect("a folder can be made");
        for (tool, state) in &row.tools {
            tools::make(folder.path(), tool, state);
        }
        let mut faults = row.faults().fold(FaultScript::new(), FaultScript::then);
        let start = |source| start(source, std::mem::take(&mut faults));
        let simulators: Vec<Simulator> = row.sources().map(start).collect();
        let mut variables = variables(folder.path());
        variables.extend(simulators.iter().flat_map(Simulator::environment));
        // The simulator leaves no way out of what it simulates; here every member is asked, and other guards stand.
        variables.remove("AZURE_TOKEN_CREDENTIALS");
        if !row.sources().any(|source| source == SimulatedSource::Imds) {
            variables.remove("AZURE_POD_IDENTITY_AUTHORITY_HOST");
        }
        variables.extend(row.set.clone());
        variables.retain(|name, _| !row.unset.contains(name));
        Self { variables, folder, simulators }
    }

    /// The folder of the tools, which is the whole search path.
    pub(crate) fn tools(&self) -> &Path {
        self.folder.path()
    }

    /// The certificate to trust.
    pub(crate) fn root_certificate(&self) -> Option<&[u8]> {
        self.simulators.iter().rev().find_map(Simulator::ca_certificate).map(TrustedCertificate::der)
    }
}

/// Whatever is not for loopback goes to a proxy that is not there.
fn variables(folder: &Path) -> BTreeMap<String, String> {
    let folder = folder.display().to_string();
    let usual = [
        ("HOME", folder.as_str()),
        ("PATH", folder.as_str()),
        ("HTTP_PROXY", DEAD_PROXY),
        ("HTTPS_PROXY", DEAD_PROXY),
        ("NO_PROXY", "127.0.0.1,localhost"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ];
    usual.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn start(source: SimulatedSource, faults: FaultScript) -> Simulator {
    let builder = Simulator::builder(source).faults(faults);
    let builder = if source == SimulatedSource::AzureArc { builder.key_folder(KEY_FOLDER) } else { builder };
    builder.start().unwrap_or_else(|error| {
        panic!("{source}: {error}\ntests/peers/run.sh starts this test with a /var/opt and ports of its own")
    })
}
