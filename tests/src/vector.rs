//! The vectors as they stand in the files. `vectors/README.md` documents the format, `vectors/schema.json` defines it.

use std::collections::BTreeMap;

use managed_identity_core::SourceKind;
use serde::Deserialize;

use crate::outcome::Outcome;
use crate::transcript::{Answer, Content, Exchange};

/// One file of `tests/vectors`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorFile {
    /// Where the format is defined.
    #[serde(rename = "$schema")]
    pub schema: String,
    /// What the file is about.
    pub description: String,
    /// The vectors.
    pub vectors: Vec<Vector>,
}

/// One acquisition: what it starts from, what happens, and how it ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// Unique among all files.
    pub name: String,
    /// Ids of the catalogued cases that this vector shows.
    #[serde(default)]
    pub refers_to: Vec<String>,
    /// The environment variables; no others are set.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Facts about the host.
    #[serde(default)]
    pub host: Host,
    /// The time at the start, in seconds since the epoch.
    #[serde(default = "default_now")]
    pub now: u64,
    /// The seed of jitter and request ids.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// What is asked for.
    pub request: Request,
    /// The source that detection must find; none when detection itself fails.
    #[serde(deserialize_with = "source_kind")]
    pub detected: Option<SourceKind>,
    /// The effects in order, each with its answer.
    #[serde(default)]
    pub transcript: Vec<Exchange>,
    /// How the flow ends.
    pub outcome: Outcome,
    /// Why this vector cannot be played over a real socket.
    #[serde(default)]
    pub skip_over_loopback: Option<String>,
}

impl Vector {
    /// Whether an answer has a reason phrase of its own, which not every client's HTTP tells.
    #[must_use]
    pub fn has_reason_phrases(&self) -> bool {
        let has_one = |answer: &Answer| matches!(answer, Answer::Response(response) if response.reason.is_some());
        self.transcript.iter().filter_map(|exchange| exchange.answer.as_ref()).any(has_one)
    }
}

fn default_now() -> u64 {
    1_700_000_000
}

fn default_seed() -> u64 {
    1
}

fn default_true() -> bool {
    true
}

fn source_kind<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<SourceKind>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    name.map(|name| name.parse().map_err(serde::de::Error::custom)).transpose()
}

/// Facts about the host that no variable tells.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Whose path rules apply.
    #[serde(default)]
    pub platform: PlatformName,
    /// What can be seen of the Azure Connected Machine agent.
    #[serde(default)]
    pub arc_agent: AgentName,
}

/// What can be seen of the Azure Connected Machine agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentName {
    /// It is installed.
    Present,
    /// It is not.
    #[default]
    Absent,
    /// Nobody may look.
    NotPermitted,
}

/// The operating system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlatformName {
    /// Linux.
    #[default]
    Linux,
    /// Windows.
    Windows,
    /// Any other.
    Other,
}

/// What the caller asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The resource; either this or `scope`.
    #[serde(default)]
    pub resource: Option<Content>,
    /// The scope.
    #[serde(default)]
    pub scope: Option<String>,
    /// The identity in MSAL's JSON form; the system-assigned one when absent.
    #[serde(default)]
    pub identity: Option<serde_json::Value>,
    /// Client capabilities.
    #[serde(default)]
    pub client_capabilities: Vec<String>,
    /// A token that a resource rejected.
    #[serde(default)]
    pub rejected_token: Option<String>,
    /// The time for everything together, when not the default.
    #[serde(default)]
    pub time_budget_seconds: Option<u64>,
    /// Whether failures are retried.
    #[serde(default = "default_true")]
    pub retries: bool,
    /// Whether IMDS is told who asks.
    #[serde(default = "default_true")]
    pub client_headers: bool,
    /// Whether an Azure Arc endpoint from the environment may be on another machine.
    #[serde(default)]
    pub allow_remote_arc_endpoint: bool,
}
