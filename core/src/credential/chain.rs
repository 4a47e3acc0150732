//! A chain of credentials, as an environment describes it.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::detect::detect;
use super::environment::{Environment, HostFacts};
use super::selection::ChainOptions;
use super::source::Source;
use super::tool::Tool;
use super::variables::needed;
use super::verdict;
use crate::error::{ConfigError, MemberError};
use crate::kind::{CredentialKind, DeveloperTool, SourceKind, Verdict};
use crate::values::Identity;

/// Credentials that are tried in order until one gives a token. Plain data, made from an environment; nothing is sent and
/// nothing is run until [`AcquireFromChain`](crate::AcquireFromChain) starts.
///
/// A member that is not configured, or whose tool or endpoint is not on this machine, leaves the turn to the next one. One
/// that was configured, asked and was refused ends the chain, since the next one would give a token of somebody who is not
/// meant. So does whatever must not be trusted, and a denial by the host.
///
/// Cloning shares one allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain(Arc<Parts>);

#[derive(Debug, PartialEq, Eq)]
struct Parts {
    members: Vec<Member>,
    /// The managed identity that `AZURE_CLIENT_ID` names.
    identity: Identity,
}

/// A member of a [`Chain`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    kind: CredentialKind,
    credential: Result<Credential, MemberError>,
}

/// What a member asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// An endpoint.
    Source(Arc<Source>),
    /// A developer tool.
    Tool(Tool),
}

impl Member {
    /// Which kind of credential it is.
    #[must_use]
    pub const fn kind(&self) -> CredentialKind {
        self.kind
    }

    /// The source of tokens that it asks; `None` for a developer tool, and where there is none.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        match &self.credential {
            Ok(Credential::Source(source)) => Some(source),
            _ => None,
        }
    }

    /// The programs of a developer tool, of which the first that there is counts; none for other members.
    #[must_use]
    pub const fn programs(&self) -> &'static [&'static str] {
        match &self.credential {
            Ok(Credential::Tool(tool)) => tool.programs(),
            _ => &[],
        }
    }

    /// Why it cannot be asked, as far as the environment tells; `None` for one that will be asked.
    #[must_use]
    pub fn error(&self) -> Option<&MemberError> {
        self.credential.as_ref().err()
    }

    pub(crate) const fn credential(&self) -> Result<&Credential, &MemberError> {
        self.credential.as_ref()
    }
}

impl Chain {
    /// The chain that this environment describes: service principal, workload identity, managed identity, Azure CLI, Azure
    /// PowerShell, Azure Developer CLI, of which `AZURE_TOKEN_CREDENTIALS` may choose `dev`, `prod` or one by its name.
    ///
    /// # Errors
    /// A [`ConfigError`] when that variable says nothing that is known, no member is left, or a variable is no text. A member
    /// that cannot work is no error here: the chain finds out in its turn.
    pub fn of(environment: &Environment, facts: HostFacts, options: &ChainOptions) -> Result<Self, ConfigError> {
        let identity = environment.identity()?;
        let kinds = options.members(environment)?;
        let tool = |kind| Tool {
            kind,
            platform: facts.platform,
            tenant: options.tenant.clone(),
            time_limit: options.tool_time_limit,
        };
        let credential = |kind| match kind {
            CredentialKind::Environment => of_environment(environment, facts, options),
            CredentialKind::WorkloadIdentity => workload_identity(environment, facts, options),
            CredentialKind::ManagedIdentity => {
                let options = options.detection.without_workload_identity();
                detect(environment, facts, options).map(|detection| detection.source).map(source)
            }
            CredentialKind::AzureCli => Ok(Credential::Tool(tool(DeveloperTool::AzureCli))),
            CredentialKind::AzureDeveloperCli => Ok(Credential::Tool(tool(DeveloperTool::AzureDeveloperCli))),
            CredentialKind::AzurePowerShell => Ok(Credential::Tool(tool(DeveloperTool::AzurePowerShell))),
        };
        let member =
            |kind| Member { kind, credential: credential(kind).map_err(|error| unfit(kind, &error, environment)) };
        let members = kinds.into_iter().map(member).collect();
        Ok(Self(Arc::new(Parts { members, identity })))
    }

    /// The members in the order in which they are tried.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.0.members
    }

    /// The managed identity that is asked for unless a request names one.
    pub(crate) fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// What tells tokens of this chain from those of others.
    pub(crate) fn fingerprint(&self) -> String {
        let mut text = String::new();
        for member in self.members() {
            text.push_str(member.kind.as_str());
            text.push(' ');
            if let Some(source) = member.source() {
                text.push_str(source.endpoint().as_str());
                text.push(' ');
            }
        }
        text
    }
}

fn source(source: Source) -> Credential {
    Credential::Source(Arc::new(source))
}

/// A service principal: by its secret. Other complete sets mean somebody as well, and must not be passed over.
fn of_environment(
    environment: &Environment,
    facts: HostFacts,
    options: &ChainOptions,
) -> Result<Credential, ConfigError> {
    let is_set = |name: &&str| environment.var(name).is_some();
    let by_secret = needed(SourceKind::ClientSecret);
    if !by_secret.iter().all(is_set) {
        let by_certificate = ["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_TENANT_ID", "AZURE_CLIENT_ID"];
        let by_password = ["AZURE_USERNAME", "AZURE_PASSWORD", "AZURE_CLIENT_ID"];
        for set in [by_certificate, by_password] {
            if set.iter().all(is_set) {
                let [name, ..] = set;
                return Err(ConfigError::UnsupportedCredential { name });
            }
        }
    }
    Source::named(SourceKind::ClientSecret, environment, facts, options.detection).map(source)
}

fn workload_identity(
    environment: &Environment,
    facts: HostFacts,
    options: &ChainOptions,
) -> Result<Credential, ConfigError> {
    let names = environment.missing(&["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"]);
    if !names.is_empty() {
        return Err(ConfigError::MissingVariable { source_kind: SourceKind::WorkloadIdentity, names });
    }
    Source::named(SourceKind::WorkloadIdentity, environment, facts, options.detection).map(source)
}

/// What is said of a member that cannot be asked.
fn unfit(kind: CredentialKind, error: &ConfigError, environment: &Environment) -> MemberError {
    let verdict = verdict::on_configuration(error);
    let mut reason = error.to_string();
    // An id that is meant for a service principal steers the managed identity all the same.
    if kind == CredentialKind::Environment
        && verdict == Verdict::NotConfigured
        && environment.var("AZURE_CLIENT_ID").is_some()
    {
        reason.push_str(" (AZURE_CLIENT_ID is set, and names the managed identity to ask for)");
    }
    MemberError::new(kind, verdict, reason, error.next_step())
}
