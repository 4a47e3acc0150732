//! A chain of credentials, as an environment describes it.

use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::detect::detect;
use super::environment::{Environment, HostFacts};
use super::federated::Federated;
use super::selection::ChainOptions;
use super::source::Source;
use super::tenants::AllowedTenants;
use super::tool::Tool;
use super::variables::needed;
use super::verdict;
use crate::error::{ConfigError, MemberError};
use crate::kind::{CredentialKind, DeveloperTool, SourceKind, Verdict};
use crate::values::{Identity, Secret};

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
    /// Those that a request may name beside the configured ones.
    tenants: AllowedTenants,
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
    /// An application, with what somebody else gives it.
    Federated(Federated),
    /// A developer tool.
    Tool(Tool),
}

impl Member {
    /// Which kind of credential it is.
    #[must_use]
    pub const fn kind(&self) -> CredentialKind {
        self.kind
    }

    /// The source of tokens that it asks, of an application with an assertion from elsewhere the authority; `None` for a
    /// developer tool, and where there is none.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        match &self.credential {
            Ok(Credential::Source(source)) => Some(source),
            Ok(Credential::Federated(it)) => Some(&it.application),
            _ => None,
        }
    }

    /// Who is asked for the assertion of an application, where that is somebody else: the service of a pipeline, or the source of
    /// a managed identity.
    #[must_use]
    pub fn assertion_source(&self) -> Option<&Source> {
        match &self.credential {
            Ok(Credential::Federated(it)) => Some(&it.proof),
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
        let tenants = AllowedTenants::of(environment);
        let environment = &configured(environment, options);
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
            CredentialKind::AzurePipelines => federated(SourceKind::AzurePipelines, environment, facts, options),
            CredentialKind::GitHubActions => federated(SourceKind::GitHubActions, environment, facts, options),
            CredentialKind::FederatedIdentity => federated(SourceKind::FederatedIdentity, environment, facts, options),
        };
        let member =
            |kind| Member { kind, credential: credential(kind).map_err(|error| unfit(kind, &error, environment)) };
        let members = kinds.into_iter().map(member).collect();
        Ok(Self(Arc::new(Parts { members, identity, tenants })))
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

    /// The tenants that a request may name beside the configured ones.
    pub(crate) fn tenants(&self) -> &AllowedTenants {
        &self.0.tenants
    }

    /// What tells tokens of this chain from those of others: who is asked, and as whom.
    pub(crate) fn fingerprint(&self) -> String {
        let mut text = String::from(self.identity().id().unwrap_or_default());
        let mut add = |part: &str| {
            text.push(' ');
            text.push_str(part);
        };
        for member in self.members() {
            add(member.kind.as_str());
            if let Ok(Credential::Tool(tool)) = &member.credential {
                add(tool.tenant.as_deref().unwrap_or_default());
            }
            for source in member.assertion_source().into_iter().chain(member.source()) {
                add(source.endpoint().as_str());
                add(source.default_client_id().unwrap_or_default());
            }
        }
        text
    }
}

/// The environment with the tenant that the caller chose in place of those that are set.
fn configured(environment: &Environment, options: &ChainOptions) -> Environment {
    let mut environment = environment.clone();
    for name in ["AZURE_TENANT_ID", "AZURESUBSCRIPTION_TENANT_ID"] {
        if let (Some(tenant), Some(_)) = (&options.tenant, environment.var(name)) {
            environment.set(name, Secret::from(tenant.as_str()));
        }
    }
    environment
}

fn federated(
    kind: SourceKind,
    environment: &Environment,
    facts: HostFacts,
    options: &ChainOptions,
) -> Result<Credential, ConfigError> {
    Federated::of(kind, environment, facts, options).map(Credential::Federated)
}

fn source(source: Source) -> Credential {
    Credential::Source(Arc::new(source))
}

/// A service principal: by its secret, else by its certificate. A complete set of a person means somebody as well, and must not
/// be passed over.
fn of_environment(
    environment: &Environment,
    facts: HostFacts,
    options: &ChainOptions,
) -> Result<Credential, ConfigError> {
    let is_set = |name: &&str| environment.var(name).is_some();
    let complete = |kind| needed(kind).iter().all(is_set);
    let by_password = ["AZURE_USERNAME", "AZURE_PASSWORD", "AZURE_CLIENT_ID"];
    let kind = if complete(SourceKind::ClientSecret) {
        SourceKind::ClientSecret
    } else if complete(SourceKind::ClientCertificate) {
        SourceKind::ClientCertificate
    } else if by_password.iter().all(is_set) {
        return Err(ConfigError::UnsupportedCredential { name: "AZURE_USERNAME" });
    } else if is_set(&"AZURE_CLIENT_CERTIFICATE_PATH") {
        SourceKind::ClientCertificate
    } else {
        SourceKind::ClientSecret
    };
    Source::named(kind, environment, facts, options.detection).map(source)
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
