//! The body of a message.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::values::{Secret, SecretBytes};

/// The body of a request or an answer, which may hold a credential: wiped from memory when dropped, and `Debug` shows its
/// length only.
///
/// A request's body becomes that of another library without a copy, and is still wiped, by `Bytes::from_owner(body)` of
/// the crate `bytes`.
#[derive(Default)]
pub struct Body(SecretBytes);

impl Body {
    /// The bytes. Do not log them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.expose()
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(SecretBytes::new(bytes))
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        Self::from(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Body {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<()> for Body {
    /// The empty body.
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl From<Secret> for Body {
    fn from(secret: Secret) -> Self {
        Self(secret.into_bytes())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.len())
    }
}
