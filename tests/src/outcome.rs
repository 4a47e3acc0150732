//! The end of a vector: a token or an error.

use serde::Deserialize;

use crate::transcript::Content;

/// How a flow ends.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// With a token.
    Token(Box<TokenOutcome>),
    /// With an error.
    Error(Box<ErrorOutcome>),
}

/// The token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenOutcome {
    /// The token itself.
    pub secret: String,
    /// Its type.
    pub token_type: String,
    /// Its resource.
    pub resource: String,
    /// When it expires.
    pub expires_on: Moment,
    /// From when on the service wishes it renewed; absent when it does not say.
    #[serde(default)]
    pub refresh_on: Option<Moment>,
    /// Where it came from.
    pub source: String,
    /// Whose it is, as far as the service says it.
    #[serde(default)]
    pub identity: IdentityOutcome,
    /// By how many seconds the clock seems to be ahead; absent when nothing says so.
    #[serde(default)]
    pub clock_ahead_seconds: Option<u64>,
}

/// Whose a token is. What is absent must be absent there too.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityOutcome {
    /// The client id.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The object id.
    #[serde(default)]
    pub object_id: Option<String>,
    /// The resource id.
    #[serde(default)]
    pub resource_id: Option<String>,
}

/// A point in time.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Moment {
    /// Seconds since the epoch.
    Epoch(u64),
    /// Relative to the start: `now+3600`, `now-5`.
    Relative(String),
}

/// The error. What is absent must be absent there too, the texts of the message excepted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorOutcome {
    /// The kind of error.
    pub kind: String,
    /// Who can mend it.
    pub fault: String,
    /// What exactly is wrong; all kinds but `endpoint` have it.
    #[serde(default)]
    pub variant: Option<String>,
    /// The source that a configuration error is about.
    #[serde(default)]
    pub source: Option<String>,
    /// Whether it may go away by itself.
    #[serde(default)]
    pub transient: bool,
    /// The status that somebody answered: with the kinds `endpoint` and `foreign-service`.
    #[serde(default)]
    pub status: Option<u16>,
    /// The service's error code.
    #[serde(default)]
    pub code: Option<String>,
    /// The service's description.
    #[serde(default)]
    pub description: Option<Content>,
    /// The service's correlation id.
    #[serde(default)]
    pub correlation_id: Option<String>,
    /// How long the service asks to wait.
    #[serde(default)]
    pub retry_after_seconds: Option<u64>,
    /// How many requests were made; all kinds but `configuration` have it.
    #[serde(default)]
    pub attempts: Option<u32>,
    /// Why no further request was made; all kinds but `configuration` have it.
    #[serde(default)]
    pub stopped: Option<String>,
    /// Texts that the message must contain.
    #[serde(default)]
    pub message_contains: Vec<String>,
    /// Texts that the message must not contain.
    #[serde(default)]
    pub message_excludes: Vec<String>,
}
