//! Why a request is not sent.

use managed_identity_core::Error;

/// Why a request is not sent. It comes as the cause of `reqwest_middleware::Error::Middleware`, by `downcast_ref`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotAuthorized {
    /// There is no token.
    #[error("{}", .0.explain())]
    NoToken(#[from] Error),
    /// The token has characters that no header may carry.
    #[error(
        "the token cannot be sent: it has characters that no header may carry. Next step: look at where it came from"
    )]
    Unsendable,
    /// Everybody on the way could read the token.
    #[error(
        "the token for {host} is not sent over plain http, where everybody on the way could read it. Next step: use https"
    )]
    Plain {
        /// Where the request was meant to go.
        host: String,
    },
}

impl From<NotAuthorized> for reqwest_middleware::Error {
    fn from(error: NotAuthorized) -> Self {
        Self::middleware(error)
    }
}
