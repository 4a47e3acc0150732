//! Why there is no token.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::time::Duration;

use super::answer::{ChallengeError, EndpointError, InvalidResponse};
#[cfg(feature = "chain")]
use super::chain::ChainError;
use super::config::ConfigError;
use super::evidence::Evidence;
use super::fault::Fault;
use super::file::FileError;
#[cfg(feature = "chain")]
use super::sign::SignError;
#[cfg(feature = "chain")]
use super::tool::ToolError;
use super::transport::TransportError;
use super::unusable::UnusableToken;
#[cfg(feature = "chain")]
use crate::kind::DeveloperTool;
use crate::kind::{FilePurpose, ForeignService, SourceKind};

/// Why there is no token.
///
/// `Display` says what was tried, on which source and why that source was chosen; [`next_step`](Self::next_step) says
/// what a person can do about it, and [`explain`](Self::explain) both. No variant ever holds a token, a key, an identity
/// header or the raw body of an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No member of a chain of credentials gave a token.
    #[cfg(feature = "chain")]
    #[error("{0}")]
    Chain(#[source] Box<ChainError>),
    /// The Azure Arc challenge was missing, malformed or named a file that must not be read.
    #[error("{} {error} ({evidence})", .evidence.source)]
    Challenge {
        /// What is wrong with it.
        #[source]
        error: ChallengeError,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// The certificate of a service principal could not be signed with.
    #[cfg(feature = "chain")]
    #[error("cannot sign with the certificate in {path}: {error} ({evidence})")]
    ClientCertificate {
        /// Why not.
        #[source]
        error: SignError,
        /// The path of its file.
        path: String,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// The caller's configuration, environment or request cannot work; nothing was sent.
    #[error("{0}")]
    Configuration(#[from] ConfigError),
    /// A file that proves the identity (Arc's key file, the federated token file) could not be used.
    #[error("cannot use the file {path}: {error} ({evidence})")]
    CredentialFile {
        /// What is wrong with it.
        #[source]
        error: FileError,
        /// What the file is for.
        purpose: FilePurpose,
        /// Its path.
        path: String,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// A developer tool gave no token.
    #[cfg(feature = "chain")]
    #[error("{tool}: {error}")]
    DeveloperTool {
        /// Which tool.
        tool: DeveloperTool,
        /// Why not.
        #[source]
        error: Box<ToolError>,
    },
    /// The endpoint answered that it gives no token.
    #[error("{} answered {error} ({evidence})", .evidence.source)]
    Endpoint {
        /// What it answered.
        #[source]
        error: Box<EndpointError>,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// Somebody else answered in the place of the endpoint: another cloud's metadata service, or Docker Desktop's proxy. There
    /// is no managed identity here.
    #[error("{service} answered in the place of {}: {error} ({evidence})", .evidence.source)]
    ForeignService {
        /// Who answered.
        service: ForeignService,
        /// What it answered.
        #[source]
        error: Box<EndpointError>,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// The endpoint's answer says success but does not hold a usable token.
    #[error("{} sent an answer without a usable token: {error} ({evidence})", .evidence.source)]
    InvalidResponse {
        /// What is wrong with it.
        #[source]
        error: InvalidResponse,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// The request did not get through, or its answer did not.
    #[error("no answer from {}: {error} ({evidence})", .evidence.source)]
    Transport {
        /// What went wrong.
        #[source]
        error: TransportError,
        /// What was tried.
        evidence: Box<Evidence>,
    },
    /// A token came, but is of no use to this caller.
    #[error("the token of {source_kind} for {resource} {error}")]
    Unusable {
        /// Why not.
        #[source]
        error: UnusableToken,
        /// The source.
        source_kind: SourceKind,
        /// The resource.
        resource: Box<str>,
    },
}

impl Error {
    /// Whether the same request may succeed later without anyone changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            #[cfg(feature = "chain")]
            Self::Chain(error) => error.transient,
            #[cfg(feature = "chain")]
            Self::ClientCertificate { .. } => false,
            #[cfg(feature = "chain")]
            Self::DeveloperTool { error, .. } => error.is_transient(),
            Self::Challenge { .. } | Self::Configuration(_) | Self::CredentialFile { .. } => false,
            Self::ForeignService { .. } | Self::InvalidResponse { .. } => false,
            Self::Unusable { .. } => true,
            Self::Endpoint { error, .. } => error.is_transient(),
            Self::Transport { error, .. } => error.is_transient(),
        }
    }

    /// How long the service asked to wait before the next request.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Endpoint { error, .. } => error.retry_after,
            #[cfg(feature = "chain")]
            Self::Chain(error) => error.retry_after,
            #[cfg(feature = "chain")]
            Self::ClientCertificate { .. } | Self::DeveloperTool { .. } => None,
            Self::Challenge { .. }
            | Self::Configuration(_)
            | Self::CredentialFile { .. }
            | Self::ForeignService { .. }
            | Self::InvalidResponse { .. }
            | Self::Transport { .. }
            | Self::Unusable { .. } => None,
        }
    }

    /// Who can mend it.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Configuration(_) => Fault::Caller,
            #[cfg(feature = "chain")]
            Self::Chain(error) => error.fault,
            #[cfg(feature = "chain")]
            Self::ClientCertificate { error, .. } => error.fault(),
            #[cfg(feature = "chain")]
            Self::DeveloperTool { error, .. } => error.fault(),
            Self::Transport { error, .. } => error.fault(),
            Self::CredentialFile { error, .. } => error.fault(),
            Self::Challenge { .. } => Fault::Security,
            Self::Unusable { error, .. } => error.fault(),
            Self::ForeignService { .. } => Fault::Host,
            Self::InvalidResponse { error, .. } => error.fault(),
            Self::Endpoint { .. } => Fault::Service,
        }
    }

    /// What was tried; nothing for a configuration error, where nothing was, and for a token that is of no use.
    #[must_use]
    pub fn evidence(&self) -> Option<&Evidence> {
        match self {
            Self::Configuration(_) | Self::Unusable { .. } => None,
            #[cfg(feature = "chain")]
            Self::Chain(_) | Self::DeveloperTool { .. } => None,
            #[cfg(feature = "chain")]
            Self::ClientCertificate { evidence, .. } => Some(evidence),
            Self::Challenge { evidence, .. }
            | Self::CredentialFile { evidence, .. }
            | Self::Endpoint { evidence, .. }
            | Self::ForeignService { evidence, .. }
            | Self::InvalidResponse { evidence, .. }
            | Self::Transport { evidence, .. } => Some(evidence),
        }
    }

    /// The source that was asked, or that cannot work as it is configured; `None` when the error is about the request,
    /// whatever the source.
    #[must_use]
    pub fn source_kind(&self) -> Option<SourceKind> {
        match self {
            Self::Configuration(error) => error.source_kind(),
            Self::Unusable { source_kind, .. } => Some(*source_kind),
            #[cfg(feature = "chain")]
            Self::DeveloperTool { tool, .. } => Some(SourceKind::DeveloperTool(*tool)),
            _ => self.evidence().map(|evidence| evidence.source),
        }
    }

    /// The next step a person can take.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Configuration(error) => error.next_step(),
            #[cfg(feature = "chain")]
            Self::Chain(error) => error.next_step,
            #[cfg(feature = "chain")]
            Self::ClientCertificate { error, .. } => error.next_step(),
            #[cfg(feature = "chain")]
            Self::DeveloperTool { tool, error } => error.next_step(*tool),
            Self::Transport { error, evidence } => {
                let noticed = if error.is_transient() { evidence.when_unreachable() } else { None };
                noticed.unwrap_or_else(|| error.next_step(evidence.source))
            }
            Self::Challenge { error, .. } => error.next_step(),
            Self::CredentialFile { error, purpose, .. } => error.next_step(*purpose),
            Self::Endpoint { error, evidence } => {
                let noticed = if error.is_about_the_identity() { evidence.when_refused() } else { None };
                noticed.unwrap_or_else(|| error.next_step(evidence.source))
            }
            Self::ForeignService { service, .. } => match service {
                ForeignService::AmazonEc2 | ForeignService::GoogleCloud => {
                    "this machine is in another cloud, where Azure has no metadata service: connect it by Azure Arc, or use \
                     workload identity with a federated token of that cloud"
                }
                ForeignService::DockerDesktop => {
                    "a container of Docker Desktop reaches no metadata service: run it in Azure, or get tokens by another way \
                     there"
                }
            },
            Self::InvalidResponse { error, .. } => error.next_step(),
            Self::Unusable { error, .. } => error.next_step(),
        }
    }

    pub(crate) fn unusable(error: UnusableToken, source_kind: SourceKind, resource: &str) -> Self {
        Self::Unusable { error, source_kind, resource: resource.into() }
    }

    /// The error with its next step in one text, for people.
    #[must_use]
    pub const fn explain(&self) -> Explanation<'_> {
        Explanation(self)
    }
}

/// An [`Error`] with its next step in one text: what happened, then what to do. Made by [`Error::explain`].
#[derive(Clone, Copy, Debug)]
pub struct Explanation<'a>(&'a Error);

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. Next step: {}", self.0, self.0.next_step())
    }
}
