//! What can be chosen before a simulator starts.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::error::SimulatorError;
use crate::fault::FaultScript;
use crate::identity::AssignedIdentity;
use crate::key_vault::KeyVault;
use crate::keys::TokenKey;
use crate::record::Recorder;
use crate::server::{Bound, Endpoint};
use crate::simulator::Simulator;
use crate::source::{Service, SimulatedSource};
use crate::token::TokenIssuer;

/// The tenant, unless another is chosen.
const DEFAULT_TENANT_ID: &str = "66666666-6666-4666-8666-666666666666";
/// How long tokens of managed identities live.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Choices for a [`Simulator`]; every one has a default.
pub struct SimulatorBuilder {
    source: SimulatedSource,
    port: u16,
    key_folder: Option<PathBuf>,
    faults: FaultScript,
    tenant_id: String,
    token_lifetime: Duration,
    identities: Vec<AssignedIdentity>,
    key_vault_secrets: Vec<(String, String)>,
    signing_key: Option<Vec<u8>>,
    request_log: Option<Box<dyn Write + Send>>,
}

impl SimulatorBuilder {
    pub(crate) fn new(source: SimulatedSource) -> Self {
        Self {
            source,
            port: 0,
            key_folder: None,
            faults: FaultScript::new(),
            tenant_id: DEFAULT_TENANT_ID.to_owned(),
            token_lifetime: DEFAULT_LIFETIME,
            identities: vec![AssignedIdentity::default_system_assigned(), AssignedIdentity::default_user_assigned()],
            key_vault_secrets: Vec::new(),
            signing_key: None,
            request_log: None,
        }
    }

    /// The folder for the key files of Azure Arc; it is made if need be. Without it a temporary folder is used.
    ///
    /// Clients that insist on the agent's own folder need `/var/opt/azcmagent/tokens` here, and the right to write there.
    #[must_use]
    pub fn key_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.key_folder = Some(folder.into());
        self
    }

    /// The port on 127.0.0.1; 0, the default, takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// What goes wrong, in order.
    #[must_use]
    pub fn faults(mut self, faults: FaultScript) -> Self {
        self.faults = faults;
        self
    }

    /// The tenant that issues the tokens.
    #[must_use]
    pub fn tenant_id(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant_id = tenant_id.into();
        self
    }

    /// How long tokens live, to the second; 24 hours unless chosen.
    #[must_use]
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// An RSA private key in PEM form (PKCS#8 or PKCS#1, 2048 bits or more) that signs the tokens, as RS256.
    ///
    /// Without it a key is made that signs them as ES256. Real tokens are RS256: a verifier that accepts nothing else, or
    /// that has to know the key before the simulator starts, needs this.
    #[must_use]
    pub fn signing_key(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.signing_key = Some(pem.into());
        self
    }

    /// The identities that are assigned, instead of the two default ones.
    #[must_use]
    pub fn identities(mut self, identities: Vec<AssignedIdentity>) -> Self {
        self.identities = identities;
        self
    }

    /// A secret of the Key Vault that the simulator plays beside the identity endpoint, at the same address. May be called
    /// more than once; without it there is no vault.
    #[must_use]
    pub fn key_vault_secret(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.key_vault_secrets.push((name.into(), value.into()));
        self
    }

    /// Where to write each request as a line of JSON, secrets masked.
    #[must_use]
    pub fn request_log(mut self, log: impl Write + Send + 'static) -> Self {
        self.request_log = Some(Box::new(log));
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
        self.check()?;
        let bound = Bound::new(self.port)?;
        let key = self.signing_key.map_or_else(TokenKey::generate, |pem| TokenKey::from_pem(&pem))?;
        let service = Service {
            identities: self.identities,
            issuer: TokenIssuer::new(key, self.tenant_id, self.token_lifetime),
            recorder: Recorder::new(self.request_log),
        };
        let key_vault = KeyVault::new(self.key_vault_secrets);
        key_vault.values().for_each(|secret| service.recorder.add_secret(secret));
        let opened = self.source.open(&service, self.key_folder)?;
        let endpoint = Arc::new(Endpoint {
            base_url: bound.base_url(opened.tls.is_some()),
            dialect: opened.dialect,
            service,
            key_vault,
            faults: Mutex::new(self.faults),
        });
        let (config, trusted) = opened.tls.map(|tls| (tls.config, tls.trusted)).unzip();
        let server = bound.serve(Arc::clone(&endpoint), config)?;
        Ok(Simulator::new(self.source, server, endpoint, trusted))
    }

    fn check(&self) -> Result<(), SimulatorError> {
        self.faults.check()?;
        if self.identities.is_empty() {
            return Err(SimulatorError::NoIdentity);
        }
        let legal = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.');
        if self.tenant_id.is_empty() || !self.tenant_id.chars().all(legal) {
            return Err(SimulatorError::TenantId);
        }
        Ok(())
    }
}

impl fmt::Debug for SimulatorBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SimulatorBuilder")
            .field("source", &self.source)
            .field("port", &self.port)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
