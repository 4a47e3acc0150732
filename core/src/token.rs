//! The access token.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use http::HeaderValue;

use crate::secret::Secret;
use crate::source::SourceKind;
use crate::time::UnixTime;

/// An access token with what is known of it.
///
/// Cloning shares one buffer, which is wiped when the last clone is dropped. `Debug` never shows the token.
#[derive(Clone)]
pub struct AccessToken(Arc<Inner>);

struct Inner {
    secret: Secret,
    token_type: String,
    resource: String,
    expires_on: UnixTime,
    refresh_on: Option<UnixTime>,
    source: SourceKind,
}

impl AccessToken {
    /// Makes a token of type `Bearer` without a renewal hint, as a fake or a host with tokens of its own needs it.
    #[must_use]
    pub fn new(secret: Secret, resource: String, expires_on: UnixTime, source: SourceKind) -> Self {
        Self::from_parts(secret, String::from("Bearer"), resource, expires_on, None, source)
    }

    pub(crate) fn from_parts(
        secret: Secret,
        token_type: String,
        resource: String,
        expires_on: UnixTime,
        refresh_on: Option<UnixTime>,
        source: SourceKind,
    ) -> Self {
        Self(Arc::new(Inner { secret, token_type, resource, expires_on, refresh_on, source }))
    }

    /// The token itself. Do not log it.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.0.secret.expose()
    }

    /// The type of the token, nearly always `Bearer` (RFC 6749, section 7.1).
    #[must_use]
    pub fn token_type(&self) -> &str {
        &self.0.token_type
    }

    /// The resource the token is for, as the service named it, else as it was asked for.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.0.resource
    }

    /// When the token expires.
    #[must_use]
    pub fn expires_on(&self) -> UnixTime {
        self.0.expires_on
    }

    /// From when on the service wishes the token to be renewed, if it said so.
    #[must_use]
    pub fn refresh_on(&self) -> Option<UnixTime> {
        self.0.refresh_on
    }

    /// Where the token came from.
    #[must_use]
    pub fn source(&self) -> SourceKind {
        self.0.source
    }

    /// The value of an `Authorization` header (`Bearer ...`), marked sensitive; `None` when the token has characters
    /// that no header may carry, which a token from this crate's state machine never has.
    #[must_use]
    pub fn authorization(&self) -> Option<HeaderValue> {
        let text = zeroize::Zeroizing::new(alloc::format!("{} {}", self.token_type(), self.secret()));
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Whether both are clones of one token.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("secret", &self.0.secret)
            .field("token_type", &self.0.token_type)
            .field("resource", &self.0.resource)
            .field("expires_on", &self.0.expires_on)
            .field("refresh_on", &self.0.refresh_on)
            .field("source", &self.0.source)
            .finish()
    }
}
