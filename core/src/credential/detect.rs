//! Which source applies here: the first row of a table whose condition holds.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::azure_arc::{self, AzureArc};
use super::environment::{Environment, HostFacts};
use super::source::Source;
use super::{cloud_shell, imds};
use crate::error::ConfigError;
use crate::kind::{Platform, SourceKind};

/// The outcome of detection: the source, and what was ruled out before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detection {
    /// The source; [`Source::reason`] tells the evidence for it.
    pub source: Source,
    /// The sources that come earlier in the order, each with the reason it does not apply.
    pub ruled_out: Vec<RuledOut>,
}

/// A source that does not apply here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuledOut {
    /// The source.
    pub kind: SourceKind,
    /// Why it does not apply.
    pub reason: String,
}

/// What a caller may allow beyond the defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DetectionOptions {
    allow_remote_arc: bool,
}

impl DetectionOptions {
    /// Accepts an Azure Arc endpoint in the environment that is not on this machine. Whoever controls that variable, or
    /// the network to that endpoint, can then collect the keys of this machine's agent.
    #[must_use]
    pub const fn allow_remote_arc_endpoint(mut self) -> Self {
        self.allow_remote_arc = true;
        self
    }
}

/// When a source applies.
enum Condition {
    /// All these variables are set.
    Set(&'static [&'static str]),
    /// The variable's value starts so.
    StartsWith(&'static str, &'static str),
    /// The Azure Arc agent is installed.
    ArcAgent,
}

type Build = fn(&Environment, HostFacts, DetectionOptions) -> Result<Source, ConfigError>;

/// In this order; what the environment says beats what a file suggests. Where no row applies, IMDS is left.
const TABLE: [(SourceKind, Condition, &str, Build); 8] = [
    (
        SourceKind::ServiceFabric,
        Condition::Set(&["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT"]),
        "IDENTITY_ENDPOINT, IDENTITY_HEADER and IDENTITY_SERVER_THUMBPRINT are set",
        service_fabric,
    ),
    (
        SourceKind::AppService,
        Condition::Set(&["IDENTITY_ENDPOINT", "IDENTITY_HEADER"]),
        "IDENTITY_ENDPOINT and IDENTITY_HEADER are set",
        app_service,
    ),
    (
        SourceKind::MachineLearning,
        Condition::Set(&["MSI_ENDPOINT", "MSI_SECRET"]),
        "MSI_ENDPOINT and MSI_SECRET are set",
        machine_learning,
    ),
    (
        SourceKind::AzureArc,
        Condition::Set(&["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"]),
        "IDENTITY_ENDPOINT and IMDS_ENDPOINT are set",
        arc_by_environment,
    ),
    (SourceKind::CloudShell, Condition::Set(&["MSI_ENDPOINT"]), "MSI_ENDPOINT is set without MSI_SECRET", cloud_shell),
    (
        SourceKind::CloudShell,
        Condition::StartsWith("AZUREPS_HOST_ENVIRONMENT", "cloud-shell"),
        "AZUREPS_HOST_ENVIRONMENT starts with cloud-shell",
        cloud_shell,
    ),
    (
        SourceKind::WorkloadIdentity,
        Condition::Set(&["AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"]),
        "AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE are set",
        workload_identity,
    ),
    (SourceKind::AzureArc, Condition::ArcAgent, "the Azure Connected Machine agent is installed", arc_by_agent),
];

/// Finds the source of tokens that applies here. Sends nothing.
///
/// The order is Service Fabric, App Service, Machine Learning, Azure Arc by environment, Cloud Shell, AKS workload
/// identity, Azure Arc by its agent, IMDS.
///
/// # Errors
/// A [`ConfigError`] when the first source that applies is not usable as configured; later ones are then not tried, since
/// the environment means that one.
pub fn detect(
    environment: &Environment,
    facts: HostFacts,
    options: DetectionOptions,
) -> Result<Detection, ConfigError> {
    let mut ruled_out = Vec::new();
    for (kind, condition, reason, build) in &TABLE {
        match condition.fails(environment, facts) {
            None => {
                let source = build(environment, facts, options)?.because(reason);
                return Ok(Detection { source, ruled_out });
            }
            Some(reason) => ruled_out.push(RuledOut { kind: *kind, reason }),
        }
    }
    let base = environment.var("AZURE_POD_IDENTITY_AUTHORITY_HOST").unwrap_or(imds::DEFAULT_BASE);
    Ok(Detection { source: Source::imds(base)?.because("no other source applies"), ruled_out })
}

impl Condition {
    /// Why the condition does not hold; `None` when it does.
    fn fails(&self, environment: &Environment, facts: HostFacts) -> Option<String> {
        match self {
            Self::Set(names) => {
                let missing: Vec<&str> = names.iter().copied().filter(|name| environment.var(name).is_none()).collect();
                match missing.as_slice() {
                    [] => None,
                    [name] => Some(format!("{name} is not set")),
                    [.., _] => Some(format!("{} are not set", missing.join(", "))),
                }
            }
            Self::StartsWith(name, prefix) => match environment.var(name) {
                Some(value) if value.starts_with(prefix) => None,
                Some(_) => Some(format!("{name} does not start with {prefix}")),
                None => Some(format!("{name} is not set")),
            },
            Self::ArcAgent if facts.platform == Platform::Other => {
                Some("Azure Arc does not exist on this platform".to_owned())
            }
            Self::ArcAgent => (!facts.arc_agent).then(|| "the agent's program file was not found".to_owned()),
        }
    }
}

fn service_fabric(environment: &Environment, _: HostFacts, _: DetectionOptions) -> Result<Source, ConfigError> {
    let var = |name| environment.var(name).unwrap_or_default();
    Source::service_fabric(var("IDENTITY_ENDPOINT"), var("IDENTITY_HEADER"), var("IDENTITY_SERVER_THUMBPRINT"))
}

fn app_service(environment: &Environment, _: HostFacts, _: DetectionOptions) -> Result<Source, ConfigError> {
    let var = |name| environment.var(name).unwrap_or_default();
    Source::app_service(var("IDENTITY_ENDPOINT"), var("IDENTITY_HEADER"))
}

fn machine_learning(environment: &Environment, _: HostFacts, _: DetectionOptions) -> Result<Source, ConfigError> {
    let var = |name| environment.var(name).unwrap_or_default();
    Source::machine_learning(var("MSI_ENDPOINT"), var("MSI_SECRET"), environment.var("DEFAULT_IDENTITY_CLIENT_ID"))
}

fn arc_by_environment(
    environment: &Environment,
    facts: HostFacts,
    options: DetectionOptions,
) -> Result<Source, ConfigError> {
    let endpoint = environment.var("IDENTITY_ENDPOINT").unwrap_or_default();
    let directory = AzureArc::key_directory_of(facts.platform, environment)?;
    let source = Source::azure_arc(endpoint, &directory, facts.platform)?;
    if !source.endpoint().is_loopback() && !options.allow_remote_arc {
        return Err(ConfigError::RemoteEndpoint { name: "IDENTITY_ENDPOINT" });
    }
    Ok(source)
}

fn arc_by_agent(environment: &Environment, facts: HostFacts, _: DetectionOptions) -> Result<Source, ConfigError> {
    let directory = AzureArc::key_directory_of(facts.platform, environment)?;
    Source::azure_arc(azure_arc::DEFAULT_ENDPOINT, &directory, facts.platform)
}

fn cloud_shell(environment: &Environment, _: HostFacts, _: DetectionOptions) -> Result<Source, ConfigError> {
    Source::cloud_shell(environment.var("MSI_ENDPOINT").unwrap_or(cloud_shell::DEFAULT_ENDPOINT))
}

fn workload_identity(environment: &Environment, facts: HostFacts, _: DetectionOptions) -> Result<Source, ConfigError> {
    Source::workload_identity(
        environment.var("AZURE_AUTHORITY_HOST"),
        environment.var("AZURE_TENANT_ID").unwrap_or_default(),
        environment.var("AZURE_CLIENT_ID"),
        environment.var("AZURE_FEDERATED_TOKEN_FILE").unwrap_or_default(),
        facts.platform,
    )
}
