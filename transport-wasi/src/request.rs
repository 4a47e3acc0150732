//! What both versions of `wasi:http` are told of a request.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::time::Duration;

use managed_identity_core::{HttpPolicy, HttpRequest, PolicyField, TransportError, TransportErrorKind, Trust};

/// Refuses what `wasi:http` has no words for.
pub(crate) fn check(policy: &HttpPolicy) -> Result<(), TransportError> {
    let field = match policy.trust {
        Trust::Plain | Trust::Roots => return Ok(()),
        Trust::Anchors { .. } => PolicyField::TrustAnchors,
        _ => PolicyField::CertificatePin,
    };
    Err(TransportError::new(TransportErrorKind::Unsupported(field), "wasi:http leaves certificates to the host"))
}

/// What a host is told of a limit that is kept here too. A host that ends a body does not say that it was for the time, so
/// it is not to be the first.
pub(crate) const fn beyond(limit: Duration) -> Duration {
    limit.saturating_add(Duration::from_secs(1))
}

/// The headers, with the length of the body: without it hosts send the body in chunks, which not every endpoint takes.
pub(crate) fn headers(request: &HttpRequest) -> Vec<(String, Vec<u8>)> {
    let named = request.headers().iter().map(|it| (it.name().to_string(), it.value().as_bytes().to_vec()));
    let mut headers: Vec<_> = named.collect();
    if !request.body().is_empty() {
        headers.push((String::from("content-length"), request.body().len().to_string().into_bytes()));
    }
    headers
}
