//! Which source applies here: the first row of a table whose condition holds.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::environment::{Environment, HostFacts};
use super::named::{DetectionOptions, build};
use super::source::Source;
use super::unused;
use super::variables::needed;
use crate::error::ConfigError;
use crate::kind::{AgentFile, Platform, SourceKind};

/// The outcome of detection: the source, and what was ruled out before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detection {
    /// The source; [`Source::reason`] tells the evidence for it.
    pub source: Source,
    /// The sources that come earlier in the order, each once, with the reasons it does not apply.
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

/// When a source applies.
enum Condition {
    /// All variables that it needs are set.
    Set,
    /// The variable's value starts so.
    StartsWith(&'static str, &'static str),
    /// The Azure Arc agent is installed.
    ArcAgent,
}

/// In this order; what the environment says beats what a file suggests. Where no row applies, IMDS is left.
const TABLE: [(SourceKind, Condition, &str); 9] = [
    (
        SourceKind::ServiceFabric,
        Condition::Set,
        "IDENTITY_ENDPOINT, IDENTITY_HEADER and IDENTITY_SERVER_THUMBPRINT are set",
    ),
    (SourceKind::AppService, Condition::Set, "IDENTITY_ENDPOINT and IDENTITY_HEADER are set"),
    (SourceKind::MachineLearning, Condition::Set, "MSI_ENDPOINT and MSI_SECRET are set"),
    (SourceKind::AzureArc, Condition::Set, "IDENTITY_ENDPOINT and IMDS_ENDPOINT are set"),
    (SourceKind::CloudShell, Condition::Set, "MSI_ENDPOINT is set without MSI_SECRET"),
    (
        SourceKind::CloudShell,
        Condition::StartsWith("AZUREPS_HOST_ENVIRONMENT", "cloud-shell"),
        "AZUREPS_HOST_ENVIRONMENT starts with cloud-shell",
    ),
    (SourceKind::WorkloadIdentity, Condition::Set, "AZURE_TENANT_ID and AZURE_FEDERATED_TOKEN_FILE are set"),
    (SourceKind::Imds, Condition::Set, "AZURE_POD_IDENTITY_AUTHORITY_HOST is set"),
    (SourceKind::AzureArc, Condition::ArcAgent, "the Azure Connected Machine agent is installed"),
];

/// Finds the source of tokens that applies here. Sends nothing.
///
/// The order is Service Fabric, App Service, Machine Learning, Azure Arc by environment, Cloud Shell, AKS workload
/// identity, IMDS by an address that is set, Azure Arc by its agent, IMDS at its default address.
///
/// # Errors
/// A [`ConfigError`] when the first source that applies is not usable as configured; later ones are then not tried, since
/// the environment means that one. [`ConfigError::NotUnicode`] when a variable is set to something that is no text.
pub fn detect(
    environment: &Environment,
    facts: HostFacts,
    options: DetectionOptions,
) -> Result<Detection, ConfigError> {
    environment.check()?;
    let mut ruled_out: Vec<RuledOut> = Vec::new();
    for (kind, condition, reason) in &TABLE {
        #[cfg(feature = "chain")]
        if options.leaves_out(*kind) {
            continue;
        }
        let Some(failed) = condition.fails(*kind, environment, facts) else {
            let source = build(*kind, environment, facts, options)?.because(reason).vouched_for();
            // Another sign of the same source was missed.
            ruled_out.retain(|it| it.kind != *kind);
            return Ok(Detection { source: unused::noted(source, environment, facts), ruled_out });
        };
        match ruled_out.iter_mut().find(|it| it.kind == *kind) {
            Some(known) => known.reason = [&known.reason, ", and ", &failed].concat(),
            None => ruled_out.push(RuledOut { kind: *kind, reason: failed }),
        }
    }
    ruled_out.retain(|it| it.kind != SourceKind::Imds);
    let source = build(SourceKind::Imds, environment, facts, options)?.because("no other source applies");
    Ok(Detection { source: unused::noted(source, environment, facts), ruled_out })
}

impl Condition {
    /// Why the condition does not hold; `None` when it does.
    fn fails(&self, kind: SourceKind, environment: &Environment, facts: HostFacts) -> Option<String> {
        match self {
            Self::Set => {
                let missing = environment.missing(needed(kind));
                match missing.as_slice() {
                    [] => None,
                    [name] => Some([name, " is not set"].concat()),
                    [.., _] => Some([&missing.join(", "), " are not set"].concat()),
                }
            }
            Self::StartsWith(name, prefix) => match environment.var(name) {
                Some(value) if value.starts_with(prefix) => None,
                Some(_) => Some([name, " does not start with ", prefix].concat()),
                None => Some([name, " is not set"].concat()),
            },
            Self::ArcAgent if facts.platform == Platform::Other => {
                Some("Azure Arc does not exist on this platform".to_owned())
            }
            Self::ArcAgent => match facts.arc_agent {
                AgentFile::Present => None,
                AgentFile::Absent => Some("the agent's program file was not found".to_owned()),
                AgentFile::NotPermitted => Some("this user may not look for the agent's program file".to_owned()),
            },
        }
    }
}
