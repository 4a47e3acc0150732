//! Errors that the caller can mend before anything is sent.

use alloc::string::String;
use core::fmt;

use super::presentable;
use crate::identity::IdentityKind;
use crate::source::SourceKind;
use crate::text::put;

/// A configuration, environment or request that cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A user-assigned identity without an identifier.
    EmptyIdentifier {
        /// The kind of identity.
        identity: IdentityKind,
    },
    /// No resource was given.
    EmptyResource,
    /// The system-assigned identity was given an id in its JSON form.
    IdentifierOnSystemAssigned,
    /// A value has characters that are not legal where it is used.
    IllegalCharacters {
        /// The name of the value, often an environment variable.
        name: &'static str,
    },
    /// An endpoint that must be encrypted is not.
    InsecureEndpoint {
        /// Where the endpoint comes from.
        name: &'static str,
    },
    /// An endpoint is not a usable URL.
    InvalidEndpoint {
        /// Where the endpoint comes from.
        name: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// `IDENTITY_SERVER_THUMBPRINT` is not a SHA-1 thumbprint.
    InvalidThumbprint,
    /// A variable that the source needs is not set.
    MissingVariable {
        /// The source.
        source_kind: SourceKind,
        /// The variable.
        name: &'static str,
    },
    /// The Azure Arc endpoint of the environment is not on this machine.
    RemoteEndpoint {
        /// Where the endpoint comes from.
        name: &'static str,
    },
    /// The request's URL would be longer than a URL can be.
    RequestTooLong,
    /// More than one scope.
    SeveralScopes,
    /// The type in an identity's JSON form is not one of the four.
    UnknownIdentityType {
        /// The type found.
        found: String,
    },
    /// The source cannot be asked for this kind of identity.
    UnsupportedIdentity {
        /// The source.
        source_kind: SourceKind,
        /// The kind of identity.
        identity: IdentityKind,
    },
    /// The source does not exist on this platform.
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

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyIdentifier { identity } => {
                put(f, &[identity.title(), " was asked for, but the identifier is empty"])
            }
            Self::EmptyResource => f.write_str("the resource is empty"),
            Self::IdentifierOnSystemAssigned => f.write_str("the system-assigned identity has an id"),
            Self::IllegalCharacters { name } => put(f, &[name, " contains characters that are not allowed there"]),
            Self::InsecureEndpoint { name } => {
                put(f, &[name, " must be an https address, since a credential is sent to it"])
            }
            Self::InvalidEndpoint { name, reason } => put(f, &[name, " is not a usable endpoint: ", reason]),
            Self::InvalidThumbprint => f.write_str("IDENTITY_SERVER_THUMBPRINT is not 40 hexadecimal digits"),
            Self::MissingVariable { source_kind, name } => {
                put(f, &[source_kind.title(), " needs ", name, ", which is not set"])
            }
            Self::RemoteEndpoint { name } => {
                put(f, &[name, " is not a loopback address, but the Azure Arc agent only listens on this machine"])
            }
            Self::RequestTooLong => f.write_str("the request's URL is too long"),
            Self::SeveralScopes => f.write_str("exactly one scope can be asked for at a time"),
            Self::UnknownIdentityType { found } => {
                put(f, &["\"", &presentable(found, 64), "\" is not an identity type"])
            }
            Self::UnsupportedIdentity { source_kind, identity } => {
                put(f, &[source_kind.title(), " cannot be asked for ", identity.title()])
            }
            Self::UnsupportedPlatform { source_kind } => {
                put(f, &[source_kind.title(), " exists on Linux and Windows only"])
            }
        }
    }
}

impl core::error::Error for ConfigError {}
