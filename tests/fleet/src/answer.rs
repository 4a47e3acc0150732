//! What comes back from an endpoint.

use crate::time::Millis;

/// What a request brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A token that the resources take until then, by the clock of the service.
    Token { expires: Millis },
    /// A status that is none of success.
    Refused { status: u16, retry_after: Option<Millis> },
    /// Nobody listens.
    NoConnection,
    /// The time limit of the client passed first.
    Timeout,
}
