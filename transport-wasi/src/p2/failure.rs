//! What each error of `wasi:http` means.

use alloc::string::String;

use managed_identity_core::{TransportError, TransportErrorKind};
use managed_identity_wasi_bindings::http::types::{ErrorCode, HeaderError};

/// The failure that a host reports.
pub(super) fn of_code(code: &ErrorCode) -> TransportError {
    let (kind, name) = classify(code);
    match code {
        ErrorCode::InternalError(Some(detail)) => {
            let mut text = String::from(name);
            text.push_str(": ");
            text.push_str(detail);
            TransportError::new(kind, &text)
        }
        _ => TransportError::new(kind, name),
    }
}

/// The kind of each error, and its name as the interface spells it.
fn classify(code: &ErrorCode) -> (TransportErrorKind, &'static str) {
    use TransportErrorKind::{BodyTooLarge, Broken, Certificate, Connect, Denied, Protocol, Timeout};
    match code {
        ErrorCode::HttpRequestDenied => (Denied, "HTTP-request-denied"),
        ErrorCode::DestinationIpProhibited => (Denied, "destination-IP-prohibited"),

        ErrorCode::DnsTimeout => (Connect, "DNS-timeout"),
        ErrorCode::DnsError(_) => (Connect, "DNS-error"),
        ErrorCode::DestinationNotFound => (Connect, "destination-not-found"),
        ErrorCode::DestinationUnavailable => (Connect, "destination-unavailable"),
        ErrorCode::DestinationIpUnroutable => (Connect, "destination-IP-unroutable"),
        ErrorCode::ConnectionRefused => (Connect, "connection-refused"),
        ErrorCode::ConnectionTimeout => (Connect, "connection-timeout"),
        ErrorCode::ConnectionLimitReached => (Connect, "connection-limit-reached"),

        ErrorCode::ConnectionTerminated => (Broken, "connection-terminated"),
        ErrorCode::HttpResponseIncomplete => (Broken, "HTTP-response-incomplete"),
        ErrorCode::InternalError(_) => (Broken, "internal-error"),

        ErrorCode::ConnectionReadTimeout => (Timeout, "connection-read-timeout"),
        ErrorCode::ConnectionWriteTimeout => (Timeout, "connection-write-timeout"),
        ErrorCode::HttpResponseTimeout => (Timeout, "HTTP-response-timeout"),

        ErrorCode::TlsCertificateError => (Certificate, "TLS-certificate-error"),
        ErrorCode::TlsProtocolError => (Protocol, "TLS-protocol-error"),
        ErrorCode::TlsAlertReceived(_) => (Protocol, "TLS-alert-received"),

        ErrorCode::HttpResponseBodySize(_) => (BodyTooLarge, "HTTP-response-body-size"),

        ErrorCode::HttpRequestLengthRequired => (Protocol, "HTTP-request-length-required"),
        ErrorCode::HttpRequestBodySize(_) => (Protocol, "HTTP-request-body-size"),
        ErrorCode::HttpRequestMethodInvalid => (Protocol, "HTTP-request-method-invalid"),
        ErrorCode::HttpRequestUriInvalid => (Protocol, "HTTP-request-URI-invalid"),
        ErrorCode::HttpRequestUriTooLong => (Protocol, "HTTP-request-URI-too-long"),
        ErrorCode::HttpRequestHeaderSectionSize(_) => (Protocol, "HTTP-request-header-section-size"),
        ErrorCode::HttpRequestHeaderSize(_) => (Protocol, "HTTP-request-header-size"),
        ErrorCode::HttpRequestTrailerSectionSize(_) => (Protocol, "HTTP-request-trailer-section-size"),
        ErrorCode::HttpRequestTrailerSize(_) => (Protocol, "HTTP-request-trailer-size"),
        ErrorCode::HttpResponseHeaderSectionSize(_) => (Protocol, "HTTP-response-header-section-size"),
        ErrorCode::HttpResponseHeaderSize(_) => (Protocol, "HTTP-response-header-size"),
        ErrorCode::HttpResponseTrailerSectionSize(_) => (Protocol, "HTTP-response-trailer-section-size"),
        ErrorCode::HttpResponseTrailerSize(_) => (Protocol, "HTTP-response-trailer-size"),
        ErrorCode::HttpResponseTransferCoding(_) => (Protocol, "HTTP-response-transfer-coding"),
        ErrorCode::HttpResponseContentCoding(_) => (Protocol, "HTTP-response-content-coding"),
        ErrorCode::HttpUpgradeFailed => (Protocol, "HTTP-upgrade-failed"),
        ErrorCode::HttpProtocolError => (Protocol, "HTTP-protocol-error"),
        ErrorCode::LoopDetected => (Protocol, "loop-detected"),
        ErrorCode::ConfigurationError => (Protocol, "configuration-error"),
    }
}

/// The failure when a host refuses a header. One it forbids is a decision of its policy.
pub(super) fn of_header(error: &HeaderError) -> TransportError {
    let (kind, detail) = match error {
        HeaderError::Forbidden => (TransportErrorKind::Denied, "the host forbids a header of the request"),
        HeaderError::InvalidSyntax => (TransportErrorKind::Protocol, "the host does not accept a header's syntax"),
        HeaderError::Immutable => (TransportErrorKind::Protocol, "the host does not let headers be set"),
    };
    TransportError::new(kind, detail)
}
