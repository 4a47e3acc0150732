//! What the outside world looks like, as plain data: environment variables and facts about the host.

use alloc::string::String;
use core::fmt;

use crate::kind::Platform;
use crate::values::Secret;

const NAMES: [&str; 14] = [
    "AZUREPS_HOST_ENVIRONMENT",
    "AZURE_AUTHORITY_HOST",
    "AZURE_CLIENT_ID",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZURE_TENANT_ID",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "ProgramData",
];

/// A snapshot of the environment variables that matter here. An empty variable counts as unset.
///
/// `Debug` shows which variables are set, never their values, since some are secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment([Option<Secret>; NAMES.len()]);

impl Environment {
    /// The names of all variables that detection and the sources look at.
    pub const NAMES: &[&'static str] = &NAMES;

    /// Takes the snapshot by asking `lookup` for each of [`Environment::NAMES`].
    pub fn from_lookup(mut lookup: impl FnMut(&str) -> Option<String>) -> Self {
        Self(NAMES.map(|name| lookup(name).filter(|value| !value.is_empty()).map(Secret::new)))
    }

    /// The value of a variable, unless it is unset or empty.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        let position = NAMES.iter().position(|known| *known == name)?;
        self.0[position].as_ref().map(Secret::expose)
    }

    /// The names of the variables that are set.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        NAMES.into_iter().zip(&self.0).filter(|(_, value)| value.is_some()).map(|(name, _)| name)
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
    pub arc_agent: bool,
}

impl HostFacts {
    /// The facts of a host of this platform on which nothing is installed.
    #[must_use]
    pub const fn of(platform: Platform) -> Self {
        Self { platform, arc_agent: false }
    }

    /// The same with the Azure Connected Machine agent, or without it.
    #[must_use]
    pub const fn with_arc_agent(mut self, installed: bool) -> Self {
        self.arc_agent = installed;
        self
    }
}
