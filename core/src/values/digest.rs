//! The digest by which a token is remembered without keeping it.

use alloc::string::String;
use core::fmt;

use sha2::{Digest as _, Sha256};

use super::hexadecimal::hexadecimal;
use super::token::AccessToken;

/// The SHA-256 digest of an access token: enough to know it again, and to tell Service Fabric which one is meant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// The digest of this token.
    #[must_use]
    pub fn of(token: &AccessToken) -> Self {
        Self::of_secret(token.secret())
    }

    /// The digest of a token of which only the text is at hand.
    #[must_use]
    pub fn of_secret(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// The digest in hexadecimal digits, as Service Fabric takes it.
    #[must_use]
    pub fn to_hexadecimal(self) -> String {
        hexadecimal(&self.0)
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hexadecimal())
    }
}
