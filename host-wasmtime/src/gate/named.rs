//! Names what went wrong more exactly than wasmtime does.

use std::io::ErrorKind;

use wasmtime_wasi_http::Error;

/// Tells a refused certificate from other failures of TLS, and a connection that ended too soon from a peer that does not
/// speak HTTP: wasmtime 48 reports either pair in one way, and only the second of each is for good.
pub(super) fn named(error: Error) -> Error {
    let is_certificate = |error: &std::io::Error| {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
        matches!(cause, Some(rustls::Error::InvalidCertificate(_)))
    };
    match error {
        Error::Hyper(cause) if cause.is_incomplete_message() || ended_early(&cause) => Error::HttpResponseIncomplete,
        Error::Tls(cause) if is_certificate(&cause) => Error::TlsCertificateError,
        other => other,
    }
}

/// Whether the connection ended within a body.
fn ended_early(error: &dyn std::error::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
    cause.is_some_and(|cause| matches!(cause.kind(), ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof))
}
