//! Errors that the caller can mend before anything is sent.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::note::{are, list};
use super::presentable::presentable;
use crate::kind::{IdentityKind, SourceKind};

/// A configuration, environment or request that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Two variables are set that exclude each other.
    #[error("{}: {name} and {other} are both set, of which at most one may be", SourceKind::WorkloadIdentity)]
    ConflictingVariables {
        /// The one variable.
        name: &'static str,
        /// The other.
        other: &'static str,
    },
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
    #[error("{}{name} contains characters that are not allowed there", Prefix(*.source_kind))]
    IllegalCharacters {
        /// The source, where it is about one.
        source_kind: Option<SourceKind>,
        /// The name of the value, often an environment variable.
        name: &'static str,
    },
    /// An endpoint that must be encrypted is not.
    #[error("{}{name} must be an https address, since a credential is sent to it", Prefix(*.source_kind))]
    InsecureEndpoint {
        /// The source, where it is about one.
        source_kind: Option<SourceKind>,
        /// Where the endpoint comes from.
        name: &'static str,
    },
    /// An endpoint is not a usable URL.
    #[error("{}{name} is not a usable endpoint: {reason}", Prefix(*.source_kind))]
    InvalidEndpoint {
        /// The source, where it is about one.
        source_kind: Option<SourceKind>,
        /// Where the endpoint comes from.
        name: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// `IDENTITY_SERVER_THUMBPRINT` is not a SHA-1 thumbprint.
    #[error("{}: IDENTITY_SERVER_THUMBPRINT is not 40 hexadecimal digits", SourceKind::ServiceFabric)]
    InvalidThumbprint,
    /// Variables that the source needs are not set.
    #[error("{source_kind} needs {}, which {} not set", list(.names), are(.names))]
    MissingVariable {
        /// The source.
        source_kind: SourceKind,
        /// The variables.
        names: Vec<&'static str>,
    },
    /// A variable is set to something that is no text.
    #[error("{name} is set, but not to a text in UTF-8")]
    NotUnicode {
        /// The variable.
        name: &'static str,
    },
    /// A path does not say where it begins.
    #[error("{source_kind}: {name} is not an absolute path")]
    RelativePath {
        /// The source.
        source_kind: SourceKind,
        /// Where the path comes from.
        name: &'static str,
    },
    /// A variable that should hold certificates in PEM form holds none.
    #[error("{}: {name} holds no certificate in PEM form", SourceKind::WorkloadIdentity)]
    NoCertificate {
        /// The variable.
        name: &'static str,
    },
    /// The Azure Arc endpoint of the environment is not on this machine.
    #[error("{name} is not a loopback address, but the Azure Arc agent only listens on this machine")]
    RemoteEndpoint {
        /// Where the endpoint comes from.
        name: &'static str,
    },
    /// A variable says more about another one that is not set.
    #[error("{}: {name} is set, but {needs} is not, without which it means nothing", SourceKind::WorkloadIdentity)]
    PointlessVariable {
        /// The variable that is set.
        name: &'static str,
        /// The one that is not.
        needs: &'static str,
    },
    /// The claims of the request are neither a JSON object nor the base64 form of one.
    #[cfg(feature = "chain")]
    #[error("the claims are neither a JSON object nor the base64 form of one")]
    InvalidClaims,
    /// The tenant of the request is none that the credential may be used for.
    #[cfg(feature = "chain")]
    #[error("{}the tenant {} is not allowed: the credential is configured for {configured}", Prefix(*.source_kind), presentable(.tenant, 64))]
    TenantNotAllowed {
        /// The source, where it is about one.
        source_kind: Option<SourceKind>,
        /// The tenant of the request.
        tenant: String,
        /// The tenant of the credential.
        configured: String,
    },
    /// A credential is configured that cannot be used here; another one in its place would be of somebody else.
    #[cfg(feature = "chain")]
    #[error("{name} is set, and that kind of credential is not supported")]
    UnsupportedCredential {
        /// The variable that configures it.
        name: &'static str,
    },
    /// `AZURE_TOKEN_CREDENTIALS` names no credential that there is.
    #[cfg(feature = "chain")]
    #[error("AZURE_TOKEN_CREDENTIALS is \"{}\", which is none of its values", presentable(.found, 64))]
    UnknownCredentials {
        /// Its value.
        found: String,
    },
    /// `AZURE_TOKEN_CREDENTIALS` is not set, and the program requires that it is.
    #[cfg(feature = "chain")]
    #[error("AZURE_TOKEN_CREDENTIALS is not set, which this program requires")]
    CredentialsNotChosen,
    /// What is excluded leaves a chain without members.
    #[cfg(feature = "chain")]
    #[error("no credential is left to try: all are excluded")]
    EmptyChain,
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
    /// The same, about this source.
    pub(crate) fn of(mut self, kind: SourceKind) -> Self {
        if let Self::IllegalCharacters { source_kind, .. }
        | Self::InsecureEndpoint { source_kind, .. }
        | Self::InvalidEndpoint { source_kind, .. } = &mut self
        {
            *source_kind = Some(kind);
        }
        self
    }

    /// The source that cannot work; `None` when it is about the request, whatever the source.
    #[must_use]
    pub const fn source_kind(&self) -> Option<SourceKind> {
        match self {
            Self::IllegalCharacters { source_kind, .. }
            | Self::InsecureEndpoint { source_kind, .. }
            | Self::InvalidEndpoint { source_kind, .. } => *source_kind,
            Self::MissingVariable { source_kind, .. }
            | Self::RelativePath { source_kind, .. }
            | Self::UnsupportedIdentity { source_kind, .. }
            | Self::UnsupportedPlatform { source_kind } => Some(*source_kind),
            Self::ConflictingVariables { .. } | Self::NoCertificate { .. } | Self::PointlessVariable { .. } => {
                Some(SourceKind::WorkloadIdentity)
            }
            #[cfg(feature = "chain")]
            Self::TenantNotAllowed { source_kind, .. } => *source_kind,
            #[cfg(feature = "chain")]
            Self::InvalidClaims
            | Self::UnsupportedCredential { .. }
            | Self::UnknownCredentials { .. }
            | Self::CredentialsNotChosen
            | Self::EmptyChain => None,
            Self::InvalidThumbprint => Some(SourceKind::ServiceFabric),
            Self::RemoteEndpoint { .. } => Some(SourceKind::AzureArc),
            Self::EmptyIdentifier { .. }
            | Self::EmptyResource
            | Self::IdentifierOnSystemAssigned
            | Self::NotUnicode { .. }
            | Self::RequestTooLong
            | Self::SeveralScopes
            | Self::UnknownIdentityType { .. } => None,
        }
    }

    /// The next step a person can take.
    #[must_use]
    pub const fn next_step(&self) -> &'static str {
        match self {
            Self::ConflictingVariables { .. } => "unset one of the two",
            #[cfg(feature = "chain")]
            Self::InvalidClaims => "give them as the resource's challenge has them",
            #[cfg(feature = "chain")]
            Self::TenantNotAllowed { .. } => {
                "add the tenant to AZURE_ADDITIONALLY_ALLOWED_TENANTS (a list with semicolons, or * for all) if it is to be \
                 trusted, or ask for a token of the credential's own tenant"
            }
            #[cfg(feature = "chain")]
            Self::UnsupportedCredential { .. } => {
                "give the service principal a secret in AZURE_CLIENT_SECRET or a certificate in \
                 AZURE_CLIENT_CERTIFICATE_PATH, use workload identity or a managed identity, or unset the variable"
            }
            #[cfg(feature = "chain")]
            Self::UnknownCredentials { .. } => {
                "set it to dev, prod, EnvironmentCredential, WorkloadIdentityCredential, ManagedIdentityCredential, \
                 AzureCliCredential, AzurePowerShellCredential or AzureDeveloperCliCredential, or unset it"
            }
            #[cfg(feature = "chain")]
            Self::CredentialsNotChosen => {
                "set it to dev on a developer's machine, to prod where the program is deployed, or to one credential"
            }
            #[cfg(feature = "chain")]
            Self::EmptyChain => "exclude less, or set AZURE_TOKEN_CREDENTIALS to what is left",
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
                "set what is missing, or remove the other variables of this source to rule the source out"
            }
            Self::NotUnicode { .. } => "set it to the text that the platform documents, or unset it",
            Self::RelativePath { .. } => "give the whole path, from the root or the drive on",
            Self::NoCertificate { .. } => {
                "set it to the text of the certificates, from BEGIN CERTIFICATE to END CERTIFICATE, line breaks included"
            }
            Self::RemoteEndpoint { .. } => {
                "unset it to use the agent on this machine; if a remote endpoint is really meant, allow it: \
                 --dangerous-allow-remote-arc-endpoint in the program, or the builder's option of that name"
            }
            Self::PointlessVariable { .. } => "set the other one too, as the cluster means it, or unset this one",
            Self::RequestTooLong => "shorten the resource or the identifier",
            Self::SeveralScopes => "ask once for each scope",
            Self::UnknownIdentityType { .. } => {
                "use SystemAssigned, ClientId, ObjectId or ResourceId; upper and lower case matter"
            }
            Self::UnsupportedIdentity { source_kind, .. } => match source_kind {
                #[cfg(feature = "chain")]
                SourceKind::AzurePipelines
                | SourceKind::Chain
                | SourceKind::ClientCertificate
                | SourceKind::ClientSecret
                | SourceKind::DeveloperTool(_)
                | SourceKind::FederatedIdentity
                | SourceKind::GitHubActions => "leave the identity out: this credential is of one account only",
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

/// The source that a text is about, before it.
struct Prefix(Option<SourceKind>);

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(kind) => write!(f, "{kind}: "),
            None => Ok(()),
        }
    }
}
