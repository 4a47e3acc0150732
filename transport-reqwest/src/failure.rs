//! What a failed call says of itself.

use managed_identity_core::{TransportError, TransportErrorKind};

/// Shows what a failed call says of itself, without its URL, whose query may name identities.
pub(crate) fn transport_error(kind: TransportErrorKind, error: &dyn std::error::Error) -> TransportError {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    TransportError::new(kind, &text)
}
