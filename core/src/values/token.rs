//! The access token.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::{Arc, Weak};
use core::fmt;
use core::time::Duration;

use super::secret::Secret;
use super::time::UnixTime;
use super::token_identity::TokenIdentity;
use crate::kind::SourceKind;

/// An access token with what is known of it.
///
/// Cloning shares one buffer, which is wiped when the last clone is dropped. `Debug` never shows the token.
#[derive(Clone)]
pub struct AccessToken(Arc<Counted>);

/// A reference count of its own for one and the same token. The alignment keeps two of them off one cache line, and off
/// the pair of lines that processors fetch together.
#[repr(align(128))]
struct Counted(Arc<TokenParts>);

/// All that is known of a token.
pub(crate) struct TokenParts {
    pub(crate) secret: Secret,
    pub(crate) token_type: Cow<'static, str>,
    pub(crate) resource: String,
    pub(crate) expires_on: UnixTime,
    pub(crate) refresh_on: Option<UnixTime>,
    pub(crate) source: SourceKind,
    pub(crate) identity: TokenIdentity,
    pub(crate) clock_ahead_by: Option<Duration>,
}

impl AccessToken {
    /// Makes a token of type `Bearer` without a renewal hint, as a test, a fake or a host with tokens of its own needs it.
    ///
    /// ```
    /// use managed_identity_core::{AccessToken, SourceKind, UnixTime};
    ///
    /// let expires_on = UnixTime::from_secs(1_700_003_600);
    /// let token = AccessToken::new("eyJ...", "https://vault.azure.net", expires_on, SourceKind::Imds);
    /// assert_eq!(token.secret(), "eyJ...");
    /// ```
    #[must_use]
    pub fn new(
        secret: impl Into<Secret>,
        resource: impl Into<String>,
        expires_on: UnixTime,
        source: SourceKind,
    ) -> Self {
        let (secret, token_type, resource) = (secret.into(), Cow::Borrowed("Bearer"), resource.into());
        let identity = TokenIdentity::default();
        let (refresh_on, clock_ahead_by) = (None, None);
        Self::from(TokenParts {
            secret,
            token_type,
            resource,
            expires_on,
            refresh_on,
            source,
            identity,
            clock_ahead_by,
        })
    }

    fn counted(inner: Arc<TokenParts>) -> Self {
        Self(Arc::new(Counted(inner)))
    }

    fn inner(&self) -> &TokenParts {
        &self.0.0
    }

    /// A clone with a reference count of its own: threads that each clone from one of these do not slow each other down,
    /// as they do when they count on the same one. The token itself is still shared.
    #[must_use]
    pub fn detached_clone(&self) -> Self {
        Self::counted(Arc::clone(&self.0.0))
    }

    /// The token itself. Do not log it.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.inner().secret.expose()
    }

    /// The type of the token, nearly always `Bearer` (RFC 6749, section 7.1).
    #[must_use]
    pub fn token_type(&self) -> &str {
        &self.inner().token_type
    }

    /// The resource the token is for, as the service named it, else as it was asked for.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.inner().resource
    }

    /// When the token expires.
    #[must_use]
    pub fn expires_on(&self) -> UnixTime {
        self.inner().expires_on
    }

    /// From when on the service wishes the token to be renewed, if it said so.
    #[must_use]
    pub fn refresh_on(&self) -> Option<UnixTime> {
        self.inner().refresh_on
    }

    /// Where the token came from.
    #[must_use]
    pub fn source(&self) -> SourceKind {
        self.inner().source
    }

    /// The identity the token is of, as far as the service says it.
    #[must_use]
    pub fn identity(&self) -> &TokenIdentity {
        &self.inner().identity
    }

    /// By how much the clock of this machine seems to be ahead of the service's, where the service said that the token is
    /// valid for some time yet and named an end that is past by this clock. Such a token may work, but it seems to have
    /// expired already, so that none can be kept until the clock is set.
    #[must_use]
    pub fn clock_ahead_by(&self) -> Option<Duration> {
        self.inner().clock_ahead_by
    }

    /// A reference that does not keep the token: for who looks at it often and must not be the last to hold it.
    #[must_use]
    pub fn downgrade(&self) -> WeakAccessToken {
        WeakAccessToken(Arc::downgrade(&self.0))
    }

    /// Whether both are clones of one token.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.0, &other.0.0)
    }
}

/// A reference to an [`AccessToken`] that does not keep it. Made by [`AccessToken::downgrade`].
#[derive(Clone)]
pub struct WeakAccessToken(Weak<Counted>);

impl WeakAccessToken {
    /// The token, unless its last clone is gone. What was made by [`AccessToken::detached_clone`] counts by itself.
    #[must_use]
    pub fn upgrade(&self) -> Option<AccessToken> {
        self.0.upgrade().map(AccessToken)
    }
}

impl fmt::Debug for WeakAccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakAccessToken")
    }
}

impl From<TokenParts> for AccessToken {
    fn from(parts: TokenParts) -> Self {
        Self::counted(Arc::new(parts))
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("secret", &self.inner().secret)
            .field("token_type", &self.inner().token_type)
            .field("resource", &self.inner().resource)
            .field("expires_on", &self.inner().expires_on)
            .field("refresh_on", &self.inner().refresh_on)
            .field("source", &self.inner().source)
            .field("identity", &self.inner().identity)
            .field("clock_ahead_by", &self.inner().clock_ahead_by)
            .finish()
    }
}
