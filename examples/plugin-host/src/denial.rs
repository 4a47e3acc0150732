//! What a plug-in is told that gets no token.

use crate::bindings::managed_identity::client::types::{Denial, Error, ErrorReason, Fault};

/// The answer of a host that could give a token and will not.
#[must_use]
pub fn denied(denial: Denial, next_step: &str) -> Error {
    let what = match &denial {
        Denial::Call(address) => format!("the host does not permit a call to {address}"),
        Denial::File(path) => format!("the host does not permit {path} to be read"),
        Denial::Resource(resource) => format!("the host gives this plug-in no token for {resource}"),
        Denial::Other(what) => what.clone(),
    };
    Error {
        reason: ErrorReason::Denied(denial),
        fault: Fault::Host,
        transient: false,
        message: what.to_owned(),
        next_step: next_step.to_owned(),
        source: None,
        evidence: None,
    }
}
