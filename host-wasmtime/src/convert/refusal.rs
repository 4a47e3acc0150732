//! What a plug-in is told that gets no token.

use super::error::error;
use crate::bindings::client::types::{Denial, Error, ErrorReason, Fault, TransportFailure};
use crate::outcome::NoToken;
use crate::refusal::Refusal;

pub(crate) fn no_token(reason: &NoToken) -> Error {
    match reason {
        NoToken::Failed(failure) => error(failure),
        NoToken::Refused(refusal) => refused(refusal),
        NoToken::TooLate(_) => Error {
            reason: ErrorReason::Unavailable(TransportFailure::Timeout),
            fault: Fault::Host,
            transient: true,
            message: reason.to_string(),
            next_step: "allow more time, or ask again: the host goes on asking for it".to_owned(),
            source: None,
            evidence: None,
        },
    }
}

fn refused(refusal: &Refusal) -> Error {
    let denial = match refusal {
        Refusal::Resource { resource } => Denial::Resource(resource.clone()),
        other => Denial::Other(other.to_string()),
    };
    Error {
        reason: ErrorReason::Denied(denial),
        fault: Fault::Host,
        transient: refusal.is_transient(),
        message: refusal.to_string(),
        next_step: refusal.next_step(),
        source: None,
        evidence: None,
    }
}
