//! A token for a helper.

use managed_identity_core::AccessToken;

use crate::credential::Credential;
use crate::failure::Failure;
use crate::options::CredentialArguments;

/// Gets a token of what the arguments choose.
pub(super) fn token(arguments: &CredentialArguments, resource: &str) -> Result<AccessToken, Failure> {
    Credential::of(arguments)?.token(resource)
}
