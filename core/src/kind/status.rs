//! HTTP statuses that mean something here.

/// Too many requests (RFC 6585, section 4).
pub(crate) const TOO_MANY_REQUESTS: u16 = 429;

/// Gone (RFC 9110, section 15.5.11), by which IMDS says that it is being updated.
pub(crate) const GONE: u16 = 410;

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
