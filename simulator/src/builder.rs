//! What can be chosen before a simulator starts.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use crate::configuration::Configuration;
use crate::error::SimulatorError;
use crate::fault::FaultScript;
use crate::identity::AssignedIdentity;
use crate::simulator::Simulator;
#[cfg(unix)]
use crate::source::KeyAccess;
use crate::source::SimulatedSource;

impl Simulator {
    /// Choices for a simulator of `source`.
    #[must_use]
    pub fn builder(source: SimulatedSource) -> SimulatorBuilder {
        SimulatorBuilder { configuration: Configuration::new(source) }
    }
}

/// Choices for a [`Simulator`]; every one has a default.
#[derive(Debug)]
pub struct SimulatorBuilder {
    configuration: Configuration,
}

impl SimulatorBuilder {
    /// The folder for the key files of Azure Arc; it is made if need be. Without it a temporary folder is used.
    ///
    /// Clients that insist on the agent's own folder need `/var/opt/azcmagent/tokens` here, and the right to write there.
    #[must_use]
    pub fn key_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.configuration.key_folder = Some(folder.into());
        self
    }

    /// The group and the permissions of key files, such as 0o640; without this only this user may read them. The folder, if
    /// the simulator makes it, gets the same, and whoever may read the files may enter it.
    ///
    /// The agent of Azure Arc gives its keys to the group `himds` with 0o640. A process can give a file to a group that its
    /// user is in; root can give it to any.
    #[cfg(unix)]
    #[must_use]
    pub fn key_access(mut self, group: Option<u32>, mode: u32) -> Self {
        self.configuration.key_access = KeyAccess { group, mode };
        self
    }

    /// The port on 127.0.0.1; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.configuration.port = port;
        self
    }

    /// Opens the port so long after the start, as a sidecar that comes up later than the program it serves; whoever connects
    /// earlier is refused.
    #[must_use]
    pub fn late(mut self, delay: Duration) -> Self {
        self.configuration.late = delay;
        self
    }

    /// Plays an HTTP proxy on a port of its own, too, and has [`Simulator::environment`] name it.
    ///
    /// It records all that it is asked ([`RequestRecord::proxied`](crate::RequestRecord::proxied)). For workload identity it
    /// is the only way to the authority, whose name nobody else knows. For every other source it leads nowhere: an endpoint
    /// on this machine has to be asked directly, and a record of a request to the proxy is a client's mistake.
    #[must_use]
    pub fn proxy(mut self) -> Self {
        self.configuration.proxy = true;
        self
    }

    /// What goes wrong, in order.
    #[must_use]
    pub fn faults(mut self, faults: FaultScript) -> Self {
        self.configuration.faults = faults;
        self
    }

    /// The tenant that issues the tokens.
    #[must_use]
    pub fn tenant_id(mut self, tenant_id: impl Into<String>) -> Self {
        self.configuration.tenant_id = tenant_id.into();
        self
    }

    /// How long tokens live, to the second; 24 hours unless chosen.
    #[must_use]
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.configuration.token_lifetime = lifetime;
        self
    }

    /// An RSA private key in PEM form (PKCS#8 or PKCS#1, 2048 bits or more) that signs the tokens, as RS256.
    ///
    /// Without it a key is made, once in a process, that signs them as ES256. Real tokens are RS256: a verifier that accepts nothing else, or
    /// that has to know the key before the simulator starts, needs this.
    #[must_use]
    pub fn signing_key(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.configuration.signing_key = Some(pem.into());
        self
    }

    /// The identities that are assigned, instead of the two default ones.
    #[must_use]
    pub fn identities(mut self, identities: Vec<AssignedIdentity>) -> Self {
        self.configuration.identities = identities;
        self
    }

    /// Has a simulated tool be of a version from before what clients need: an Azure CLI that tells the end of a token in local
    /// time only, an Azure PowerShell without a module that is new enough, an Azure Developer CLI with errors in their older
    /// form. Other sources are the same.
    #[must_use]
    pub fn old_tool(mut self) -> Self {
        self.configuration.old_tool = true;
        self
    }

    /// A secret of the Key Vault that the simulator plays beside the identity endpoint, at the same address. May be called
    /// more than once, with a name again for the next version of that secret; without it there is no vault.
    #[must_use]
    pub fn key_vault_secret(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.configuration.key_vault_secrets.push((name.into(), value.into()));
        self
    }

    /// A container of the storage account that the simulator plays beside the identity endpoint, at the same address. May be
    /// called more than once; without it there is no account.
    #[must_use]
    pub fn storage_container(mut self, name: impl Into<String>) -> Self {
        self.configuration.storage_containers.push(name.into());
        self
    }

    /// Gives Key Vault and storage account an https address, for clients that send a token to no other: a port of its own,
    /// with a certificate of a CA that exists for this simulator alone. Where the source speaks https already, so do they.
    #[must_use]
    pub fn services_https(mut self) -> Self {
        self.configuration.services_https = true;
        self
    }

    /// Has the Key Vault's challenge name a scope instead of a resource, as some services do: clients have to understand both.
    #[must_use]
    pub fn key_vault_names_scope(mut self) -> Self {
        self.configuration.key_vault_scope = true;
        self
    }

    /// How many requests are remembered, and of how many secrets none shows in what is remembered: the newest 20,000 unless
    /// chosen. For simulators that live long.
    #[must_use]
    pub fn most_kept(mut self, most: usize) -> Self {
        self.configuration.most_kept = most;
        self
    }

    /// Where to write each request as a line of JSON, secrets masked.
    #[must_use]
    pub fn request_log(mut self, log: impl Write + Send + 'static) -> Self {
        self.configuration.request_log = Some(Box::new(log));
        self
    }

    /// Starts the simulator on a thread of its own; it serves when this returns.
    ///
    /// Needs no async runtime, and may be called inside one.
    ///
    /// # Errors
    ///
    /// [`SimulatorError`] when a choice is not usable, the port is taken, or a key, certificate or file cannot be made.
    pub fn start(self) -> Result<Simulator, SimulatorError> {
        Simulator::start(self.configuration)
    }
}
