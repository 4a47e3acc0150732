//! What the outside world looks like, as plain data: environment variables and facts about the host.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use crate::error::ConfigError;
use crate::kind::{AgentFile, Platform};
use crate::values::{Identity, Secret};

/// How many variables a chain looks at beside those of managed identity.
const OF_A_CHAIN: usize = if cfg!(feature = "chain") { 15 } else { 0 };

const NAMES: [&str; 19 + OF_A_CHAIN] = [
    #[cfg(feature = "chain")]
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    #[cfg(feature = "chain")]
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "AZUREPS_HOST_ENVIRONMENT",
    #[cfg(feature = "chain")]
    "AZURESUBSCRIPTION_CLIENT_ID",
    #[cfg(feature = "chain")]
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    #[cfg(feature = "chain")]
    "AZURESUBSCRIPTION_TENANT_ID",
    #[cfg(feature = "chain")]
    "AZURE_ADDITIONALLY_ALLOWED_TENANTS",
    "AZURE_AUTHORITY_HOST",
    #[cfg(feature = "chain")]
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    #[cfg(feature = "chain")]
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_ID",
    #[cfg(feature = "chain")]
    "AZURE_CLIENT_SECRET",
    #[cfg(feature = "chain")]
    "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_KUBERNETES_CA_DATA",
    "AZURE_KUBERNETES_CA_FILE",
    "AZURE_KUBERNETES_SNI_NAME",
    "AZURE_KUBERNETES_TOKEN_PROXY",
    #[cfg(feature = "chain")]
    "AZURE_PASSWORD",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZURE_TENANT_ID",
    #[cfg(feature = "chain")]
    "AZURE_TOKEN_CREDENTIALS",
    #[cfg(feature = "chain")]
    "AZURE_USERNAME",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MANAGED_IDENTITY_KEY_DIRECTORY",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "ProgramData",
    #[cfg(feature = "chain")]
    "SYSTEM_ACCESSTOKEN",
    #[cfg(feature = "chain")]
    "SYSTEM_OIDCREQUESTURI",
];

/// What a host says of one environment variable.
#[derive(Clone, Default, PartialEq, Eq)]
// Exhaustive on purpose: a host has nothing else to say.
pub enum Variable {
    /// It is not set.
    #[default]
    Unset,
    /// It has this value; an empty one counts as not set.
    Text(String),
    /// It has a value that is no text (not UTF-8, or half a pair of UTF-16), so that nothing can be read from it.
    NotUnicode,
}

/// A snapshot of the environment variables that matter here. An empty variable counts as unset.
///
/// `Debug` shows which variables are set, never their values, since some are secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Environment([Value; NAMES.len()]);

impl Default for Environment {
    /// No variable is set.
    fn default() -> Self {
        Self([const { Value::Unset }; NAMES.len()])
    }
}

#[derive(Clone, Default, PartialEq, Eq)]
enum Value {
    #[default]
    Unset,
    Text(Secret),
    NotUnicode,
}

impl Environment {
    /// The names of all variables that detection and the sources look at.
    pub const NAMES: &[&'static str] = &NAMES;

    /// Takes the snapshot by asking `lookup` for each of [`Environment::NAMES`], on a host whose variables are always text.
    pub fn from_lookup(mut lookup: impl FnMut(&str) -> Option<String>) -> Self {
        Self::from_variables(|name| lookup(name).map_or(Variable::Unset, Variable::Text))
    }

    /// Takes the snapshot by asking `lookup` for each of [`Environment::NAMES`]. A variable that is set to something that
    /// is no text makes detection fail and name it: taken for unset, it would lead to another source.
    pub fn from_variables(mut lookup: impl FnMut(&str) -> Variable) -> Self {
        Self(NAMES.map(|name| match lookup(name) {
            Variable::Text(value) if !value.is_empty() => Value::Text(Secret::new(value)),
            Variable::Text(_) | Variable::Unset => Value::Unset,
            Variable::NotUnicode => Value::NotUnicode,
        }))
    }

    /// The value of a variable, unless it is unset, empty or no text.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        let position = NAMES.iter().position(|known| *known == name)?;
        match &self.0[position] {
            Value::Text(value) => Some(value.expose()),
            Value::Unset | Value::NotUnicode => None,
        }
    }

    /// The identity that `AZURE_CLIENT_ID` names: by its client id, or the system-assigned one where the variable is not
    /// set. Only AKS workload identity uses that variable by itself; elsewhere it is the caller's choice.
    ///
    /// # Errors
    /// [`ConfigError::NotUnicode`] when the variable is set to something that is no text.
    pub fn identity(&self) -> Result<Identity, ConfigError> {
        self.check()?;
        let id = self.var("AZURE_CLIENT_ID");
        Ok(id.map_or(Identity::SystemAssigned, |id| Identity::ClientId(id.to_string())))
    }

    /// The names of the variables that are set.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        NAMES.into_iter().zip(&self.0).filter(|(_, value)| **value != Value::Unset).map(|(name, _)| name)
    }

    /// The same with `MANAGED_IDENTITY_KEY_DIRECTORY` set: the only folder that Azure Arc's key files are read from. It
    /// means nothing for other sources.
    ///
    /// ```
    /// use managed_identity_core::{DetectionOptions, Environment, HostFacts, Platform, detect};
    ///
    /// let arc = Environment::from_lookup(|name| match name {
    ///     "IDENTITY_ENDPOINT" => Some("http://localhost:40342/metadata/identity/oauth2/token".to_owned()),
    ///     "IMDS_ENDPOINT" => Some("http://localhost:40342".to_owned()),
    ///     _ => None,
    /// });
    /// let found = |environment: &_| detect(environment, HostFacts::of(Platform::Windows), DetectionOptions::default());
    /// assert!(found(&arc).unwrap_err().to_string().contains("ProgramData"));
    /// assert!(found(&arc.clone().with_key_directory(r"D:\keys")).is_ok());
    ///
    /// // On a virtual machine nothing is said of it.
    /// let machine = Environment::default().with_key_directory(r"D:\keys");
    /// assert!(found(&machine)?.source.notes().is_empty());
    /// # Ok::<(), managed_identity_core::ConfigError>(())
    /// ```
    #[must_use]
    pub fn with_key_directory(mut self, directory: &str) -> Self {
        self.set("MANAGED_IDENTITY_KEY_DIRECTORY", directory.into());
        self
    }

    /// The same with this variable set, as if the host said so, for what a caller knows better. One that is none of
    /// [`Environment::NAMES`] does not matter; an empty value unsets it.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.set(name, value.into());
        self
    }

    /// Sets this variable; an empty value unsets it.
    pub(super) fn set(&mut self, name: &str, value: Secret) {
        if let Some(position) = NAMES.iter().position(|known| *known == name) {
            self.0[position] = if value.expose().is_empty() { Value::Unset } else { Value::Text(value) };
        }
    }

    /// Those of these variables that are not set.
    pub(super) fn missing(&self, names: &[&'static str]) -> Vec<&'static str> {
        names.iter().copied().filter(|name| self.var(name).is_none()).collect()
    }

    /// Refuses variables that are set and no text.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let mut values = NAMES.into_iter().zip(&self.0);
        match values.find(|(_, value)| **value == Value::NotUnicode) {
            Some((name, _)) => Err(ConfigError::NotUnicode { name }),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// Facts about the host that no environment variable tells. Made by [`HostFacts::of`] and changed field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostFacts {
    /// The operating system whose path rules and folders apply.
    pub platform: Platform,
    /// Whether the program file of the Azure Connected Machine agent (`himds`) exists.
    pub arc_agent: AgentFile,
}

impl HostFacts {
    /// The facts of a host of this platform on which nothing is installed.
    #[must_use]
    pub const fn of(platform: Platform) -> Self {
        Self { platform, arc_agent: AgentFile::Absent }
    }

    /// The same with this known of the Azure Connected Machine agent: an [`AgentFile`], or whether it is there.
    #[must_use]
    pub fn with_arc_agent(mut self, file: impl Into<AgentFile>) -> Self {
        self.arc_agent = file.into();
        self
    }
}
