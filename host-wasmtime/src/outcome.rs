//! What becomes of a request for a token.

use core::time::Duration;

use managed_identity_core::{ConfigError, Error};

use crate::refusal::Refusal;

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoToken {
    /// The host could give one and does not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The host has none itself.
    #[error(transparent)]
    Failed(#[from] Error),
    /// The host had none within the time that the plug-in gave it.
    #[error("the host had no token within {} ms", .0.as_millis())]
    TooLate(Duration),
}

impl From<ConfigError> for NoToken {
    fn from(error: ConfigError) -> Self {
        Self::Failed(error.into())
    }
}
