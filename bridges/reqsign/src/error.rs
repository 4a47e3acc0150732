//! Errors, as reqsign wants to see them from a provider.

use managed_identity_core::Error as TokenError;
use reqsign_core::Error;

/// Never one that is tried again: the provider has tried as often as makes sense, and its waits would be multiplied.
pub(crate) fn no_token(error: TokenError) -> Error {
    let message = error.explain().to_string();
    Error::credential_invalid(message).with_source(error).set_retryable(false)
}
