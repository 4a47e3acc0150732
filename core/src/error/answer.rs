//! Errors that the endpoint's answer tells.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use crate::message::{GONE, StatusClass, TOO_MANY_REQUESTS};
use crate::source::SourceKind;
use crate::text::{decimal, put};

/// What an endpoint answered instead of a token. Texts are of the peer: length-capped, without control characters, and
/// without the secrets that were sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal(u64::from(self.status)))?;
        if StatusClass::of(self.status) == StatusClass::Redirection {
            f.write_str(" (a redirect)")?;
        }
        if let Some(code) = &self.code {
            put(f, &[" ", code])?;
        }
        if let Some(description) = &self.description {
            put(f, &[": ", description])?;
        }
        match &self.correlation_id {
            Some(id) => put(f, &[" [correlation id ", id, "]"]),
            None => Ok(()),
        }
    }
}

/// What is wrong with Azure Arc's challenge.
///
/// <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeError {
    /// The first answer was a success, which the agent never gives: something else answers at its address.
    NotChallenged,
    /// The answer was 401 without a `WWW-Authenticate` header.
    Missing,
    /// More than one challenge.
    Several,
    /// Another scheme than `Basic`.
    Scheme,
    /// No realm, an empty one, or one in a form that cannot be read.
    Realm,
    /// The realm names a file that is not a key file directly in the token folder.
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

impl fmt::Display for ChallengeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotChallenged => f.write_str("answered without asking for the key file"),
            Self::Missing => f.write_str("answered 401 without a WWW-Authenticate header"),
            Self::Several => f.write_str("sent more than one challenge"),
            Self::Scheme => f.write_str("sent a challenge of another scheme than Basic"),
            Self::Realm => f.write_str("sent a challenge without a readable realm"),
            Self::Path { path } => put(f, &["asked for a file that is no key file of the agent: ", path]),
        }
    }
}

/// Why the answer of a success status is not a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidResponse {
    /// The body is not a JSON object.
    NotAnObject,
    /// There is no `access_token`, or it is empty or no text.
    NoAccessToken,
    /// The `access_token` has characters that no header may carry.
    IllegalAccessToken,
    /// Neither `expires_on` nor `expires_in`.
    NoExpiry,
    /// `expires_on` or `expires_in` is neither a number nor a date of a known form.
    InvalidExpiry,
    /// Azure Arc did not echo the user-assigned identity that was asked for, so the token may be of another one.
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

impl fmt::Display for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "the body is not a JSON object",
            Self::NoAccessToken => "there is no access_token",
            Self::IllegalAccessToken => "the access_token is not legal header text",
            Self::NoExpiry => "there is neither expires_on nor expires_in",
            Self::InvalidExpiry => "its expiry cannot be read",
            Self::IdentityNotConfirmed => "it does not confirm the identity that was asked for",
        })
    }
}
