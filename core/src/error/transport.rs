//! Errors of transports: what a driver answers when there is no HTTP response to hand over.

use alloc::string::String;
use core::fmt;

use super::{Fault, presentable};
use crate::source::SourceKind;
use crate::text::put;

/// Why a call brought no HTTP response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    kind: TransportErrorKind,
    detail: String,
}

/// The kinds of [`TransportError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The answer's body is larger than the policy accepts.
    BodyTooLarge,
    /// The connection broke before the answer was complete.
    Broken,
    /// The server's certificate is not the pinned one, or not trusted.
    Certificate,
    /// No connection could be made.
    Connect,
    /// The host's policy forbids the call.
    Denied,
    /// What came back is not HTTP.
    Protocol,
    /// A time limit passed.
    Timeout,
    /// The transport cannot honour a field of the call's policy.
    Unsupported(PolicyField),
}

/// A promise of [`HttpPolicy`](crate::HttpPolicy) that a transport may be unable to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyField {
    /// The pinned leaf certificate.
    CertificatePin,
    /// HTTPS at all.
    Tls,
    /// Never through a proxy.
    NoProxy,
    /// Never following a redirect.
    NoRedirect,
    /// The limit on the body's size.
    MaxBody,
    /// One of the time limits.
    TimeLimit,
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
        match self.kind {
            TransportErrorKind::Broken | TransportErrorKind::Connect | TransportErrorKind::Timeout => true,
            TransportErrorKind::BodyTooLarge
            | TransportErrorKind::Certificate
            | TransportErrorKind::Denied
            | TransportErrorKind::Protocol
            | TransportErrorKind::Unsupported(_) => false,
        }
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
                    "check that this is an Azure VM and that no firewall or proxy stands before 169.254.169.254; \
                     elsewhere set the variables of the source that applies"
                }
                SourceKind::AzureArc => "check with azcmagent show that the agent runs",
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

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TransportErrorKind::BodyTooLarge => f.write_str("the answer is larger than accepted")?,
            TransportErrorKind::Broken => f.write_str("the connection broke before the answer was complete")?,
            TransportErrorKind::Certificate => f.write_str("the server's certificate was refused")?,
            TransportErrorKind::Connect => f.write_str("no connection could be made")?,
            TransportErrorKind::Denied => f.write_str("the host denies the call")?,
            TransportErrorKind::Protocol => f.write_str("what came back is not HTTP")?,
            TransportErrorKind::Timeout => f.write_str("the time limit passed")?,
            TransportErrorKind::Unsupported(field) => put(f, &["this transport cannot guarantee ", field.title()])?,
        }
        if self.detail.is_empty() { Ok(()) } else { put(f, &[": ", &self.detail]) }
    }
}

impl core::error::Error for TransportError {}

impl PolicyField {
    const fn title(self) -> &'static str {
        match self {
            Self::CertificatePin => "the pinned certificate",
            Self::Tls => "an encrypted connection",
            Self::NoProxy => "that no proxy is used",
            Self::NoRedirect => "that no redirect is followed",
            Self::MaxBody => "the limit on the body's size",
            Self::TimeLimit => "the time limits",
        }
    }
}

impl fmt::Display for PolicyField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}
