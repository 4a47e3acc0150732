//! The rows of the check: what is played, and what is right then.

use std::fmt;
use std::time::Duration;

use super::outcome::DriverError;

/// The limit of rows that are about time.
pub(super) const LIMIT: Duration = Duration::from_secs(1);
/// What a busy machine may add to a limit.
pub(super) const TOLERANCE: Duration = Duration::from_secs(4);
/// How long a peer goes on with what should have been given up; longer than limit and tolerance, and not for ever, so that a
/// driver without limits comes to an end too.
pub(super) const PATIENCE: Duration = Duration::from_secs(7);
/// A limit that passes in no row.
pub(super) const AMPLE: Duration = Duration::from_secs(30);
/// The most body bytes that calls accept.
pub(super) const MAX_BODY: usize = 64 * 1024;
/// The bytes of a body that is larger.
pub(super) const HUGE_BODY: usize = 4 * 1024 * 1024;
/// The body of an ordinary answer.
pub(super) const BODY: &str = r#"{"access_token":"opens nothing","expires_in":"60"}"#;

/// A row of the check: one thing that a peer does, and what a driver has promised for that case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DriverRow {
    /// An ordinary answer to a GET: the request arrives as it was given.
    Answer,
    /// An ordinary answer to a POST: the form arrives as it was given.
    Post,
    /// A status that tells of a failure is an answer like any other.
    Status,
    /// A body of exactly as many bytes as accepted is accepted.
    Full,
    /// Nobody listens.
    Refuse,
    /// Somebody listens, but accepts no connection.
    Backlog,
    /// The connection ends when the request has been sent.
    Cut,
    /// The connection ends in the middle of a body whose length was announced.
    CutBody,
    /// The connection ends between the chunks of a body.
    CutChunk,
    /// A body is announced that is larger than accepted.
    Huge,
    /// A body of no announced length becomes larger than accepted.
    HugeChunked,
    /// The answer is a redirect to another address.
    Redirect,
    /// The certificate is the pinned one; it has another name, nobody vouches for it, and its time is over.
    Pinned,
    /// The certificate is not the pinned one.
    Pin,
    /// Nobody vouches for the certificate, and none is pinned.
    Untrusted,
    /// The first byte of the answer comes after the limit.
    Late,
    /// The next byte of the body comes after the limit.
    Stall,
    /// Each byte comes soon enough, the whole does not.
    Drip,
    /// What comes is not HTTP.
    NotHttp,
    /// The environment names a proxy.
    Proxy,
}

/// What is right.
pub(super) enum Right {
    /// An answer of this status with so many bytes.
    Answer { status: u16, body: usize },
    /// One of these failures.
    Failure(&'static [DriverError]),
}

impl DriverRow {
    /// Every row, in the order in which [`check`](super::check) plays them.
    pub const ALL: [Self; 20] = [
        Self::Answer,
        Self::Post,
        Self::Status,
        Self::Full,
        Self::Refuse,
        Self::Backlog,
        Self::Cut,
        Self::CutBody,
        Self::CutChunk,
        Self::Huge,
        Self::HugeChunked,
        Self::Redirect,
        Self::Pinned,
        Self::Pin,
        Self::Untrusted,
        Self::Late,
        Self::Stall,
        Self::Drip,
        Self::NotHttp,
        Self::Proxy,
    ];

    /// The name in a report, such as `cut-body`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Post => "post",
            Self::Status => "status",
            Self::Full => "full",
            Self::Refuse => "refuse",
            Self::Backlog => "backlog",
            Self::Cut => "cut",
            Self::CutBody => "cut-body",
            Self::CutChunk => "cut-chunk",
            Self::Huge => "huge",
            Self::HugeChunked => "huge-chunked",
            Self::Redirect => "redirect",
            Self::Pinned => "pinned",
            Self::Pin => "pin",
            Self::Untrusted => "untrusted",
            Self::Late => "late",
            Self::Stall => "stall",
            Self::Drip => "drip",
            Self::NotHttp => "not-http",
            Self::Proxy => "proxy",
        }
    }

    /// What happens in this row, as the subject of a sentence.
    pub(super) const fn event(self) -> &'static str {
        match self {
            Self::Answer | Self::Post | Self::Proxy => "what came",
            Self::Status => "a status that tells of a failure",
            Self::Full => "a body of exactly as many bytes as accepted",
            Self::Refuse => "a refused connection",
            Self::Backlog => "a connection that is not made in time",
            Self::Cut => "a connection that ends before the answer",
            Self::CutBody => "a body shorter than announced",
            Self::CutChunk => "a chunked body without its end",
            Self::Huge | Self::HugeChunked => "a body larger than accepted",
            Self::Redirect => "a redirect",
            Self::Pinned => "the pinned certificate vouches for itself, whatever its name, issuer and dates: what came",
            Self::Pin => "a certificate that is not the pinned one",
            Self::Untrusted => "a certificate that nobody vouches for",
            Self::Late => "a first byte after the limit",
            Self::Stall => "a next byte after the limit",
            Self::Drip => "an answer that is not whole within the limit",
            Self::NotHttp => "what is not HTTP",
        }
    }

    pub(super) const fn right(self) -> Right {
        match self {
            Self::Answer | Self::Post | Self::Pinned | Self::Proxy => Right::Answer { status: 200, body: BODY.len() },
            Self::Status => Right::Answer { status: 503, body: BODY.len() },
            Self::Full => Right::Answer { status: 200, body: MAX_BODY },
            Self::Redirect => Right::Answer { status: 307, body: 0 },
            Self::Refuse => Right::Failure(&[DriverError::Connect]),
            Self::Backlog => Right::Failure(&[DriverError::Connect, DriverError::Timeout]),
            Self::Cut | Self::CutBody | Self::CutChunk => Right::Failure(&[DriverError::Broken]),
            Self::Huge | Self::HugeChunked => Right::Failure(&[DriverError::BodyTooLarge]),
            Self::Pin | Self::Untrusted => Right::Failure(&[DriverError::Certificate]),
            Self::Late | Self::Stall | Self::Drip => Right::Failure(&[DriverError::Timeout]),
            Self::NotHttp => Right::Failure(&[DriverError::Protocol]),
        }
    }

    /// The name of the limit that passes in this row.
    pub(super) const fn limit(self) -> Option<&'static str> {
        match self {
            Self::Backlog => Some("connect"),
            Self::Late | Self::Stall => Some("read"),
            Self::Drip => Some("total"),
            _ => None,
        }
    }

    /// Whether the peer speaks TLS.
    pub(super) const fn is_secure(self) -> bool {
        matches!(self, Self::Pinned | Self::Pin | Self::Untrusted)
    }
}

impl fmt::Display for DriverRow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
