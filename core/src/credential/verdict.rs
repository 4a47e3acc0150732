//! Which of the three verdicts an error of a member is.

use crate::error::{ConfigError, Error, FileErrorKind, InvalidResponse, TransportErrorKind};
use crate::kind::{CredentialKind, StatusClass, Verdict};

/// The verdict on a member whose configuration cannot work, found before anything is asked. What is missing was not
/// configured. What is there and cannot work means this member and no other.
pub(super) fn on_configuration(error: &ConfigError) -> Verdict {
    match error {
        ConfigError::MissingVariable { .. } | ConfigError::UnsupportedIdentity { .. } => Verdict::NotConfigured,
        _ => Verdict::Refused,
    }
}

/// The verdict on a member that gave no token. Without `proof` nothing but this member's turn says that there is an endpoint.
pub(crate) fn on(member: CredentialKind, error: &Error, proof: bool) -> Verdict {
    match error {
        Error::Configuration(error) => on_configuration(error),
        // A tool that is there and gives nothing is not what a chain ends with: another one may be signed in.
        Error::DeveloperTool { error, .. } => not_here_unless(error.is_denial()),
        Error::ForeignService { .. } => Verdict::NotHere,
        // A mount that is missing, or variables that are left from elsewhere.
        Error::CredentialFile { error, .. } => not_here_unless(error.kind() != FileErrorKind::NotFound),
        Error::Transport { error, .. } => match error.kind() {
            TransportErrorKind::Unsupported(_) => Verdict::NotHere,
            TransportErrorKind::Protocol => not_here_unless(proof),
            kind => not_here_unless(!(kind.is_transient() && member == CredentialKind::ManagedIdentity)),
        },
        // Who answers at an address that nothing vouches for may be a portal of the network.
        Error::InvalidResponse { error: InvalidResponse::NotAnObject { .. }, .. } => not_here_unless(proof),
        Error::Endpoint { error, .. } if member == CredentialKind::ManagedIdentity => {
            let is_redirected = StatusClass::of(error.status) == StatusClass::Redirection;
            // The metadata service always gives its reason a code.
            let by_nobody_known = !proof && (is_redirected || error.code.is_none());
            not_here_unless(!error.missing_identity && !by_nobody_known)
        }
        _ => Verdict::Refused,
    }
}

const fn not_here_unless(is_refused: bool) -> Verdict {
    if is_refused { Verdict::Refused } else { Verdict::NotHere }
}
