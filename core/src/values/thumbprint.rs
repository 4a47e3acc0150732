//! The SHA-1 thumbprint that pins Service Fabric's self-signed certificate.

use core::fmt;

use super::hexadecimal::hexadecimal;
use crate::error::ConfigError;

/// The SHA-1 digest of a certificate in DER form.
///
/// Parsed from hexadecimal text in either case, with or without colons and blanks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Thumbprint([u8; 20]);

impl Thumbprint {
    /// Reads a thumbprint.
    ///
    /// # Errors
    /// [`ConfigError::InvalidThumbprint`] unless exactly 40 hexadecimal digits remain without colons and blanks.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut bytes = [0_u8; 20];
        let mut digits = 0;
        for character in text.chars().filter(|c| !c.is_whitespace() && *c != ':') {
            let digit = character.to_digit(16).ok_or(ConfigError::InvalidThumbprint)?;
            let byte = bytes.get_mut(digits / 2).ok_or(ConfigError::InvalidThumbprint)?;
            // Of two digits below 16, so nothing is cut off.
            *byte = *byte * 16 + digit as u8;
            digits += 1;
        }
        if digits == 40 { Ok(Self(bytes)) } else { Err(ConfigError::InvalidThumbprint) }
    }

    /// The 20 bytes of the digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(&self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
