//! Errors that the endpoint's answer tells.

use alloc::string::{String, ToString};
use core::time::Duration;

use super::content::OtherContent;
use super::fault::Fault;
use super::optional::Optional;
use crate::kind::{FORBIDDEN, GONE, NOT_FOUND, SourceKind, StatusClass, TOO_MANY_REQUESTS};

/// The codes of Entra for a federated credential that it does not know, or does not know yet: it takes minutes until one
/// that was just made is known everywhere.
///
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
const FEDERATION_UNKNOWN: [u32; 3] = [70_021, 700_211, 700_213];

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
    /// What the service says: the description of an error document, a line of plain text, the title of an HTML page, or the
    /// reason phrase where it says more than the status.
    pub description: Option<String>,
    /// The id under which the service's support finds the request, from the error document or from the header
    /// `x-ms-request-id`.
    pub correlation_id: Option<String>,
    /// How long the service asks to wait.
    pub retry_after: Option<Duration>,
    /// The number of an error of Entra: 700213 for `AADSTS700213`.
    pub aadsts_code: Option<u32>,
    /// Whether an error document says that there is no such identity here, so that waiting would not help.
    pub missing_identity: bool,
}

impl EndpointError {
    pub(crate) fn is_transient(&self) -> bool {
        self.retry_after.is_some()
            || StatusClass::of(self.status) == StatusClass::ServerError
            || matches!(self.status, 408 | GONE | TOO_MANY_REQUESTS)
            || self.awaits_federation()
    }

    /// Whether a federated credential is not known, which it may be in a moment.
    pub(crate) fn awaits_federation(&self) -> bool {
        self.aadsts_code.is_some_and(|code| FEDERATION_UNKNOWN.contains(&code))
    }

    /// Whether the identity that was asked for may be what is refused.
    pub(super) fn is_about_the_identity(&self) -> bool {
        let says_otherwise = self.code.as_deref() == Some("invalid_resource") || self.about_aadsts().is_some();
        matches!(self.status, 400..=499) && !self.is_transient() && !says_otherwise
    }

    /// What to do about the codes of Microsoft Entra that have a cause of their own.
    ///
    /// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
    fn about_aadsts(&self) -> Option<&'static str> {
        Some(match self.aadsts_code? {
            500_011 | 500_014 | 650_057 => {
                "check the resource's spelling, and that the tenant of the identity knows the resource"
            }
            #[cfg(feature = "chain")]
            700_027 | 50_012 => {
                "register the certificate with the application, or, where the application trusts its subject and issuer, send \
                 the chain: AZURE_CLIENT_SEND_CERTIFICATE_CHAIN=true"
            }
            700_024 => {
                "check this machine's clock, and that the federated token file is renewed: what it holds is not valid now"
            }
            _ => return None,
        })
    }

    pub(crate) fn next_step(&self, source: SourceKind) -> &'static str {
        if StatusClass::of(self.status) == StatusClass::Redirection {
            return "check the endpoint's address: redirects are never followed, since they could lead a credential away";
        }
        if self.awaits_federation() {
            return "wait some minutes if the federated credential is new; else give the identity one with exactly the \
                    issuer, the subject and the audience of the federated token";
        }
        if let Some(advice) = self.about_aadsts() {
            return advice;
        }
        match (self.status, source) {
            (TOO_MANY_REQUESTS, _) => {
                "ask less often and keep what you got: a program keeps one client, which caches the token; a script keeps \
                 the token in a variable"
            }
            (GONE, SourceKind::Imds) => "wait a minute: the metadata service is being updated",
            (GONE, SourceKind::AzureArc) => "wait a minute: the agent is being updated",
            (500..=599, _) => "check the resource's spelling, then try again later",
            (400, SourceKind::Imds) => "check that the identity is assigned to this VM, and name it if several are",
            (NOT_FOUND, SourceKind::Imds) => "check that the identity is assigned to this VM or pod",
            (401 | FORBIDDEN, SourceKind::AzureArc) => "check with azcmagent show that the machine is connected",
            (NOT_FOUND, SourceKind::AzureArc) if !self.missing_identity => {
                "check which program listens at this address: it is not the agent, or one that is too old; azcmagent show \
                 tells its version"
            }
            (_, SourceKind::WorkloadIdentity) => {
                "check the client id, the tenant and the federated credential of the identity"
            }
            #[cfg(feature = "chain")]
            (_, SourceKind::ClientSecret) => {
                "check AZURE_TENANT_ID and AZURE_CLIENT_ID, and that AZURE_CLIENT_SECRET is the value of a secret that is \
                 still valid, not its id"
            }
            #[cfg(feature = "chain")]
            (_, SourceKind::ClientCertificate) => {
                "check AZURE_TENANT_ID and AZURE_CLIENT_ID, and that the certificate in AZURE_CLIENT_CERTIFICATE_PATH is \
                 registered with that application and still valid"
            }
            #[cfg(feature = "chain")]
            (_, SourceKind::AzurePipelines) => {
                "check the tenant, the client id and the id of the service connection, and that SYSTEM_ACCESSTOKEN is \
                 mapped from $(System.AccessToken) into the step's environment"
            }
            #[cfg(feature = "chain")]
            (_, SourceKind::GitHubActions) => {
                "check AZURE_TENANT_ID, AZURE_CLIENT_ID, the permission id-token: write of the job, and the federated \
                 credential of the application"
            }
            #[cfg(feature = "chain")]
            (_, SourceKind::FederatedIdentity) => {
                "check AZURE_TENANT_ID, AZURE_CLIENT_ID, and the federated credential of the application: its subject is the \
                 object id of a user-assigned identity, its issuer the identity's tenant"
            }
            (NOT_FOUND, SourceKind::ServiceFabric) => "give the application an identity in its manifest",
            _ if self.missing_identity => "assign the identity to where this runs, or name one that is assigned",
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
    #[error("answered without asking for the key file{}", Optional(", with ", .found.as_ref().map(ToString::to_string), ""))]
    NotChallenged {
        /// What it answered with, where that is no JSON object.
        found: Option<OtherContent>,
    },
    /// The answer was 401 without a `WWW-Authenticate` header.
    #[error("answered 401 without a WWW-Authenticate header{}", Optional(": ", .said.as_ref(), ""))]
    Missing {
        /// What else it said.
        said: Option<String>,
    },
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

/// Why the answer of a success status is not a token. Texts are of the peer: length-capped, without control characters, and
/// without the secrets that were sent to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidResponse {
    /// The body is not a JSON object.
    #[error("the body is not a JSON object, but {found}")]
    NotAnObject {
        /// What it is.
        found: OtherContent,
    },
    /// There is no `access_token`, or it is empty or no text.
    #[error("there is no access_token{}", Optional(": ", .said.as_ref(), ""))]
    NoAccessToken {
        /// The error that is there instead.
        said: Option<String>,
    },
    /// There is no assertion, or it is no text that can be one.
    #[cfg(feature = "chain")]
    #[error("there is no usable {member}{}", Optional(": ", .said.as_ref(), ""))]
    NoAssertion {
        /// The member in which it should be.
        member: &'static str,
        /// The error that is there instead.
        said: Option<String>,
    },
    /// The `access_token` has a character that no token has.
    #[error("the access_token has {found} in it")]
    IllegalAccessToken {
        /// What it has in it, such as `a blank`.
        found: &'static str,
    },
    /// Neither `expires_on` nor `expires_in`.
    #[error("there is neither expires_on nor expires_in")]
    NoExpiry,
    /// `expires_on` or `expires_in` is neither a number nor a date of a known form.
    #[error("its expiry cannot be read")]
    InvalidExpiry,
    /// Azure Arc did not echo the user-assigned identity that was asked for, so the token may be of another one.
    #[error("it does not confirm the identity that was asked for")]
    IdentityNotConfirmed,
    /// The service names another identity than the one that was asked for.
    #[error("it is for another identity than the one that was asked for{}", Optional(": ", .told.as_ref(), ""))]
    OtherIdentity {
        /// The id that the service names.
        told: Option<String>,
    },
    /// The service names another resource than the one that was asked for.
    #[error("it is for another resource than the one that was asked for{}", Optional(": ", .told.as_ref(), ""))]
    OtherResource {
        /// The resource that the service names.
        told: Option<String>,
    },
}

impl InvalidResponse {
    pub(crate) const fn fault(&self) -> Fault {
        match self {
            Self::IdentityNotConfirmed | Self::OtherIdentity { .. } | Self::OtherResource { .. } => Fault::Security,
            Self::NotAnObject { .. }
            | Self::NoAccessToken { .. }
            | Self::IllegalAccessToken { .. }
            | Self::NoExpiry
            | Self::InvalidExpiry => Fault::Service,
            #[cfg(feature = "chain")]
            Self::NoAssertion { .. } => Fault::Service,
        }
    }

    pub(crate) const fn next_step(&self) -> &'static str {
        match self {
            Self::IdentityNotConfirmed => {
                "update the Azure Connected Machine agent: an older one ignores user-assigned identities"
            }
            Self::OtherIdentity { .. } => {
                "check which identities are assigned here, and what listens at this address: the token was refused"
            }
            Self::OtherResource { .. } => {
                "check what listens at this address: it gives tokens for something else, and this one was refused"
            }
            #[cfg(feature = "chain")]
            Self::NoAssertion { .. } => "check what listens at this address; it gives no assertion",
            Self::NotAnObject { .. }
            | Self::NoAccessToken { .. }
            | Self::IllegalAccessToken { .. }
            | Self::NoExpiry
            | Self::InvalidExpiry => "check what listens at this address; it does not speak this protocol",
        }
    }
}
