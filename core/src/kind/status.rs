//! HTTP statuses that mean something here.

/// Forbidden (RFC 9110, section 15.5.4).
pub(crate) const FORBIDDEN: u16 = 403;

/// Not found (RFC 9110, section 15.5.5).
pub(crate) const NOT_FOUND: u16 = 404;

/// Gone (RFC 9110, section 15.5.11), by which IMDS says that it is being updated.
pub(crate) const GONE: u16 = 410;

/// Too many requests (RFC 6585, section 4).
pub(crate) const TOO_MANY_REQUESTS: u16 = 429;

/// The class of a status code (RFC 9110, section 15).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusClass {
    Success,
    Redirection,
    ServerError,
    Other,
}

impl StatusClass {
    pub(crate) const fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Success,
            300..=399 => Self::Redirection,
            500..=599 => Self::ServerError,
            _ => Self::Other,
        }
    }
}

/// The reason phrase that says no more than the status does, of those that endpoints and proxies answer with (RFC 9110,
/// section 15, and RFC 6585); empty for the others.
pub(crate) const fn standard_phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        FORBIDDEN => "Forbidden",
        NOT_FOUND => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        GONE => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Payload Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        418 => "I'm a teapot",
        421 => "Misdirected Request",
        422 => "Unprocessable Entity",
        423 => "Locked",
        TOO_MANY_REQUESTS => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        511 => "Network Authentication Required",
        _ => "",
    }
}

#[cfg(all(test, feature = "http"))]
mod tests {
    use super::standard_phrase;

    #[test]
    fn phrases_are_those_of_the_standard() {
        // Of extensions that no token endpoint speaks, and what is no end of a request.
        let left_out = [100, 101, 102, 103, 203, 205, 206, 207, 208, 226, 305, 416, 417, 424, 425, 426, 428, 451];
        let left_out = [&left_out[..], &[506, 507, 508, 510]].concat();
        for status in 100..1000 {
            let phrase = http::StatusCode::from_u16(status).unwrap().canonical_reason();
            let expected = phrase.filter(|_| !left_out.contains(&status)).unwrap_or_default();
            assert_eq!(standard_phrase(status), expected, "{status}");
        }
    }
}
