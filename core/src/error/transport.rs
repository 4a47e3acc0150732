//! Errors of transports: what a driver answers when there is no HTTP response to hand over.

use alloc::string::String;

use super::fault::Fault;
use super::optional::Optional;
use super::presentable::presentable;
use crate::kind::{PolicyField, SourceKind};

/// Why a call brought no HTTP response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}{}", Optional(": ", Some(.detail), ""))]
pub struct TransportError {
    kind: TransportErrorKind,
    detail: String,
}

/// The kinds of [`TransportError`]. Which one a driver reports decides what the machine does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The answer's body is larger than the policy accepts. The flow ends.
    #[error("the answer is larger than accepted")]
    BodyTooLarge,
    /// The connection broke before the answer was complete. The call is tried again as after a 5xx.
    #[error("the connection broke before the answer was complete")]
    Broken,
    /// The server's certificate is not the pinned one, or not trusted. The flow ends: the endpoint must not be trusted.
    #[error("the server's certificate was refused")]
    Certificate,
    /// No connection could be made: refused, unreachable, no such name. The call is tried again as often as
    /// [`RetryPolicy::connect_retries`](crate::RetryPolicy::connect_retries) says.
    #[error("no connection could be made")]
    Connect,
    /// The host's policy forbids the call. The flow ends, and is never taken for "no identity here".
    #[error("the host denies the call")]
    Denied,
    /// What came back is not HTTP. The flow ends.
    #[error("what came back is not HTTP")]
    Protocol,
    /// A time limit passed. The call is tried again as after a 5xx.
    #[error("the time limit passed")]
    Timeout,
    /// The transport cannot honour a field of the call's policy, and sent nothing. The flow ends.
    #[error("this transport cannot guarantee {0}")]
    Unsupported(PolicyField),
}

impl TransportErrorKind {
    /// Whether the same call may get through later.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        match self {
            Self::Broken | Self::Connect | Self::Timeout => true,
            Self::BodyTooLarge | Self::Certificate | Self::Denied | Self::Protocol | Self::Unsupported(_) => false,
        }
    }
}

impl TransportError {
    /// Makes an error; `detail` says more, such as the network library's own words, and may be empty. It must not hold
    /// a secret: pass no URL with a query, no header and no body.
    #[must_use]
    pub fn new(kind: TransportErrorKind, detail: &str) -> Self {
        Self { kind, detail: presentable(detail, 512) }
    }

    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The failure in the transport's own words; may be empty.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether the same call may get through later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        self.kind.is_transient()
    }

    pub(crate) const fn fault(&self) -> Fault {
        match self.kind {
            TransportErrorKind::Certificate => Fault::Security,
            TransportErrorKind::BodyTooLarge | TransportErrorKind::Protocol => Fault::Service,
            TransportErrorKind::Unsupported(_) => Fault::Caller,
            TransportErrorKind::Broken
            | TransportErrorKind::Connect
            | TransportErrorKind::Denied
            | TransportErrorKind::Timeout => Fault::Host,
        }
    }

    pub(crate) const fn next_step(&self, source: SourceKind) -> &'static str {
        match self.kind {
            TransportErrorKind::Certificate => match source {
                SourceKind::ServiceFabric => {
                    "do not trust the endpoint: its certificate is not the one IDENTITY_SERVER_THUMBPRINT names; \
                     restart the application if the cluster's certificate was just replaced"
                }
                _ => "check the certificate of the endpoint and the trusted roots of this machine",
            },
            TransportErrorKind::Denied => "have the host allow calls to exactly this endpoint",
            TransportErrorKind::Unsupported(PolicyField::Tls) => "build the transport with its tls feature",
            TransportErrorKind::Unsupported(_) => "use a transport that can do this, such as the native client",
            TransportErrorKind::BodyTooLarge | TransportErrorKind::Protocol => {
                "check what listens at this address; it does not speak this protocol"
            }
            TransportErrorKind::Broken | TransportErrorKind::Connect | TransportErrorKind::Timeout => match source {
                SourceKind::Imds => {
                    "check that this is an Azure VM and that no firewall or proxy stands before 169.254.169.254; on a server \
                     of Azure Arc set IDENTITY_ENDPOINT and IMDS_ENDPOINT, which the agent sets for services only; \
                     elsewhere set the variables of the source that applies"
                }
                SourceKind::AzureArc => "check with azcmagent show that the agent runs",
                #[cfg(feature = "chain")]
                SourceKind::AzurePipelines | SourceKind::GitHubActions => {
                    "check that this job can reach the address that is named"
                }
                #[cfg(feature = "chain")]
                SourceKind::Chain
                | SourceKind::ClientCertificate
                | SourceKind::ClientSecret
                | SourceKind::DeveloperTool(_)
                | SourceKind::FederatedIdentity => {
                    "check that this machine can reach the authority in AZURE_AUTHORITY_HOST"
                }
                SourceKind::WorkloadIdentity => "check that the pod can reach the authority in AZURE_AUTHORITY_HOST",
                SourceKind::AppService
                | SourceKind::CloudShell
                | SourceKind::MachineLearning
                | SourceKind::ServiceFabric => {
                    "check that the platform's identity endpoint is up; restart the application"
                }
            },
        }
    }
}
