//! From the core's token and error to the interface's.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString};
use core::time::Duration;

use managed_identity_core::{
    AccessToken, ChallengeError, ConfigError, EndpointError, Error, Evidence, Fault, FileErrorKind, FilePurpose,
    ForeignService, InvalidResponse, PolicyField, Stopped, TransportErrorKind, UnusableToken,
};

use super::types;

pub(super) fn outcome(outcome: &Result<AccessToken, Error>) -> Result<types::Token, types::Error> {
    outcome.as_ref().map(token).map_err(error)
}

fn token(token: &AccessToken) -> types::Token {
    types::Token {
        access_token: token.secret().to_owned(),
        token_type: token.token_type().to_owned(),
        resource: token.resource().to_owned(),
        expires_on: token.expires_on().as_secs(),
        refresh_on: token.refresh_on().map(managed_identity_core::UnixTime::as_secs),
        source: token.source().as_str().to_owned(),
        identity: types::TokenIdentity {
            client_id: token.identity().client_id.clone(),
            object_id: token.identity().object_id.clone(),
            resource_id: token.identity().resource_id.clone(),
        },
        clock_ahead_by: token.clock_ahead_by().map(milliseconds),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn error(error: &Error) -> types::Error {
    types::Error {
        reason: reason(error),
        fault: match error.fault() {
            Fault::Caller => types::Fault::Caller,
            Fault::Host => types::Fault::Host,
            Fault::Security => types::Fault::Security,
            Fault::Service => types::Fault::Service,
        },
        transient: error.is_transient(),
        message: error.to_string(),
        next_step: error.next_step().to_owned(),
        source: error.source_kind().map(|kind| kind.as_str().to_owned()),
        evidence: error.evidence().map(evidence),
    }
}

fn reason(error: &Error) -> types::ErrorReason {
    use types::ErrorReason as Reason;
    match error {
        Error::Challenge { error, .. } => Reason::Challenge(challenge(error)),
        Error::Configuration(error) => Reason::Configuration(configuration(error)),
        Error::CredentialFile { error, purpose, path, .. } => match file_problem(error.kind()) {
            types::FileProblem::Denied => Reason::Denied(types::Denial::File(path.clone())),
            problem => {
                let (purpose, path) = (file_purpose(*purpose), path.clone());
                Reason::CredentialFile(types::CredentialFileProblem { purpose, path, problem })
            }
        },
        Error::Endpoint { error, .. } => Reason::Rejected(rejection(error)),
        Error::ForeignService { service, error, .. } => {
            Reason::ForeignService(types::ForeignAnswer { service: foreign(*service), answer: rejection(error) })
        }
        Error::InvalidResponse { error, .. } => Reason::InvalidResponse(response(error)),
        Error::Transport { error, evidence } => match error.kind() {
            TransportErrorKind::Denied => Reason::Denied(types::Denial::Call(evidence.endpoint.clone())),
            TransportErrorKind::Unsupported(field) => Reason::Unsupported(policy_field(field)),
            kind => Reason::Unavailable(transport_failure(kind)),
        },
        Error::Unusable { error, .. } => Reason::Other(String::from(match error {
            UnusableToken::ExpiredOnArrival { .. } => "expired-on-arrival",
            UnusableToken::RejectedAgain => "rejected-again",
            UnusableToken::RejectedTooSoon => "rejected-too-soon",
            _ => "unusable",
        })),
        #[cfg(feature = "machine-chain")]
        Error::Chain(_) => Reason::Other(String::from("chain")),
        #[cfg(feature = "machine-chain")]
        Error::ClientCertificate { .. } => Reason::Other(String::from("client-certificate")),
        #[cfg(feature = "machine-chain")]
        Error::DeveloperTool { .. } => Reason::Other(String::from("developer-tool")),
        _ => Reason::Other(String::new()),
    }
}

fn evidence(evidence: &Evidence) -> types::Evidence {
    types::Evidence {
        source: evidence.source.as_str().to_owned(),
        reason: evidence.reason.to_owned(),
        endpoint: evidence.endpoint.clone(),
        attempts: evidence.attempts,
        request_id: evidence.request_id.clone(),
        stopped: match evidence.stopped {
            Stopped::Final => types::Stopped::Final,
            Stopped::AttemptsSpent => types::Stopped::AttemptsSpent,
            Stopped::BudgetSpent => types::Stopped::BudgetSpent,
            _ => types::Stopped::Other,
        },
        notes: evidence.notes.iter().map(ToString::to_string).collect(),
    }
}

fn rejection(error: &EndpointError) -> types::Rejection {
    types::Rejection {
        status: error.status,
        code: error.code.clone(),
        description: error.description.clone(),
        correlation_id: error.correlation_id.clone(),
        retry_after: error.retry_after.map(milliseconds),
    }
}

fn foreign(service: ForeignService) -> types::ForeignService {
    match service {
        ForeignService::AmazonEc2 => types::ForeignService::AmazonEc2,
        ForeignService::DockerDesktop => types::ForeignService::DockerDesktop,
        ForeignService::GoogleCloud => types::ForeignService::GoogleCloud,
        _ => types::ForeignService::Other,
    }
}

fn challenge(error: &ChallengeError) -> types::ChallengeProblem {
    use types::ChallengeProblem as Problem;
    match error {
        ChallengeError::NotChallenged { .. } => Problem::NotChallenged,
        ChallengeError::Missing { .. } => Problem::Missing,
        ChallengeError::Several => Problem::Several,
        ChallengeError::Scheme => Problem::Scheme,
        ChallengeError::Realm => Problem::Realm,
        ChallengeError::Path { .. } => Problem::Path,
        _ => Problem::Other,
    }
}

fn configuration(error: &ConfigError) -> types::ConfigurationProblem {
    use types::ConfigurationProblem as Problem;
    match error {
        ConfigError::ConflictingVariables { .. } => Problem::ConflictingVariables,
        ConfigError::EmptyIdentifier { .. } => Problem::EmptyIdentifier,
        ConfigError::EmptyResource => Problem::EmptyResource,
        ConfigError::IdentifierOnSystemAssigned => Problem::IdentifierOnSystemAssigned,
        ConfigError::IllegalCharacters { .. } => Problem::IllegalCharacters,
        ConfigError::InsecureEndpoint { .. } => Problem::InsecureEndpoint,
        ConfigError::InvalidEndpoint { .. } => Problem::InvalidEndpoint,
        ConfigError::InvalidThumbprint => Problem::InvalidThumbprint,
        ConfigError::MissingVariable { .. } => Problem::MissingVariable,
        ConfigError::NoCertificate { .. } => Problem::NoCertificate,
        ConfigError::NotUnicode { .. } => Problem::NotUnicode,
        ConfigError::PointlessVariable { .. } => Problem::PointlessVariable,
        ConfigError::RelativePath { .. } => Problem::RelativePath,
        ConfigError::RemoteEndpoint { .. } => Problem::RemoteEndpoint,
        ConfigError::RequestTooLong => Problem::RequestTooLong,
        ConfigError::SeveralScopes => Problem::SeveralScopes,
        ConfigError::UnknownIdentityType { .. } => Problem::UnknownIdentityType,
        ConfigError::UnsupportedIdentity { .. } => Problem::UnsupportedIdentity,
        ConfigError::UnsupportedPlatform { .. } => Problem::UnsupportedPlatform,
        #[cfg(feature = "machine-chain")]
        ConfigError::CredentialsNotChosen => Problem::CredentialsNotChosen,
        #[cfg(feature = "machine-chain")]
        ConfigError::EmptyChain => Problem::EmptyChain,
        #[cfg(feature = "machine-chain")]
        ConfigError::InvalidClaims => Problem::InvalidClaims,
        #[cfg(feature = "machine-chain")]
        ConfigError::TenantNotAllowed { .. } => Problem::TenantNotAllowed,
        #[cfg(feature = "machine-chain")]
        ConfigError::UnknownCredentials { .. } => Problem::UnknownCredentials,
        #[cfg(feature = "machine-chain")]
        ConfigError::UnsupportedCredential { .. } => Problem::UnsupportedCredential,
        _ => Problem::Other,
    }
}

fn response(error: &InvalidResponse) -> types::ResponseProblem {
    use types::ResponseProblem as Problem;
    match error {
        InvalidResponse::NotAnObject { .. } => Problem::NotAnObject,
        InvalidResponse::NoAccessToken { .. } => Problem::NoAccessToken,
        InvalidResponse::IllegalAccessToken { .. } => Problem::IllegalAccessToken,
        InvalidResponse::NoExpiry => Problem::NoExpiry,
        InvalidResponse::InvalidExpiry => Problem::InvalidExpiry,
        InvalidResponse::IdentityNotConfirmed => Problem::IdentityNotConfirmed,
        InvalidResponse::OtherIdentity { .. } => Problem::OtherIdentity,
        InvalidResponse::OtherResource { .. } => Problem::OtherResource,
        _ => Problem::Other,
    }
}

fn transport_failure(kind: TransportErrorKind) -> types::TransportFailure {
    use types::TransportFailure as Failure;
    match kind {
        TransportErrorKind::BodyTooLarge => Failure::BodyTooLarge,
        TransportErrorKind::Broken => Failure::Broken,
        TransportErrorKind::Certificate => Failure::Certificate,
        TransportErrorKind::Connect => Failure::Connect,
        TransportErrorKind::Protocol => Failure::Protocol,
        TransportErrorKind::Timeout => Failure::Timeout,
        _ => Failure::Other,
    }
}

fn policy_field(field: PolicyField) -> types::PolicyField {
    match field {
        PolicyField::CertificatePin => types::PolicyField::CertificatePin,
        PolicyField::TrustAnchors => types::PolicyField::TrustAnchors,
        PolicyField::Tls => types::PolicyField::Tls,
        PolicyField::NoProxy => types::PolicyField::NoProxy,
        PolicyField::NoRedirect => types::PolicyField::NoRedirect,
        PolicyField::MaxBody => types::PolicyField::MaxBody,
        PolicyField::TimeLimit => types::PolicyField::TimeLimit,
        _ => types::PolicyField::Other,
    }
}

fn file_purpose(purpose: FilePurpose) -> types::FilePurpose {
    match purpose {
        FilePurpose::ArcKey => types::FilePurpose::ArcKey,
        #[cfg(feature = "machine-chain")]
        FilePurpose::ClientCertificate => types::FilePurpose::ClientCertificate,
        FilePurpose::FederatedToken => types::FilePurpose::FederatedToken,
        FilePurpose::TokenProxyCa => types::FilePurpose::TokenProxyCa,
        _ => types::FilePurpose::Other,
    }
}

fn file_problem(kind: FileErrorKind) -> types::FileProblem {
    use types::FileProblem as Problem;
    match kind {
        FileErrorKind::Denied => Problem::Denied,
        FileErrorKind::Empty => Problem::Empty,
        FileErrorKind::FolderIsLink => Problem::FolderIsLink,
        FileErrorKind::IllegalContent => Problem::IllegalContent,
        FileErrorKind::NotFound => Problem::NotFound,
        FileErrorKind::NotRegular => Problem::NotRegular,
        FileErrorKind::OutsideDirectory => Problem::OutsideDirectory,
        FileErrorKind::PermissionDenied => Problem::PermissionDenied,
        FileErrorKind::TooLarge => Problem::TooLarge,
        FileErrorKind::Unreadable => Problem::Unreadable,
        _ => Problem::Other,
    }
}
