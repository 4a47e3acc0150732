//! Why there is no token.

use std::fmt;

use managed_identity_core::Error;

/// The error of the provider, with its next step in the same text: of errors below its own, `object_store` shows the text
/// alone. The provider's own error is the source.
#[derive(Debug)]
pub struct NoToken(Error);

impl fmt::Display for NoToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.explain().fmt(f)
    }
}

impl std::error::Error for NoToken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<Error> for NoToken {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<NoToken> for object_store::Error {
    fn from(error: NoToken) -> Self {
        Self::Generic { store: "MicrosoftAzure", source: Box::new(error) }
    }
}
