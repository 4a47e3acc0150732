//! Errors, as the Azure SDK wants to see them from a credential.

use azure_core::Error;
use azure_core::error::ErrorKind;
use managed_identity_core::Error as TokenError;

/// The kind is always `Credential`: of the others the SDK sends some again, with the retries of a token inside each.
pub(crate) fn credential_error(error: TokenError) -> Error {
    // The SDK shows the message alone, so it has the next step too.
    let message = error.explain().to_string();
    Error::with_error(ErrorKind::Credential, error, message)
}
