//! Errors that the caller can mend before anything is sent.

use alloc::string::String;

use super::presentable::presentable;
use crate::kind::{IdentityKind, SourceKind};

/// A configuration, environment or request that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A user-assigned identity without an identifier.
    #[error("{identity} was asked for, but the identifier is empty")]
    EmptyIdentifier {
        /// The kind of identity.
        identity: IdentityKind,
    },
    /// No resource was given.
    #[error("the resource is empty")]
    EmptyResource,
    /// The system-assigned identity was given an id in its JSON form.
    #[error("the system-assigned identity has an id")]
    IdentifierOnSystemAssigned,
    /// A value has characters that are not legal where it is used.
    #[error("{name} contains characters that are not allowed there")]
    IllegalCharacters {
        /// The name of the value, often an environment variable.
        name: &'static str,
    },
    /// An endpoint that must be encrypted is not.
    #[error("{name} must be an https address, since a credential is sent to it")]
    InsecureEndpoint {
        /// Where the endpoint comes from.
        name: &'static str,
    },
    /// An endpoint is not a usable URL.
    #[error("{name} is not a usable endpoint: {reason}")]
    InvalidEndpoint {
        /// Where the endpoint comes from.
        name: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// `IDENTITY_SERVER_THUMBPRINT` is not a SHA-1 thumbprint.
    #[error("IDENTITY_SERVER_THUMBPRINT is not 40 hexadecimal digits")]
    InvalidThumbprint,
    /// A variable that the source needs is not set.
    #[error("{source_kind} needs {name}, which is not set")]
    MissingVariable {
        /// The source.
        source_kind: SourceKind,
        /// The variable.
        name: &'static str,
    },
    /// The Azure Arc endpoint of the environment is not on this machine.
    #[error("{name} is not a loopback address, but the Azure Arc agent only listens on this machine")]
    RemoteEndpoint {
        /// Where the endpoint comes from.
        name: &'static str,
    },
    /// The request's URL would be longer than a URL can be.
    #[error("the request's URL is too long")]
    RequestTooLong,
    /// More than one scope.
    #[error("exactly one scope can be asked for at a time")]
    SeveralScopes,
    /// The type in an identity's JSON form is not one of the four.
    #[error("\"{}\" is not an identity type", presentable(.found, 64))]
    UnknownIdentityType {
        /// The type found.
        found: String,
    },
    /// The source cannot be asked for this kind of identity.
    #[error("{source_kind} cannot be asked for {identity}")]
    UnsupportedIdentity {
        /// The source.
        source_kind: SourceKind,
        /// The kind of identity.
        identity: IdentityKind,
    },
    /// The source does not exist on this platform.
    #[error("{source_kind} exists on Linux and Windows only")]
    UnsupportedPlatform {
        /// The source.
        source_kind: SourceKind,
    },
}

impl ConfigError {
    /// The next step a person can take.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::EmptyIdentifier { .. } => "give the identifier, or ask for the system-assigned identity",
            Self::EmptyResource => "name the resource, for example https://vault.azure.net",
            Self::IdentifierOnSystemAssigned => {
                "remove the id, or set the type to ClientId, ObjectId or ResourceId if a user-assigned identity is meant"
            }
            Self::IllegalCharacters { .. } => "correct the value; look for quotes, blanks and line breaks",
            Self::InsecureEndpoint { .. } => "use the https address that the platform gave",
            Self::InvalidEndpoint { .. } => {
                "set it to the complete address that the platform documents, or unset it if it was set by hand"
            }
            Self::InvalidThumbprint => {
                "leave IDENTITY_SERVER_THUMBPRINT as Service Fabric set it: the SHA-1 thumbprint of the certificate"
            }
            Self::MissingVariable { .. } => {
                "set it, or remove the other variables of this source to rule the source out"
            }
            Self::RemoteEndpoint { .. } => {
                "unset it to use the agent on this machine, or allow a remote endpoint in code if it is really meant"
            }
            Self::RequestTooLong => "shorten the resource or the identifier",
            Self::SeveralScopes => "ask once for each scope",
            Self::UnknownIdentityType { .. } => {
                "use SystemAssigned, ClientId, ObjectId or ResourceId; upper and lower case matter"
            }
            Self::UnsupportedIdentity { source_kind, .. } => match source_kind {
                SourceKind::CloudShell => {
                    "ask for the system-assigned identity: Cloud Shell acts as the signed-in user"
                }
                SourceKind::ServiceFabric => {
                    "ask for the system-assigned identity: the application manifest decides which one that is"
                }
                SourceKind::MachineLearning | SourceKind::WorkloadIdentity => "name the identity by its client id",
                SourceKind::AppService | SourceKind::AzureArc | SourceKind::Imds => "ask for another kind of identity",
            },
            Self::UnsupportedPlatform { .. } => "unset IDENTITY_ENDPOINT and IMDS_ENDPOINT if they were set by hand",
        }
    }
}
