//! What a driver says of a call.

use std::fmt;
use std::str::FromStr;

/// What became of a call, in the driver's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DriverOutcome {
    /// An answer came, of any status.
    Answer {
        /// The status.
        status: u16,
        /// How many bytes its body has.
        body: usize,
    },
    /// None came.
    Failed(DriverError),
}

/// Why there is no answer, by the names that the state machine has for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DriverError {
    /// No connection could be made.
    Connect,
    /// The connection broke before the answer was complete.
    Broken,
    /// A time limit passed.
    Timeout,
    /// What came back is not HTTP.
    Protocol,
    /// The answer's body is larger than the call accepts.
    BodyTooLarge,
    /// The server's certificate is not the pinned one, or not trusted.
    Certificate,
    /// The host forbids the call.
    Denied,
    /// The driver cannot keep a promise of the call, and says which: `certificate-pin`, `tls`, `no-proxy`, `no-redirect`,
    /// `max-body` or `time-limit`.
    Unsupported(String),
}

impl fmt::Display for DriverError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect => formatter.write_str("connect"),
            Self::Broken => formatter.write_str("broken"),
            Self::Timeout => formatter.write_str("timeout"),
            Self::Protocol => formatter.write_str("protocol"),
            Self::BodyTooLarge => formatter.write_str("body-too-large"),
            Self::Certificate => formatter.write_str("certificate"),
            Self::Denied => formatter.write_str("denied"),
            Self::Unsupported(promise) => write!(formatter, "unsupported-{promise}"),
        }
    }
}

/// Reads what `Display` writes.
impl FromStr for DriverError {
    type Err = UnknownDriverError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let promise = text.strip_prefix("unsupported-");
        let named = [
            Self::Connect,
            Self::Broken,
            Self::Timeout,
            Self::Protocol,
            Self::BodyTooLarge,
            Self::Certificate,
            Self::Denied,
        ]
        .into_iter()
        .find(|error| error.to_string() == text);
        named.or(promise.map(|promise| Self::Unsupported(promise.to_owned()))).ok_or(UnknownDriverError)
    }
}

/// A text that names no [`DriverError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown kind of failure; say connect, broken, timeout, protocol, body-too-large, certificate, denied or \
     unsupported-PROMISE"
)]
pub struct UnknownDriverError;
