//! What each error of `wasi:http` means. WASI 0.2 and 0.3 spell them alike in types of their own, so this module is part
//! of both clients.

use alloc::string::String;

use managed_identity_core::{TransportError, TransportErrorKind};

use super::error_types::{ErrorCode, HeaderError};

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
    match error {
        HeaderError::Forbidden => {
            TransportError::new(TransportErrorKind::Denied, "the host forbids a header of the request")
        }
        _ => TransportError::new(TransportErrorKind::Protocol, "the host does not accept a header of the request"),
    }
}

#[cfg(test)]
mod tests {
    use managed_identity_core::TransportErrorKind;

    use super::{ErrorCode, HeaderError, of_code, of_header};

    #[test]
    fn what_the_host_forbids_is_denied() {
        for code in [ErrorCode::HttpRequestDenied, ErrorCode::DestinationIpProhibited] {
            assert_eq!(of_code(&code).kind(), TransportErrorKind::Denied, "{code:?}");
        }
        assert_eq!(of_header(&HeaderError::Forbidden).kind(), TransportErrorKind::Denied);
        assert_eq!(of_header(&HeaderError::InvalidSyntax).kind(), TransportErrorKind::Protocol);
    }

    #[test]
    fn each_class_of_error_has_its_kind() {
        for (code, kind) in [
            (ErrorCode::DnsTimeout, TransportErrorKind::Connect),
            (ErrorCode::ConnectionRefused, TransportErrorKind::Connect),
            (ErrorCode::ConnectionTimeout, TransportErrorKind::Connect),
            (ErrorCode::ConnectionTerminated, TransportErrorKind::Broken),
            (ErrorCode::HttpResponseIncomplete, TransportErrorKind::Broken),
            (ErrorCode::ConnectionReadTimeout, TransportErrorKind::Timeout),
            (ErrorCode::HttpResponseTimeout, TransportErrorKind::Timeout),
            (ErrorCode::TlsCertificateError, TransportErrorKind::Certificate),
            (ErrorCode::TlsProtocolError, TransportErrorKind::Protocol),
            (ErrorCode::HttpResponseBodySize(Some(1)), TransportErrorKind::BodyTooLarge),
            (ErrorCode::HttpProtocolError, TransportErrorKind::Protocol),
        ] {
            assert_eq!(of_code(&code).kind(), kind, "{code:?}");
        }
    }

    #[test]
    fn the_message_names_the_error_and_the_host_s_own_words() {
        assert_eq!(of_code(&ErrorCode::ConnectionRefused).detail(), "connection-refused");
        let error = of_code(&ErrorCode::InternalError(Some("out of sockets".into())));
        assert_eq!(error.detail(), "internal-error: out of sockets");
    }
}
