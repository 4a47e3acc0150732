//! Which credentials a chain is made of, and in which order.

use alloc::string::ToString as _;
use alloc::vec::Vec;
use core::time::Duration;

use alloc::string::String;

use super::environment::Environment;
use super::named::DetectionOptions;
use super::tool::TIME_LIMIT;
use crate::error::ConfigError;
use crate::kind::CredentialKind;

const VARIABLE: &str = "AZURE_TOKEN_CREDENTIALS";

/// What a caller may choose of a [`Chain`](crate::Chain) beyond what the environment says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "make a `Chain` with it"]
pub struct ChainOptions {
    only: Option<Vec<CredentialKind>>,
    excluded: Vec<CredentialKind>,
    is_variable_required: bool,
    pub(super) tenant: Option<String>,
    pub(super) tool_time_limit: Duration,
    pub(super) detection: DetectionOptions,
}

impl Default for ChainOptions {
    fn default() -> Self {
        Self {
            only: None,
            excluded: Vec::new(),
            is_variable_required: false,
            tenant: None,
            tool_time_limit: TIME_LIMIT,
            detection: DetectionOptions::default(),
        }
    }
}

impl ChainOptions {
    /// These credentials in this order, whatever `AZURE_TOKEN_CREDENTIALS` says.
    pub fn only(mut self, credentials: impl IntoIterator<Item = CredentialKind>) -> Self {
        self.only = Some(credentials.into_iter().collect());
        self
    }

    /// Leaves this credential out, whatever `AZURE_TOKEN_CREDENTIALS` says.
    pub fn exclude(mut self, credential: CredentialKind) -> Self {
        self.excluded.push(credential);
        self
    }

    /// Refuses to make a chain unless `AZURE_TOKEN_CREDENTIALS` says which one is meant.
    pub const fn require_variable(mut self) -> Self {
        self.is_variable_required = true;
        self
    }

    /// Asks for tokens of this tenant: the developer tools instead of the one they are signed in to, service principals and
    /// federated credentials instead of the one that a variable names. The tokens of a managed identity are of its own tenant.
    pub fn tenant(mut self, tenant_id: &str) -> Self {
        self.tenant = Some(tenant_id.to_string());
        self
    }

    /// The longest time that a developer tool may take; ten seconds unless set.
    pub const fn tool_time_limit(mut self, limit: Duration) -> Self {
        self.tool_time_limit = limit;
        self
    }

    /// Detects the managed-identity source with these options.
    pub const fn detection(mut self, options: DetectionOptions) -> Self {
        self.detection = options;
        self
    }

    /// The members in order.
    pub(super) fn members(&self, environment: &Environment) -> Result<Vec<CredentialKind>, ConfigError> {
        let chosen = environment.var(VARIABLE).map(str::trim).filter(|value| !value.is_empty());
        if self.is_variable_required && chosen.is_none() {
            return Err(ConfigError::CredentialsNotChosen);
        }
        let mut members = match (&self.only, chosen) {
            (Some(only), _) => only.clone(),
            (None, None) => CredentialKind::DEFAULT.to_vec(),
            (None, Some(value)) => chosen_by_variable(value)?,
        };
        members.retain(|member| !self.excluded.contains(member));
        if members.is_empty() { Err(ConfigError::EmptyChain) } else { Ok(members) }
    }
}

fn chosen_by_variable(value: &str) -> Result<Vec<CredentialKind>, ConfigError> {
    let lower = value.to_ascii_lowercase();
    let all = CredentialKind::DEFAULT.iter().copied();
    let chosen: Vec<CredentialKind> = match lower.as_str() {
        "dev" => all.filter(|it| it.is_developer_tool()).collect(),
        "prod" => all.filter(|it| !it.is_developer_tool()).collect(),
        name => all.filter(|it| it.in_variable() == Some(name)).collect(),
    };
    if chosen.is_empty() { Err(ConfigError::UnknownCredentials { found: value.to_string() }) } else { Ok(chosen) }
}
