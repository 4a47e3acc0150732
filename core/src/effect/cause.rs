//! Why the machine waits.

use crate::error::TransportErrorKind;

/// Why the machine waits before it tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RetryCause {
    /// The endpoint answered this status.
    #[error("the endpoint answered {0}")]
    Status(u16),
    /// There was no answer.
    #[error("{0}")]
    Transport(TransportErrorKind),
}
