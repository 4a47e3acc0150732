//! Text and bytes that must not be seen.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use zeroize::optimization_barrier;

/// A secret text: wiped from memory when dropped, and shown as `[redacted]` by `Debug`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes ownership of the secret text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The same as bytes.
    pub(crate) fn into_bytes(mut self) -> SecretBytes {
        SecretBytes(core::mem::take(&mut self.0).into_bytes())
    }

    /// The secret itself. Do not log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        wipe(core::mem::take(&mut self.0).into_bytes());
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// Bytes that hold a secret on its way in: wiped when dropped.
#[derive(Default)]
pub(crate) struct SecretBytes(Vec<u8>);

impl SecretBytes {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        wipe(core::mem::take(&mut self.0));
    }
}

/// Overwrites all of a buffer, the part that is not in use included, in one go rather than byte by byte: a token is long,
/// and wiping it would otherwise take longer than reading it.
pub(crate) fn wipe(mut bytes: Vec<u8>) {
    bytes.clear();
    bytes.resize(bytes.capacity(), 0);
    // Without it the compiler may leave out writes to memory that is freed at once.
    optimization_barrier(bytes.as_slice());
}
