//! Errors, split by who can mend them.

mod answer;
mod config;
mod file;
mod transport;

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

pub use answer::{ChallengeError, EndpointError, InvalidResponse};
pub use config::ConfigError;
pub use file::{FileError, FileErrorKind};
pub use transport::{PolicyField, TransportError, TransportErrorKind};

use crate::source::SourceKind;
use crate::step::FilePurpose;
use crate::text::{decimal, put};

/// Why there is no token.
///
/// `Display` says what was tried, on which source, why that source was chosen, and the next step to take. No variant
/// ever holds a token, a key, an identity header or the raw body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The Azure Arc challenge was missing, malformed or named a file that must not be read.
    Challenge {
        /// What is wrong with it.
        error: ChallengeError,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// The caller's configuration, environment or request cannot work; nothing was sent.
    Configuration(ConfigError),
    /// A file that proves the identity (Arc's key file, the federated token file) could not be used.
    CredentialFile {
        /// What is wrong with it.
        error: FileError,
        /// What the file is for.
        purpose: FilePurpose,
        /// Its path.
        path: String,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// The endpoint answered that it gives no token.
    Endpoint {
        /// What it answered.
        error: Box<EndpointError>,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// The endpoint's answer says success but does not hold a usable token.
    InvalidResponse {
        /// What is wrong with it.
        error: InvalidResponse,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// The request did not get through, or its answer did not.
    Transport {
        /// What went wrong.
        error: TransportError,
        /// What was tried.
        evidence: Box<Evidence>,
    },
}

/// Who can mend an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// Exhaustive on purpose: programs map it to exit codes and must decide for each.
pub enum Fault {
    /// The caller: its configuration, environment or request.
    Caller,
    /// The host: network, permissions, grants of a sandbox.
    Host,
    /// Whoever guards the host: the endpoint behaves in a way that must not be trusted.
    Security,
    /// The service behind the endpoint.
    Service,
}

/// What was tried before an error, for people and for support requests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The source of tokens.
    pub source: SourceKind,
    /// Why this source was chosen.
    pub reason: &'static str,
    /// The address that was asked, without its query.
    pub endpoint: String,
    /// How many requests were sent or attempted.
    pub attempts: u32,
    /// The `x-ms-client-request-id` of the last request, on sources that know it.
    pub request_id: Option<String>,
    /// Why no further attempt was made.
    pub stopped: Stopped,
}

/// Why a flow stopped retrying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// Trying again would not help.
    Final,
    /// The retry policy allows no further attempt.
    AttemptsSpent,
    /// The next wait would pass the caller's time budget.
    BudgetSpent,
}

impl Error {
    /// Whether the same request may succeed later without anyone changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Challenge { .. } | Self::Configuration(_) | Self::CredentialFile { .. } => false,
            Self::InvalidResponse { .. } => false,
            Self::Endpoint { error, .. } => error.is_transient(),
            Self::Transport { error, .. } => error.is_transient(),
        }
    }

    /// How long the service asked to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Endpoint { error, .. } => error.retry_after,
            Self::Challenge { .. }
            | Self::Configuration(_)
            | Self::CredentialFile { .. }
            | Self::InvalidResponse { .. }
            | Self::Transport { .. } => None,
        }
    }

    /// Who can mend it.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Configuration(_) => Fault::Caller,
            Self::Transport { error, .. } => error.fault(),
            Self::CredentialFile { error, .. } => error.fault(),
            Self::Challenge { .. } => Fault::Security,
            Self::InvalidResponse { error: InvalidResponse::IdentityNotConfirmed, .. } => Fault::Security,
            Self::Endpoint { .. } | Self::InvalidResponse { .. } => Fault::Service,
        }
    }

    /// What was tried; nothing for a configuration error, where nothing was.
    #[must_use]
    pub fn evidence(&self) -> Option<&Evidence> {
        match self {
            Self::Configuration(_) => None,
            Self::Challenge { evidence, .. }
            | Self::CredentialFile { evidence, .. }
            | Self::Endpoint { evidence, .. }
            | Self::InvalidResponse { evidence, .. }
            | Self::Transport { evidence, .. } => Some(evidence),
        }
    }

    /// The next step a person can take.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Configuration(error) => error.next_step(),
            Self::Transport { error, evidence } => error.next_step(evidence.source),
            Self::Challenge { error, .. } => error.next_step(),
            Self::CredentialFile { error, purpose, .. } => error.next_step(*purpose),
            Self::Endpoint { error, evidence } => error.next_step(evidence.source),
            Self::InvalidResponse { error, .. } => error.next_step(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(error) => error.fmt(f)?,
            Self::Transport { error, evidence } => {
                put(f, &["no answer from ", evidence.source.title(), ": "])?;
                error.fmt(f)?;
            }
            Self::Challenge { error, evidence } => {
                put(f, &[evidence.source.title(), " "])?;
                error.fmt(f)?;
            }
            Self::CredentialFile { error, path, .. } => {
                put(f, &["cannot use the file ", path, ": "])?;
                error.fmt(f)?;
            }
            Self::Endpoint { error, evidence } => {
                put(f, &[evidence.source.title(), " answered "])?;
                error.fmt(f)?;
            }
            Self::InvalidResponse { error, evidence } => {
                put(f, &[evidence.source.title(), " sent an answer without a usable token: "])?;
                error.fmt(f)?;
            }
        }
        if let Some(evidence) = self.evidence() {
            f.write_str(" (")?;
            evidence.fmt(f)?;
            f.write_str(")")?;
        }
        put(f, &[". Next step: ", self.next_step()])
    }
}

impl core::error::Error for Error {}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Configuration(error)
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.attempts == 1 { "" } else { "s" };
        put(f, &[&decimal(u64::from(self.attempts)), " request", plural, " to ", &self.endpoint, "; "])?;
        match self.stopped {
            Stopped::Final => {}
            Stopped::AttemptsSpent => f.write_str("all attempts spent; ")?,
            Stopped::BudgetSpent => f.write_str("the time budget allows no further attempt; ")?,
        }
        put(f, &[self.source.title(), " was chosen because ", self.reason])?;
        match &self.request_id {
            Some(id) => put(f, &["; request id ", id]),
            None => Ok(()),
        }
    }
}

/// Text of a peer made fit to be shown: control characters become blanks, and at most `limit` bytes are kept.
pub(crate) fn presentable(text: &str, limit: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(limit));
    for character in text.trim().chars() {
        // Characters that reorder text on a terminal are as unwelcome as control characters.
        let hidden = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let character = if character.is_control() || hidden { ' ' } else { character };
        if shown.len() + character.len_utf8() > limit {
            break;
        }
        shown.push(character);
    }
    shown.truncate(shown.trim_end().len());
    shown
}
