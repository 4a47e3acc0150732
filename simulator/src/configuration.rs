//! What a simulator is to be: plain data, checked as a whole before it starts.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::SimulatorError;
use crate::fault::FaultScript;
use crate::identity::AssignedIdentity;
use crate::record::MOST_KEPT;
use crate::source::{KeyAccess, SimulatedSource};
use crate::storage::is_container_name;

/// The tenant, unless another is chosen.
const DEFAULT_TENANT_ID: &str = "66666666-6666-4666-8666-666666666666";
/// How long tokens of managed identities live.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// All choices; the builder's methods say what each means.
pub(crate) struct Configuration {
    pub(crate) source: SimulatedSource,
    pub(crate) port: u16,
    pub(crate) late: Duration,
    pub(crate) proxy: bool,
    pub(crate) key_folder: Option<PathBuf>,
    pub(crate) key_access: KeyAccess,
    pub(crate) old_tool: bool,
    pub(crate) faults: FaultScript,
    pub(crate) tenant_id: String,
    pub(crate) token_lifetime: Duration,
    pub(crate) identities: Vec<AssignedIdentity>,
    pub(crate) key_vault_secrets: Vec<(String, String)>,
    pub(crate) key_vault_scope: bool,
    pub(crate) storage_containers: Vec<String>,
    pub(crate) services_https: bool,
    pub(crate) signing_key: Option<Vec<u8>>,
    pub(crate) most_kept: usize,
    pub(crate) request_log: Option<Box<dyn Write + Send>>,
}

impl Configuration {
    pub(crate) fn new(source: SimulatedSource) -> Self {
        Self {
            source,
            port: 0,
            late: Duration::ZERO,
            proxy: false,
            key_folder: None,
            key_access: KeyAccess::default(),
            old_tool: false,
            faults: FaultScript::new(),
            tenant_id: DEFAULT_TENANT_ID.to_owned(),
            token_lifetime: DEFAULT_LIFETIME,
            identities: vec![AssignedIdentity::default_system_assigned(), AssignedIdentity::default_user_assigned()],
            key_vault_secrets: Vec::new(),
            key_vault_scope: false,
            storage_containers: Vec::new(),
            services_https: false,
            signing_key: None,
            most_kept: MOST_KEPT,
            request_log: None,
        }
    }

    /// Whether a simulator can be like this.
    pub(crate) fn check(&self) -> Result<(), SimulatorError> {
        self.faults.check(self.source)?;
        if self.identities.is_empty() {
            return Err(SimulatorError::NoIdentity);
        }
        let legal = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.');
        if self.tenant_id.is_empty() || !self.tenant_id.chars().all(legal) {
            return Err(SimulatorError::TenantId);
        }
        if let Some(name) = self.storage_containers.iter().find(|name| !is_container_name(name)) {
            return Err(SimulatorError::ContainerName(name.clone()));
        }
        Ok(())
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Configuration")
            .field("source", &self.source)
            .field("port", &self.port)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
