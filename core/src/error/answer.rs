//! Errors that the endpoint's answer tells.

use alloc::string::String;
use core::time::Duration;

use super::optional::Optional;
use crate::kind::{GONE, SourceKind, StatusClass, TOO_MANY_REQUESTS};

/// What an endpoint answered instead of a token. Texts are of the peer: length-capped, without control characters, and
/// without the secrets that were sent to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{status}{}{}{}{}",
    redirect(*.status),
    Optional(" ", .code.as_ref(), ""),
    Optional(": ", .description.as_ref(), ""),
    Optional(" [correlation id ", .correlation_id.as_ref(), "]")
)]
#[non_exhaustive]
pub struct EndpointError {
    /// The HTTP status.
    pub status: u16,
    /// The service's error code, such as `invalid_resource`.
    pub code: Option<String>,
    /// The service's description.
    pub description: Option<String>,
    /// The id under which the service's support finds the request.
    pub correlation_id: Option<String>,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
}

impl EndpointError {
    pub(crate) fn is_transient(&self) -> bool {
        self.retry_after.is_some()
            || StatusClass::of(self.status) == StatusClass::ServerError
            || matches!(self.status, 408 | GONE | TOO_MANY_REQUESTS)
    }

    pub(crate) fn next_step(&self, source: SourceKind) -> &'static str {
        if StatusClass::of(self.status) == StatusClass::Redirection {
            return "check the endpoint's address: redirects are never followed, since they could lead a credential away";
        }
        match (self.status, source) {
            (TOO_MANY_REQUESTS, _) => "ask less often: keep one client and let it cache",
            (GONE, SourceKind::Imds) => "wait a minute: the metadata service is being updated",
            (500..=599, _) => "check the resource's spelling, then try again later",
            (400, SourceKind::Imds) => "check that the identity is assigned to this VM, and name it if several are",
            (401 | 403, SourceKind::AzureArc) => "check with azcmagent show that the machine is connected",
            (_, SourceKind::WorkloadIdentity) => {
                "check the client id, the tenant and the federated credential of the identity"
            }
            (404, SourceKind::ServiceFabric) => "give the application an identity in its manifest",
            _ => "check the resource's spelling and that the identity is assigned here",
        }
    }
}

const fn redirect(status: u16) -> &'static str {
    match StatusClass::of(status) {
        StatusClass::Redirection => " (a redirect)",
        _ => "",
    }
}

/// What is wrong with Azure Arc's challenge.
///
/// <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChallengeError {
    /// The first answer was a success, which the agent never gives: something else answers at its address.
    #[error("answered without asking for the key file")]
    NotChallenged,
    /// The answer was 401 without a `WWW-Authenticate` header.
    #[error("answered 401 without a WWW-Authenticate header")]
    Missing,
    /// More than one challenge.
    #[error("sent more than one challenge")]
    Several,
    /// Another scheme than `Basic`.
    #[error("sent a challenge of another scheme than Basic")]
    Scheme,
    /// No realm, an empty one, or one in a form that cannot be read.
    #[error("sent a challenge without a readable realm")]
    Realm,
    /// The realm names a file that is not a key file directly in the token folder.
    #[error("asked for a file that is no key file of the agent: {path}")]
    Path {
        /// The path named, length-capped and without control characters.
        path: String,
    },
}

impl ChallengeError {
    pub(crate) const fn next_step(&self) -> &'static str {
        "do not trust the endpoint: check which program listens at this address, and update the agent if it is the agent"
    }
}

/// Why the answer of a success status is not a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidResponse {
    /// The body is not a JSON object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// There is no `access_token`, or it is empty or no text.
    #[error("there is no access_token")]
    NoAccessToken,
    /// The `access_token` has characters that no header may carry.
    #[error("the access_token is not legal header text")]
    IllegalAccessToken,
    /// Neither `expires_on` nor `expires_in`.
    #[error("there is neither expires_on nor expires_in")]
    NoExpiry,
    /// `expires_on` or `expires_in` is neither a number nor a date of a known form.
    #[error("its expiry cannot be read")]
    InvalidExpiry,
    /// Azure Arc did not echo the user-assigned identity that was asked for, so the token may be of another one.
    #[error("it does not confirm the identity that was asked for")]
    IdentityNotConfirmed,
}

impl InvalidResponse {
    pub(crate) const fn next_step(&self) -> &'static str {
        match self {
            Self::IdentityNotConfirmed => {
                "update the Azure Connected Machine agent: an older one ignores user-assigned identities"
            }
            Self::NotAnObject
            | Self::NoAccessToken
            | Self::IllegalAccessToken
            | Self::NoExpiry
            | Self::InvalidExpiry => "check what listens at this address; it does not speak this protocol",
        }
    }
}
